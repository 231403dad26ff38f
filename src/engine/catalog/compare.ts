import { quoteIdent } from '../../plan/ident.ts';
import type { CreateIndexStep, SideBySide } from '../../plan/types.ts';
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
  const planned = plannedDefinition(row, create, tried);
  // Both texts are the server's own: what is left of a difference may be two words for one thing, such as off and false.
  return [...differencesOf(planned, definition), ...differences];
}

/** The planned index as the server writes it, under its own names; as the plan does where the server was not asked. */
export function plannedDefinition(row: PlannedIndexRow, create: CreateIndexStep, tried: Tried | null): string {
  const text = tried === null || 'sqlstate' in tried ? create.buildSql : tried.definition;
  const to = { schema: row.table_schema, table: row.table_name ?? create.table, name: create.name };
  return renamed(text, to, false);
}

/** The planned index as a statement on its own table, by whatever name the plan calls that. */
export function plannedStatement(row: PlannedIndexRow, create: CreateIndexStep): string {
  return plannedDefinition(row, create, null);
}

/** Both definitions in full: the tablespace is written where it is what differs. */
export function sideBySide(
  row: PlannedIndexRow,
  create: CreateIndexStep,
  tried: Tried | null,
  { definition, differences }: { definition: string; differences: string[] },
): SideBySide {
  const named = tried === null || 'sqlstate' in tried ? null : tried.tablespace;
  const planned = plannedDefinition(row, create, tried);
  const tablespace = plannedTablespace(row, create, named);
  if (row.tablespace === tablespace) return { planned, found: definition, differences };
  const within = (text: string, name: string) =>
    / TABLESPACE /.test(text) ? text : `${text} TABLESPACE ${quoteIdent(name)}`;
  return { planned: within(planned, tablespace), found: within(definition, row.tablespace), differences };
}

function plannedTablespace(row: PlannedIndexRow, create: CreateIndexStep, named: string | null): string {
  const set = create.settings.findLast((setting) => setting.name === 'default_tablespace');
  return named ?? (set === undefined ? row.usual_tablespace : set.value || row.database_tablespace);
}

/** pg_get_indexdef leaves the tablespace out, so it is compared by itself. */
function tablespaceDifference(row: PlannedIndexRow, create: CreateIndexStep, named: string | null): string[] {
  const planned = plannedTablespace(row, create, named);
  if (row.tablespace === planned) return [];
  return [`it is in the tablespace ${row.tablespace}, planned in ${planned}`];
}

function notComparable(refusal: Extract<Tried, { sqlstate: string }>): string {
  const where = refusal.copied ? 'the server refuses the planned one' : 'no scratch copy of the table could be made';
  return `whether the server sees a difference could not be found out: ${where}: ${refusal.message}`;
}
