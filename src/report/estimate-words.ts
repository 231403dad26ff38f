import type { Report } from './schema.ts';

type Estimates = NonNullable<Report['estimates']>;

const compared = (what: string, { compared: n, medianFactor, withinRange, farOff }: Estimates['sizes']): string =>
  n === 0
    ? `${what}: nothing to compare`
    : `${what}: ${withinRange} of ${n} within the range, half of them off by ${medianFactor} times or less, ${farOff} by more than 3 times`;

/** How well sizes and times were estimated, a line each. */
export const comparedLines = ({ sizes, times }: Estimates): string[] => [
  compared('Sizes', sizes),
  compared('Times, without waits', times),
];
