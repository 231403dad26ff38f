import type { TestDatabase } from './database.ts';
import { LEDGER } from './ledger.ts';

/** Something that the catalog holds: an entry of pg_class, pg_attribute, pg_index and so on, in words. */
export interface CatalogEntry {
  /** What it belongs to: a relation with its schema; for what belongs to none, its own name. */
  owner: string;
  text: string;
}

/**
 * All that was made in the database. Not the schemas of temporary tables: the server keeps one for each session number that
 * ever had any, empty.
 */
export const catalogOf = (database: TestDatabase): Promise<CatalogEntry[]> =>
  database.sql<CatalogEntry>(`
    WITH relation AS (
      SELECT c.*, format('%I.%I', nspname, relname) AS name,
        -- What a table keeps elsewhere belongs to it.
        coalesce((
          SELECT format('%I.%I', s.nspname, t.relname) FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace
          WHERE t.reltoastrelid IN (c.oid, (SELECT indrelid FROM pg_index WHERE indexrelid = c.oid))
            AND t.reltoastrelid <> 0
        ), format('%I.%I', nspname, relname)) AS owner
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE c.oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_'
    )
    SELECT owner, format('pg_class %s %s %s', name, relkind, reloptions) AS text FROM relation
    UNION ALL
    SELECT owner, format('pg_attribute %s %s %s %s', name, attnum, attname, atttypid::regtype)
    FROM relation JOIN pg_attribute ON attrelid = relation.oid
    UNION ALL
    SELECT owner, format('pg_index %s %s %s', name, indrelid::regclass, to_jsonb(pg_index) - '{indexrelid,indrelid}'::text[])
    FROM relation JOIN pg_index ON indexrelid = relation.oid
    UNION ALL
    SELECT owner, format('pg_constraint %s %s', name, conname) FROM relation JOIN pg_constraint ON conrelid = relation.oid
    UNION ALL
    SELECT owner, format('pg_trigger %s %s', name, tgname) FROM relation JOIN pg_trigger ON tgrelid = relation.oid
    UNION ALL
    SELECT oid::regprocedure::text, format('pg_proc %s', oid::regprocedure) FROM pg_proc WHERE oid >= 16384
    UNION ALL
    SELECT nspname, format('pg_namespace %s', nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
    UNION ALL
    SELECT extname, format('pg_extension %s', extname) FROM pg_extension
    ORDER BY 2`);

/** The ledger's own part of a catalog, and the rest. */
export const withoutLedger = (entries: readonly CatalogEntry[]): { ledger: CatalogEntry[]; rest: CatalogEntry[] } => {
  const isLedger = ({ owner }: CatalogEntry): boolean => owner === LEDGER || owner.startsWith(`${LEDGER}.`);
  return { ledger: entries.filter(isLedger), rest: entries.filter((entry) => !isLedger(entry)) };
};

/** An index as the catalog says it. */
export interface IndexEntry {
  name: string;
  definition: string;
  valid: boolean;
  ready: boolean;
  live: boolean;
}

export const indexesOf = (database: TestDatabase): Promise<IndexEntry[]> =>
  database.sql<IndexEntry>(`
    SELECT format('%I.%I', nspname, relname) AS name, pg_get_indexdef(indexrelid) AS definition,
      indisvalid AS valid, indisready AS ready, indislive AS live
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE indexrelid >= 16384 AND nspname !~ '^pg_toast'
    ORDER BY 1`);
