/** What is probably true: between `low` and `high`, and `mid` is what speaks for most. Never negative, low <= mid <= high. */
export interface Range {
  low: number;
  mid: number;
  high: number;
}

/** A range in order, whatever the order of its parts, and never below zero. */
export const range = (low: number, mid: number, high: number): Range => {
  const middle = Math.max(0, mid);
  return { low: Math.max(0, Math.min(low, middle)), mid: middle, high: Math.max(high, middle) };
};

export const exactly = (value: number): Range => range(value, value, value);

/** The range that reaches from a share of the value to a multiple of it. */
export const around = (value: number, least: number, most: number): Range => range(value * least, value, value * most);

/** Both ends and the middle, each by itself. */
export const combine = (ranges: readonly Range[], by: (values: number[]) => number): Range =>
  range(by(ranges.map(({ low }) => low)), by(ranges.map(({ mid }) => mid)), by(ranges.map(({ high }) => high)));

const add = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The sum of things that are wrong together, since the same causes act on all of them. */
export const sum = (ranges: readonly Range[]): Range => combine(ranges, add);

export const scaled = (one: Range, factor: number): Range =>
  range(one.low * factor, one.mid * factor, one.high * factor);

/** The same middle, and further to both sides. */
export const widened = ({ low, mid, high }: Range, times: number): Range => range(low / times, mid, high * times);

export const ZERO: Range = exactly(0);
