import type { IndexBasis } from './facts.ts';
import { type Range, range } from './range.ts';

/**
 * Different values among `entries` of which a sample of `rows` had `distinct`, `single` of them once: Haas and Stokes' Duj1,
 * as ANALYZE has it.
 */
export const duj1 = (rows: number, distinct: number, single: number, entries: number): number =>
  rows <= 0 || entries <= 0
    ? distinct
    : (rows * distinct) / Math.max(1e-9, rows - single + (single * rows) / Math.max(rows, entries));

/**
 * How many different keys `entries` have. Between what cannot be less (the column with most values, what the sample has seen) and what
 * cannot be more (all combinations; if every block of the table were as the sampled ones). A sample of blocks alone does not tell: in a table
 * that lies in the order of the key, it has whole keys and no others.
 */
export const distinctKeys = (basis: IndexBasis, entries: number): Range | null => {
  const { sample, columns, keys, keyColumnsDistinct, unique } = basis;
  if (entries <= 0) return range(0, 0, 0);
  if (unique) return range(entries, entries, entries);
  const known = (columns ?? []).slice(0, keys).map(({ distinct }) => distinct);
  const most = keyColumnsDistinct.reduce<number>(
    (product, each) => (each === null ? Number.POSITIVE_INFINITY : product * Math.max(1, each + 1)),
    1,
  );
  const seen = sample?.distinct ?? null;
  const counted = sample !== null && seen !== null && sample.entries > 0;
  if (!counted && known.some((each) => each === null) && most === Number.POSITIVE_INFINITY) return null;
  // Of a part of the rows, a part of the values at least: as many as are hit when each has the same chance.
  const total = basis.catalog?.rows ?? entries;
  const hit = (of: number): number =>
    entries >= total || of <= 0
      ? of
      : of * (1 - Math.exp(entries * Math.log(Math.max(1e-12, 1 - 1 / Math.max(of, 1.0001)))));
  const least = Math.max(1, ...known.map((each) => (each === null ? 0 : hit(each))), counted ? seen : 0);
  const upper = Math.min(
    entries,
    hit(Math.min(most, total)),
    counted ? Math.max(seen, (seen * entries) / sample.entries) : entries,
  );
  const low = Math.min(least, entries);
  const high = Math.max(low, upper);
  const [only] = known;
  if (known.length === 1 && only != null) {
    const value = Math.min(entries, hit(only));
    return range(value, value, value);
  }
  const guess = counted ? duj1(sample.entries, seen, sample.single ?? 0, entries) : high;
  const mid = Math.min(high, Math.max(low, guess));
  // The bounds are hard ones: what is probable is about half way, in powers.
  return range(Math.sqrt(low * mid), mid, Math.sqrt(high * mid));
};
