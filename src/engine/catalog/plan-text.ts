import { compareIndexes } from '../../plan/compare.ts';
import { retargetIndex } from '../../plan/index-statement.ts';
import type { CreateIndexStep } from '../../plan/types.ts';

/** The planned index as a statement for the scratch table of catalog/try_indexes.sql. */
export const retargeted = (create: CreateIndexStep): string =>
  retargetIndex(create.buildSql, {
    relation: { schema: 'pg_temp', table: 'indexdeck_try' },
    name: 'indexdeck_try_index',
    concurrently: false,
  });

/** A CREATE INDEX text under other names; `concurrently`: with that word, or without. */
export const renamed = (
  sql: string,
  to: { schema: string | null; table: string; name: string },
  concurrently: boolean,
): string => retargetIndex(sql, { relation: { schema: to.schema, table: to.table }, name: to.name, concurrently });

/** How the two texts differ in structure, in words, the planned one first; which index on which table does not count. */
export function differencesOf(planned: string, there: string): string[] {
  const comparison = compareIndexes(planned, there, { ignoreRelation: true, ignoreOnly: true });
  return comparison.equal ? [] : comparison.differences;
}
