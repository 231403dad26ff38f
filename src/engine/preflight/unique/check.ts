import pg from 'pg';
import { configureSession } from '../../../queries/configure_session.ts';
import { type Duplicates, findDuplicates, tableSizes } from '../../../queries/duplicates.ts';
import { bytes, duration, type RunOptions, type StepState, UNIQUE_CHECK } from '../../../run/index.ts';
import { inspectingSettings } from '../../catalog/index.ts';
import type { Session } from '../../session.ts';
import { settingsFor } from '../../settings.ts';
import type { IndexFinding } from '../facts.ts';
import { isBegun } from '../rules/resumed.ts';
import { isRefused, isToBeBuilt, madeOf } from '../to-be-built.ts';
import { duplicatesQuery, unusualClass } from './query.ts';

/** What was found of the data that a planned UNIQUE index is to guard. */
export type UniqueCheck =
  | { kind: 'checked'; duplicates: Duplicates }
  /** `why` is the rest of a sentence; `onRequest`: it would be checked if that were asked for. */
  | { kind: 'unchecked'; why: string; onRequest: boolean };

/** Milliseconds for one index and for all of them: by themselves, and where the operator asked for it. */
const LIMITS = { usual: { one: 10_000, all: 30_000 }, asked: { one: 300_000, all: 600_000 } } as const;
/** Past its own time limit the server, or the way to it, is gone. */
const GRACE_MS = 10_000;
const LEAST_MS = 100;

export interface UniqueCheckAbout {
  indexes: readonly IndexFinding[];
  options: RunOptions;
  /** Our role. */
  user: string;
  resumed: readonly StepState[] | null;
  /** What was found before, by step: what was free of duplicates, or took too long, is not read again. */
  known: Map<number, UniqueCheck>;
}

/**
 * Looks for duplicates in the data that planned UNIQUE indexes would meet, one after the other, within a time for all. Reads
 * whole tables: only those up to the size that the options name. By step; what could not be looked at says why.
 */
export async function checkUnique(session: Session, about: UniqueCheckAbout): Promise<Map<number, UniqueCheck>> {
  const { upTo, asked, examples } = about.options.uniqueCheck ?? UNIQUE_CHECK;
  const wanted = about.indexes.filter(
    (index) => index.create.unique && isToBeBuilt(index) && !isRefused(index) && !isBegun(about.resumed, index.step),
  );
  const checks = new Map<number, UniqueCheck>();
  if (wanted.length === 0) return checks;
  const sizes = await sizesOf(session, wanted);
  const limits = asked ? LIMITS.asked : LIMITS.usual;
  const isWaived = about.options.ignore?.includes('unique-duplicates') ?? false;
  const end = performance.now() + limits.all;
  try {
    for (const index of wanted) {
      const before = about.known.get(index.step);
      if (before !== undefined && (isWaived || isSettled(before))) {
        checks.set(index.step, before);
        continue;
      }
      const size = sizes.get(index.row.table_oid ?? 0) ?? null;
      const refusal = refusalOf(index, about.user, size, upTo);
      const left = Math.min(limits.one, end - performance.now());
      if (refusal !== null) checks.set(index.step, refusal);
      else if (left < LEAST_MS)
        checks.set(index.step, unchecked(`the ${duration(limits.all)} for all checks were over`));
      else checks.set(index.step, await checkOne(session, index, examples, Math.ceil(left)));
    }
  } finally {
    const { statement_timeout: statementTimeout = '10s' } = inspectingSettings;
    if (!session.lost) await configureSession(session, { statement_timeout: statementTimeout });
  }
  for (const [step, check] of checks) about.known.set(step, check);
  return checks;
}

const isSettled = (check: UniqueCheck): boolean =>
  check.kind === 'checked' ? check.duplicates.groups === 0 : check.onRequest;

const unchecked = (why: string, onRequest = false): UniqueCheck => ({ kind: 'unchecked', why, onRequest });

/** On disk where no lock is in the way, else as the catalog has it; what nobody has counted yet is not known. */
async function sizesOf(session: Session, wanted: readonly IndexFinding[]): Promise<Map<number, number>> {
  const free = wanted.filter(({ row }) => row.table_oid !== null && row.table_locked_by === null);
  try {
    return await tableSizes(session, [...new Set(free.map(({ row }) => row.table_oid ?? 0))]);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
    return new Map(free.flatMap(({ table }) => (table?.bytes == null ? [] : [[table.oid, table.bytes]])));
  }
}

function refusalOf(index: IndexFinding, user: string, size: number | null, upTo: number): UniqueCheck | null {
  const { row } = index;
  const made = madeOf(index);
  if (row.table_locked_by !== null) return unchecked(`pid ${row.table_locked_by} keeps everybody out of its table`);
  if (made === null) {
    const said = index.tried !== null && 'sqlstate' in index.tried ? index.tried.message : 'it was not asked';
    return unchecked(`the server did not say what it is: ${said}`);
  }
  if (size === null) return unchecked('the size of its table is not known');
  if (size > upTo) return unchecked(`its table has ${bytes(size)}, and ${bytes(upTo)} is the most that is read`, true);
  // A build runs them with the rights of the table's owner; a query would with ours.
  if (made.calls !== null && row.table_owner !== user)
    return unchecked(`it calls ${made.calls.join(', ')}, which is not run with the rights of ${user}`);
  const unusual = unusualClass(made);
  return unusual === null ? null : unchecked(`the operator class ${unusual} may see equality in its own way`);
}

async function checkOne(
  session: Session,
  index: IndexFinding,
  examples: boolean,
  limitMs: number,
): Promise<UniqueCheck> {
  const { row } = index;
  const made = madeOf(index);
  if (made === null || row.table_schema === null || row.table_name === null) return unchecked('there is no table');
  const table = { schema: row.table_schema, name: row.table_name, partitioned: row.table_kind === 'p' };
  const limits = { statement_timeout: `${limitMs}ms`, client_connection_check_interval: '2s' };
  try {
    await configureSession(session, settingsFor(session.serverVersionNum, limits));
    const sql = duplicatesQuery(table, made, examples);
    return { kind: 'checked', duplicates: await findDuplicates(session, sql, { timeoutMs: limitMs + GRACE_MS }) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
    if (error.code === '57014') return unchecked(`it took longer than ${duration(limitMs)}`, true);
    return unchecked(`the server refused: ${error.message}`);
  }
}
