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
/** That so many runs all lie on one side of as many others happens by chance once in 126 times (2 in 10 over 5). */
const TELLING_RUNS = 5;
/** What clocks, caches and neighbours do to a query that nothing was changed for. */
const LEAST_FACTOR = 1.05;
/** A median absolute deviation times this is a standard deviation, for values that are spread as errors are. */
const MAD_TO_SIGMA = 1.4826;
const SIGMAS = 3;
/** The finest that the server tells, ms: less is not zero. */
const RESOLUTION_MS = 0.001;

const logs = (runs: readonly number[]): number[] => runs.map((run) => Math.log(Math.max(run, RESOLUTION_MS)));

const isApart = (a: Spread, b: Spread): boolean => a.max < b.min || b.max < a.min;

/**
 * Whether two sets of times differ by more than chance. Their medians must lie further apart than 5 %; and either further
 * than three standard deviations of the two together, as their median absolute deviations give them, or all runs of the one,
 * five at least, on one side of all of the other. By factors, not by differences: twice as long is as far off as half as
 * long, and what disturbs a query takes the longer the longer it runs. One slow run moves no median and no deviation.
 */
export const noiseBetween = (before: readonly number[], after: readonly number[]): NoiseVerdict => {
  const [a, b] = [spreadOf(logs(before)), spreadOf(logs(after))];
  const fewest = Math.min(before.length, after.length);
  if (a === null || b === null || fewest < FEWEST_RUNS) return 'unknown';
  const distance = Math.abs(a.median - b.median);
  if (distance <= Math.log(LEAST_FACTOR)) return 'within';
  const sigma = MAD_TO_SIGMA * Math.hypot(a.mad, b.mad);
  return distance > SIGMAS * sigma || (fewest >= TELLING_RUNS && isApart(a, b)) ? 'beyond' : 'within';
};
