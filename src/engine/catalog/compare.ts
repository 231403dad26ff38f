import type { CreateIndexStep } from '../../plan/types.ts';
import type { PlannedIndexRow } from '../../queries/planned_indexes.ts';
import type { Tried } from '../../queries/try_indexes.ts';
import { differencesOf, renamed } from './plan-text.ts';

/**
 * True when the texts alone do not prove that both are the same: they differ, which the server may see otherwise, or they
 * name functions under a search path of the plan's own, in which the same word may be another function.
 */
export const needsServer = (create: CreateIndexStep, definition: string): boolean =>
  (create.partialOrExpression && create.searchPath !== null) || differencesOf(create.buildSql, definition).length > 0;

/**
 * How an index that is there differs from the planned one, in words; empty when it does not. Texts of the same structure
 * are equal. Otherwise the server decides by what it made of the planned one; where it could not, they count as different.
 */
export function compareWithPlan(
  row: PlannedIndexRow,
  create: CreateIndexStep,
  definition: string,
  tried: Tried | null,
): string[] {
  const inText = differencesOf(create.buildSql, definition);
  if (!needsServer(create, definition)) return tablespaceDifference(row, create, null);
  if (tried === null) return [...inText, 'the server was not asked whether that makes a difference'];
  if ('sqlstate' in tried) return [...inText, notComparable(tried)];
  const differences = tablespaceDifference(row, create, tried.tablespace);
  if (tried.unique === tried.there_unique && tried.tail === tried.there_tail) return differences;
  const planned = renamed(tried.definition, {
    schema: row.table_schema,
    table: row.table_name ?? '',
    name: create.name,
  });
  const inMeaning = differencesOf(planned, definition);
  // The server's texts are the proof; the words are only how to say it.
  differences.unshift(...(inMeaning.length > 0 ? inMeaning : [`planned: ${tried.tail}; there: ${tried.there_tail}`]));
  return differences;
}

/** pg_get_indexdef leaves the tablespace out, so it is compared by itself. */
function tablespaceDifference(row: PlannedIndexRow, create: CreateIndexStep, named: string | null): string[] {
  const set = create.settings.findLast((setting) => setting.name === 'default_tablespace');
  const usual = set === undefined ? row.usual_tablespace : set.value || row.database_tablespace;
  const planned = named ?? usual;
  if (row.tablespace === planned) return [];
  return [`it is in the tablespace ${row.tablespace}, planned in ${planned}`];
}

function notComparable(refusal: Extract<Tried, { sqlstate: string }>): string {
  const where = refusal.copied ? 'the server refuses the planned one' : 'no scratch copy of the table could be made';
  return `whether the server sees a difference could not be found out: ${where}: ${refusal.message}`;
}
