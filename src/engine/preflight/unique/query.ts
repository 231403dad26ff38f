import { quoteQualified } from '../../../plan/ident.ts';
import type { Made } from '../../../queries/try_indexes.ts';

/** One character more than is shown, to know that there is more. */
export const VALUE_MAX = 40;
const EXAMPLES = 3;

/** Other operator classes of text that take the same values for equal as the type's own does. */
const PATTERNS: ReadonlySet<string> = new Set(['text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops']);

/** The operator class by which alone this index would tell what is equal, if GROUP BY may see it otherwise. */
export const unusualClass = ({ keys }: Made): string | null =>
  keys.find((key) => !key.usual && !PATTERNS.has(key.class))?.class ?? null;

/**
 * Counts the keys that stand in several rows, exactly as the index would see them: its expressions, collations and predicate
 * as the server wrote them, and rows with a NULL only where NULLs are not distinct. One value, `Duplicates` as JSON.
 */
export function duplicatesQuery(
  table: { schema: string; name: string; partitioned: boolean },
  { keys, predicate, nulls_not_distinct: nullsNotDistinct }: Made,
  examples: boolean,
): string {
  const columns = keys.map((_, at) => `k${at}`);
  const values = keys.map(({ sql, collation }, at) => {
    const collate = collation === null ? '' : ` COLLATE ${collation}`;
    return `(${sql})${collate} AS k${at}`;
  });
  // IS NOT NULL would look into a composite value.
  const present = nullsNotDistinct ? [] : columns.map((column) => `${column} IS DISTINCT FROM NULL`);
  const only = table.partitioned ? '' : 'ONLY ';
  const rows = `SELECT ${values.join(', ')} FROM ${only}${quoteQualified(table.schema, table.name)}`;
  const kept = predicate === null ? rows : `${rows} WHERE (${predicate})`;
  const shown = columns.map((column) => `left(${column}::text, ${VALUE_MAX + 1})`).join(', ');
  const worst = `SELECT * FROM duplicate ORDER BY n DESC LIMIT ${examples ? EXAMPLES : 0}`;
  return `WITH duplicate AS MATERIALIZED (
  SELECT ${columns.join(', ')}, count(*) AS n
  FROM (${kept}
) AS keyed
  ${present.length === 0 ? '' : `WHERE ${present.join(' AND ')}`}
  GROUP BY ${columns.join(', ')} HAVING count(*) > 1
)
SELECT json_build_object(
  'groups', (SELECT count(*) FROM duplicate),
  'rows', (SELECT coalesce(sum(n), 0) FROM duplicate),
  'examples', (SELECT coalesce(json_agg(json_build_object('values', json_build_array(${shown}), 'rows', n)), '[]') FROM (${worst}) AS worst)
)`;
}
