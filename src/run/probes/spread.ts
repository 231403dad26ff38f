import type { NoiseVerdict, Spread } from './types.ts';

/** The value at `share` (0 to 1) of sorted values, between two of them by linear interpolation. */
const quantile = (sorted: readonly number[], share: number): number => {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
};

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

export const median = (values: readonly number[]): number | null =>
  values.length === 0 ? null : quantile(ascending(values), 0.5);

/** How values lie; null when there are none. */
export const spreadOf = (values: readonly number[]): Spread | null => {
  if (values.length === 0) return null;
  const sorted = ascending(values);
  const middle = quantile(sorted, 0.5);
  return {
    median: middle,
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
    mad: quantile(ascending(sorted.map((value) => Math.abs(value - middle))), 0.5),
  };
};

/** Fewer runs than this say nothing of how much they differ by chance. */
const FEWEST_RUNS = 3;
/** Of the longer median: what clocks, caches and neighbours do to a query that nothing was changed for. */
const LEAST_SHARE = 0.05;
/** A median absolute deviation times this is a standard deviation, for values that are spread as errors are. */
const MAD_TO_SIGMA = 1.4826;
const SIGMAS = 3;

/**
 * Whether two sets of times differ by more than chance: their medians must lie further apart than three standard deviations
 * of the two together, as their median absolute deviations give them, and than 5 % of the longer. One slow run moves neither.
 */
export const noiseBetween = (before: readonly number[], after: readonly number[]): NoiseVerdict => {
  const [a, b] = [spreadOf(before), spreadOf(after)];
  if (a === null || b === null || Math.min(before.length, after.length) < FEWEST_RUNS) return 'unknown';
  const sigma = MAD_TO_SIGMA * Math.hypot(a.mad, b.mad);
  const least = Math.max(SIGMAS * sigma, LEAST_SHARE * Math.max(a.median, b.median));
  return Math.abs(a.median - b.median) > least ? 'beyond' : 'within';
};
