import type { PlannedIndexRow } from '../../queries/planned_indexes.ts';
import type { TableFacts } from '../../run/index.ts';

/** pg_class.relkind in words. */
const KINDS: Readonly<Record<string, string>> = {
  r: 'a table',
  p: 'a partitioned table',
  m: 'a materialised view',
  v: 'a view',
  f: 'a foreign table',
  S: 'a sequence',
  i: 'an index',
  I: 'a partitioned index',
  c: 'a composite type',
  t: 'a TOAST table',
};

export const relationKind = (relkind: string | null): string => KINDS[relkind ?? ''] ?? 'another relation';

/** What CREATE INDEX accepts: tables, partitioned tables (not concurrently) and materialised views. */
export const isIndexable = (row: PlannedIndexRow): boolean => ['r', 'p', 'm'].includes(row.table_kind ?? '');

export const isIndex = (row: PlannedIndexRow): boolean => row.index_kind === 'i' || row.index_kind === 'I';

/** How large a table is, by the catalog; null where unknown. ANALYZE leaves -1 pages for a partitioned one: it has none. */
export const estimates = ({
  table_tuples: tuples,
  table_pages: pages,
  block_size: blockSize,
}: Pick<PlannedIndexRow, 'table_tuples' | 'table_pages' | 'block_size'>): Pick<TableFacts, 'rows' | 'bytes'> => {
  const unknown = tuples === null || pages === null || tuples < 0 || (tuples === 0 && pages === 0);
  return { rows: unknown ? null : Math.round(tuples), bytes: unknown ? null : Math.max(0, pages) * blockSize };
};

/** The catalog's estimates. A table that nobody has analyzed yet has none: -1 rows, or before PostgreSQL 14 no pages. */
export const tableFacts = (row: PlannedIndexRow): TableFacts | null => {
  if (row.table_oid === null || row.table_schema === null || row.table_name === null) return null;
  return { oid: row.table_oid, schema: row.table_schema, name: row.table_name, ...estimates(row) };
};

/** Why there is no table to build on, as a sentence; null when there is one. */
export const noTableMessage = (row: PlannedIndexRow, schema: string | null, table: string): string | null => {
  if (row.table_oid === null) {
    if (!row.schema_exists) return `There is no schema ${JSON.stringify(schema)}.`;
    if (schema !== null) return `There is no table ${JSON.stringify(table)} in the schema ${JSON.stringify(schema)}.`;
    const path = row.looked_in.filter((name) => name !== 'pg_catalog').join(', ');
    return `There is no table ${JSON.stringify(table)} in the search path (${path}).`;
  }
  if (isIndexable(row)) return null;
  return `${row.table_schema}.${row.table_name} is ${relationKind(row.table_kind)}: no index can be built on it.`;
};
