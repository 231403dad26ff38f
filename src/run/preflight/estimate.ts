import type { PreflightFacts } from '../events.ts';

/** From the least to the most that it may be. */
export interface Range {
  least: number;
  most: number;
}

/** How long the builds take and how large the indexes become; null: not known. */
export interface AheadEstimate {
  ms: Range | null;
  bytes: Range | null;
}

/** What preflight knows of time and size: the one place that the summary takes them from. */
export const estimateAhead = (_preflight: PreflightFacts | null): AheadEstimate => ({ ms: null, bytes: null });
