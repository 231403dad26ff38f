import { loadParser } from '../../plan/parser.ts';
import type { CreateIndexStep } from '../../plan/types.ts';
import { type PlannedIndexRow, plannedIndexes } from '../../queries/planned_indexes.ts';
import type { Tried } from '../../queries/try_indexes.ts';
import type { Found, TableFacts } from '../../run/index.ts';
import type { Session } from '../session.ts';
import { compareWithPlan, needsServer } from './compare.ts';
import { type Definition, readDefinitions } from './read-definitions.ts';
import { isIndex, isIndexable, noTableMessage, relationKind, tableFacts } from './relations.ts';
import { type TrialWish, tryPlanned } from './trials.ts';

/** A planned index and its number in the run. */
export interface InspectionTarget {
  step: number;
  create: CreateIndexStep;
}

/** What the catalog says of one planned index. */
export interface Inspection {
  table: TableFacts | null;
  found: Found;
  /** The catalog's row, for who needs more of it. */
  row: PlannedIndexRow;
  /** What the server made of the planned index on a scratch table, if that was asked. */
  tried: Tried | null;
}

export interface InspectOptions {
  /** Try also the indexes that are not there yet, or not valid: the server tells what it would refuse. */
  tryMissing?: boolean;
  /** What stands there is to be dropped before: it is tried like one that is missing. */
  isReplaced?: (step: number, oid: number) => boolean;
  /** What the server made of missing indexes when it was asked before, by step: what it took once is not tried again. */
  known?: ReadonlyMap<number, Tried>;
}

/**
 * Finds what stands where the planned indexes belong, for a whole plan in a handful of statements, by step. Nothing is
 * locked that anyone would notice and nothing is waited for longer than `inspectingSettings` allow; the session must have
 * those. Fails only when the session does.
 */
export async function inspectIndexes(
  session: Session,
  targets: readonly InspectionTarget[],
  options: InspectOptions = {},
): Promise<Map<number, Inspection>> {
  if (targets.length === 0) return new Map();
  await loadParser();
  const wanted = targets.map(({ step, create }) => {
    return { step, schema: create.schema, table: create.table, name: create.name, path: create.searchPath };
  });
  const rows = new Map((await plannedIndexes(session, wanted)).map((row) => [row.step, row]));
  const definitions = await readDefinitions(session, [...rows.values()]);
  const wishes: TrialWish[] = [];
  for (const { step, create } of targets) {
    const row = rows.get(step);
    if (row !== undefined && !isKnown(row, options) && worthTrying(row, create, definitions, options)) {
      wishes.push({ row, create, there: row.valid === true });
    }
  }
  const tried = await tryPlanned(session, wishes);
  const inspections = new Map<number, Inspection>();
  for (const { step, create } of targets) {
    const row = rows.get(step);
    if (row === undefined) continue;
    const outcome = tried.get(step) ?? (isKnown(row, options) ? options.known?.get(step) : null) ?? null;
    inspections.set(step, {
      table: tableFacts(row),
      found: judge(row, create, definitions, outcome),
      row,
      tried: outcome,
    });
  }
  return inspections;
}

/** `inspectIndexes` for one index, right before it is built or after that failed. */
export async function inspectIndex(session: Session, step: number, create: CreateIndexStep): Promise<Inspection> {
  const inspection = (await inspectIndexes(session, [{ step, create }])).get(step);
  if (inspection === undefined) throw new Error(`the catalog gave no row for step ${step}`);
  return inspection;
}

function isKnown({ step, index_oid, valid }: PlannedIndexRow, { known }: InspectOptions): boolean {
  const before = known?.get(step);
  return (index_oid === null || valid === false) && before !== undefined && !('sqlstate' in before);
}

function worthTrying(
  row: PlannedIndexRow,
  create: CreateIndexStep,
  definitions: Map<number, Definition>,
  options: InspectOptions,
): boolean {
  if (!isIndexable(row) || row.is_system === true) return false;
  if (row.index_oid === null) return options.tryMissing === true;
  if (!isIndex(row) || row.index_table_oid !== row.table_oid) return false;
  if (options.isReplaced?.(row.step, row.index_oid)) return options.tryMissing === true;
  // What it would be replaced by. That of a partitioned table is compared before it is complete, too.
  if (row.valid !== true && row.index_kind !== 'I') return options.tryMissing === true;
  const definition = definitions.get(row.index_oid);
  return typeof definition?.text === 'string' && needsServer(create, definition.text);
}

function judge(
  row: PlannedIndexRow,
  create: CreateIndexStep,
  definitions: Map<number, Definition>,
  tried: Tried | null,
): Found {
  const message = noTableMessage(row, create.schema, create.table);
  if (message !== null) return { kind: 'no-table', message };
  const oid = row.index_oid;
  if (oid === null) return { kind: 'none' };
  if (!isIndex(row)) return { kind: 'other-relation', oid, what: relationKind(row.index_kind) };
  if (row.valid !== true && row.builder_pid !== null) {
    return { kind: 'building', oid, pid: row.builder_pid, application: row.builder_application };
  }
  const read = definitions.get(oid);
  // It was there a moment ago: somebody drops it right now.
  if (read === undefined) return { kind: 'none' };
  const definition = read.text ?? `(not readable: ${read.why})`;
  if (row.index_table_oid !== row.table_oid) {
    const other = `it is on the table ${row.table_schema}.${row.index_table_name}`;
    return {
      kind: 'different',
      oid,
      definition,
      differences: [`${other}, planned on ${row.table_schema}.${row.table_name}`],
    };
  }
  if (row.valid !== true && row.index_kind === 'i')
    return { kind: 'invalid', oid, definition, ready: row.ready === true };
  const differences =
    read.text === null ? [`it could not be compared: ${read.why}`] : compareWithPlan(row, create, read.text, tried);
  if (differences.length > 0) return { kind: 'different', oid, definition, differences };
  if (row.valid !== true) return { kind: 'incomplete', oid, definition };
  return { kind: 'equal', oid, definition, bytes: (row.index_pages ?? 0) * row.block_size };
}
