import { loadParser, readQuestion } from '../../plan/index.ts';
import { configureSession } from '../../queries/configure_session.ts';
import { type ErrorFacts, ownError, type Probe, type ProbeMeasurement } from '../../run/index.ts';
import { median, spreadOf } from '../../run/probes/spread.ts';
import { buffersOf, rowsOf, summaryOf } from '../../run/probes/summary.ts';
import { refusalOfFunctions } from '../catalog/refuse-functions.ts';
import { searchPathText } from '../catalog/search-path.ts';
import { toErrorFacts } from '../errors.ts';
import type { Session } from '../session.ts';

/** A slow query is not run again for longer than this in all, the first run among it. */
const BUDGET_MS = 60_000;
/** Past its own time limit the server, or the way to it, is gone. */
const GRACE_MS = 10_000;
/** A plan over thousands of partitions is not worth a journal of megabytes. */
const MOST_PLAN_CHARACTERS = 100_000;
const QUERY_CANCELED = '57014';

const NOTHING: ProbeMeasurement = {
  runs: [],
  time: null,
  planningMs: null,
  rows: null,
  buffers: null,
  plan: null,
  summary: null,
  error: null,
  timedOut: false,
};

/** What EXPLAIN (FORMAT JSON) gave for one statement. */
type Explanation = Record<string, unknown>;

/**
 * Runs a probe, read-only: once for nothing, so that caches are as warm as they get, and then as often as it is to count, for
 * a minute in all. Times are the server's own, taken without a clock in every node of the plan, which would count in them. A
 * query that could do more than read is not sent. The session must be there for this alone: its settings are changed. Never
 * throws: `error` says why.
 */
export async function measureProbe(session: Session, probe: Probe): Promise<ProbeMeasurement> {
  try {
    await loadParser();
    const question = readQuestion(probe.sql, probe.parameters.length);
    if (!question.ok) return failed(ownError(`It is not run: ${question.why}.`));
    await configureSession(session, settingsOf(probe));
    const refusal = await refusalOfFunctions(session, question.sql);
    if (refusal !== null) return failed(ownError(refusal));
    return probe.execute ? await run(session, probe, question.sql) : await planOnly(session, probe, question.sql);
  } catch (error) {
    return failed(toErrorFacts(error));
  }
}

export const failed = (error: ErrorFacts, timedOut = false): ProbeMeasurement => ({ ...NOTHING, error, timedOut });

/** The plan's own settings first: ours have the last word. All else is as the role has it, so as the application would. */
function settingsOf(probe: Probe): Record<string, string> {
  const planned = probe.settings.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]));
  return {
    ...Object.fromEntries(planned),
    ...(probe.searchPath === null ? {} : { search_path: searchPathText(probe.searchPath) }),
    statement_timeout: `${probe.timeoutMs}ms`,
    lock_timeout: '5s',
    default_transaction_read_only: 'on',
  };
}

/** In autocommit, so that each run is a READ ONLY transaction of its own. */
async function explain(session: Session, probe: Probe, options: string, sql: string): Promise<Explanation> {
  const within = { timeoutMs: probe.timeoutMs + GRACE_MS };
  const [row] = await session.query(`EXPLAIN (${options}, VERBOSE, FORMAT JSON) ${sql}`, probe.parameters, within);
  const answer = row?.['QUERY PLAN'];
  const [explanation] = Array.isArray(answer) ? (answer as Explanation[]) : [];
  if (explanation === undefined) throw new Error('the server gave no plan');
  return explanation;
}

async function planOnly(session: Session, probe: Probe, sql: string): Promise<ProbeMeasurement> {
  const explanation = await explain(session, probe, 'SUMMARY', sql);
  return { ...NOTHING, ...planOf(explanation), planningMs: numberIn(explanation, 'Planning Time') };
}

async function run(session: Session, probe: Probe, sql: string): Promise<ProbeMeasurement> {
  const begun = performance.now();
  const counted: Explanation[] = [];
  for (let n = 0; n <= probe.repetitions; n++) {
    // One that counts there must be.
    if (counted.length > 0 && performance.now() - begun > BUDGET_MS) break;
    const sent = performance.now();
    try {
      const explanation = await explain(session, probe, 'ANALYZE, BUFFERS, TIMING OFF', sql);
      if (n > 0) counted.push(explanation);
    } catch (error) {
      const facts = toErrorFacts(error);
      const timedOut = facts.sqlstate === QUERY_CANCELED && performance.now() - sent >= probe.timeoutMs;
      // Near its limit: what came to its end counts.
      if (timedOut && counted.length > 0) break;
      return failed(facts, timedOut);
    }
  }
  return measured(counted);
}

const numberIn = (explanation: Explanation | undefined, key: string): number | null => {
  const value = explanation?.[key];
  return typeof value === 'number' ? value : null;
};

const timeOf = (explanation: Explanation): number => numberIn(explanation, 'Execution Time') ?? 0;

function planOf(explanation: Explanation): Pick<ProbeMeasurement, 'plan' | 'summary' | 'rows' | 'buffers'> {
  const tooLong = JSON.stringify(explanation).length > MOST_PLAN_CHARACTERS;
  return {
    plan: tooLong ? null : explanation,
    summary: summaryOf(explanation),
    rows: rowsOf(explanation),
    buffers: buffersOf(explanation),
  };
}

function measured(counted: readonly Explanation[]): ProbeMeasurement {
  const runs = counted.map(timeOf);
  const middle = [...counted].sort((a, b) => timeOf(a) - timeOf(b))[Math.floor((counted.length - 1) / 2)];
  const planning = counted.flatMap((each) => numberIn(each, 'Planning Time') ?? []);
  return {
    ...NOTHING,
    ...(middle === undefined ? {} : planOf(middle)),
    runs,
    time: spreadOf(runs),
    planningMs: median(planning),
  };
}
