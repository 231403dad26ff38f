import type { Baseline } from '../events.ts';

/** How long the usual rate of rollbacks is measured, when nothing else was said. */
export const BASELINE_MS = 3_000;

/** Half of the 95 % quantile of the normal distribution: see below. */
const HALF_QUANTILE = 1.645 / 2;

/**
 * Rollbacks per second that the time before the first build is compatible with: the upper end of a one-sided 95 %
 * interval for counts (√(n+1) + z/2)², null when nothing was measured. Three seconds without a rollback do not prove a
 * rate below one a second, and a gate that took them for that would pause for what is usual.
 */
export const usualRollbackRate = ({
  rollbacksPerS,
  rateSeconds,
}: Pick<Baseline, 'rollbacksPerS' | 'rateSeconds'>): number | null => {
  if (rollbacksPerS === null || rateSeconds <= 0) return rollbacksPerS;
  const counted = rollbacksPerS * rateSeconds;
  return (Math.sqrt(counted + 1) + HALF_QUANTILE) ** 2 / rateSeconds;
};
