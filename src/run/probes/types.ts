import type { Setting } from '../../plan/types.ts';
import type { ErrorFacts } from '../events.ts';

/** What a probe has to reach to pass. Percent of the median time before that is saved; or a median in milliseconds. */
export type ProbeTarget = { kind: 'faster'; percent: number } | { kind: 'under'; ms: number };

/**
 * A query that is measured before the first build and after the last. It is recorded with the run as it stands here: an
 * EXPLAIN of the plan (`from` plan, with its place), or a probe of the config file.
 */
export interface Probe {
  /** Unique in the run. */
  name: string;
  from: 'plan' | 'config';
  place: { file: string; line: number } | null;
  /** The SELECT itself, without EXPLAIN. It holds the literal values that its author gave it. */
  sql: string;
  /** For $1, $2 and so on. */
  parameters: (string | number | boolean | null)[];
  /** False: it is only planned, never run, since the plan says EXPLAIN without ANALYZE. Then there are no times. */
  execute: boolean;
  /** Runs that count, after a first one that does not. */
  repetitions: number;
  /** How long one run may take, ms. */
  timeoutMs: number;
  target: ProbeTarget | null;
  /** Name of the index that its plan has to use after; null when nobody said. */
  expectedIndex: string | null;
  /** A sequential scan that is left on a table of the plan, over a megabyte read, fails the probe unless this is true. */
  sequentialAllowed: boolean;
  settings: Setting[];
  searchPath: string[] | null;
}

/** How times of several runs lie, in ms. Quartiles by linear interpolation; `mad`: the median distance from the median. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  q1: number;
  q3: number;
  mad: number;
}

/** Blocks of 8 kB, shared and local together, of one run. `temp*`: of temporary files. */
export interface ProbeBuffers {
  hit: number;
  read: number;
  dirtied: number;
  written: number;
  tempRead: number;
  tempWritten: number;
}

/**
 * A sequential scan in a plan. `rows`: what it read in all its loops, kept or thrown away; `blocks`: of 8 kB that it touched
 * in them. Null where it was only planned.
 */
export interface SequentialScan {
  /** Null where the server does not tell. */
  schema: string | null;
  table: string;
  rows: number | null;
  loops: number | null;
  blocks: number | null;
}

/** A use of an index in a plan. `scan`: the node's type, such as Index Only Scan. */
export interface UsedIndex {
  name: string;
  scan: string;
  /** Null for a bitmap's part, of which the server does not tell the table. */
  table: string | null;
}

export interface PlanSummary {
  /** The top node's type. */
  top: string;
  indexes: UsedIndex[];
  sequential: SequentialScan[];
}

/** What one measurement of a probe gave. */
export interface ProbeMeasurement {
  /** Execution time of each run that counts, ms, in their order; empty when it was only planned or has failed. */
  runs: number[];
  time: Spread | null;
  /** Median planning time, ms. */
  planningMs: number | null;
  /** Rows that it gave. */
  rows: number | null;
  /** Of the run in the middle; null when it was only planned. */
  buffers: ProbeBuffers | null;
  /**
   * The plan of the run in the middle, as EXPLAIN (FORMAT JSON) gives it (the object with `Plan` in it). Its conditions hold
   * the query's literal values: `withoutLiterals` (literals.ts) leaves them out. Null when there is none, or it is over 100 kB.
   */
  plan: unknown;
  summary: PlanSummary | null;
  /** Why there is no measurement; null when there is one. */
  error: ErrorFacts | null;
  /** It was ended by its time limit: it takes longer than `timeoutMs`, and that is all that is known. */
  timedOut: boolean;
}

/** Whether a difference can be told from chance. unknown: too few runs. */
export type NoiseVerdict = 'beyond' | 'within' | 'unknown';

/** Before against after. */
export interface ProbeComparison {
  /** Median ms; null when not known. */
  beforeMs: number | null;
  afterMs: number | null;
  /** The query before was ended by its time limit: `beforeMs` is that limit, and factor and percent are the least they are. */
  atLeast: boolean;
  /** beforeMs / afterMs: 10 is ten times as fast, 0.5 half as fast; null when not known. */
  factor: number | null;
  /** Of the time before that is saved: 90 is ten times as fast, -100 half as fast; null when not known. */
  percent: number | null;
  noise: NoiseVerdict;
  /** Indexes that its plan uses now and that this run built. */
  newIndexes: string[];
  /** Sequential scans that are left on tables of the plan, and that read over a megabyte. */
  sequentialLeft: SequentialScan[];
}

export interface ProbeVerdict {
  ok: boolean;
  /** Why it has failed, as sentences; empty when ok. */
  problems: string[];
  /** What is worth knowing besides. */
  notes: string[];
  comparison: ProbeComparison;
}

export type ProbeMeasured = {
  /** Its number in `RunOptions.probes`, from 0. */
  probe: number;
  name: string;
  /** rolled-back: once more, after a rollback, if that was wanted. */
  when: 'before' | 'after' | 'rolled-back';
  /** 1; 2 for the one after an ANALYZE. */
  attempt: number;
  /** Only of `after`. Null: an ANALYZE comes first, and then another measurement. */
  verdict: ProbeVerdict | null;
} & ProbeMeasurement;

/** A probe as far as it has got. */
export interface ProbeState {
  probe: Probe;
  /** Null: not measured, and never will be once something was begun to be built. */
  before: ({ at: string } & ProbeMeasured) | null;
  /** The newest. Without a verdict it is going to be measured again. */
  after: ({ at: string } & ProbeMeasured) | null;
  /** After a rollback, where that was wanted. */
  rolledBack?: { at: string } & ProbeMeasured;
}

/** An ANALYZE that a sequential scan led to. */
export interface AnalyzedTable {
  schema: string;
  table: string;
  /** Null while it is under way. */
  durationMs: number | null;
  error: ErrorFacts | null;
}

/** A statement of pg_stat_statements, normalised by the server: constants are $1 and so on. Times in ms, since `statsReset`. */
export interface StatementFacts {
  /** The server's own number of it, as text. */
  queryId: string;
  query: string;
  calls: number;
  meanMs: number;
  totalMs: number;
  rows: number;
}

/** The most expensive statements on the plan's tables. They count from a reset on: two readings give what lay between. */
export interface StatementsRead {
  when: 'before' | 'after';
  /** Most expensive first; those seen before are in the reading after too, whatever they cost. */
  statements: StatementFacts[];
  /** When the counters were reset last, ISO; null when not known (before 14). */
  statsReset: string | null;
  /** Why there is nothing to read, as a sentence; null when there is. */
  why: string | null;
}
