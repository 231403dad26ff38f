import type { RunEvent } from './events.ts';

/** none: as before the run. slight: more, and nothing that a threshold speaks of. impact: past one, or somebody waited long. */
export type ImpactVerdict = 'none' | 'slight' | 'impact' | 'unknown';

/** What of the run was under way at an instant. */
export interface ImpactMoment {
  /** ISO. When it was known only for a summary, its end. */
  at: string;
  section: { index: number; title: string } | null;
  /** Names of the indexes that were being built. */
  builds: string[];
}

/** One line of the production impact (runbook row 14). Numbers are in the metric's own unit. */
export interface ImpactLine {
  /** A `MetricName`, an own gate's name with `own: true`, or `waited-for-us`. */
  metric: string;
  own: boolean;
  /** What it is, for people: "rollbacks a second". */
  title: string;
  /** Unit to print after numbers, with its space: " s"; "bytes" are to be formatted. */
  unit: 'count' | 'per-second' | 'seconds' | 'bytes' | 'sessions' | 'number';
  /** Before the run; null when it was not taken. */
  baseline: number | null;
  worst: number | null;
  /** When the worst was, and what was being done; null when never read. */
  moment: ImpactMoment | null;
  verdict: ImpactVerdict;
  /** The rule that gave the verdict, as a sentence with its numbers. */
  rule: string;
}

export interface Impact {
  lines: ImpactLine[];
  /** The worst of the lines' verdicts, unknown ones aside unless all are. */
  verdict: ImpactVerdict;
}

/** How production fared from the go to the end: pure, of the run's events alone. */
export const impactOf = (_events: readonly RunEvent[]): Impact => ({ lines: [], verdict: 'unknown' });
