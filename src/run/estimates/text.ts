import type { Range } from './range.ts';

/** A number as far as an estimate has digits: 1, 7, 12, 45, 120. */
const rounded = (value: number): number => {
  if (value < 10) return Math.round(value);
  const step = value < 100 ? 5 : 10 ** Math.floor(Math.log10(value)) / 2;
  return Math.round(value / step) * step;
};

/** The same, with one decimal below ten. */
const finer = (value: number): number => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

const between = (least: number, most: number, unit: string, upTo: string): string => {
  if (least >= most) return `${most} ${unit}`;
  return least === 0 ? `${upTo}${most} ${unit}` : `${least}-${most} ${unit}`;
};

const TIMES = [
  { ms: 3_600_000, name: 'h', short: 'h', from: 2 * 3_600_000 },
  { ms: 60_000, name: 'min', short: 'm', from: 100_000 },
  { ms: 1_000, name: 's', short: 's', from: 0 },
] as const;

const timeText = ({ low, high }: Range, short: boolean): string => {
  const upTo = short ? '<' : 'up to ';
  if (high < 1_000) return short ? '<1 s' : 'under 1 s';
  const unit = TIMES.find(({ from }) => high >= from) ?? TIMES[2];
  return between(rounded(low / unit.ms), rounded(high / unit.ms), short ? unit.short : unit.name, upTo);
};

/** `40-90 s`, `2-5 min`, `up to 3 s`, `under 1 s`: both ends in the unit of the upper one. */
export const timeRange = (range: Range): string => timeText(range, false);

/** The same in at most nine columns, marked as an estimate: `~40-90 s`, `~10-25 m`, `<3 s`. */
export const shortTimeRange = (range: Range): string => {
  const text = timeText(range, true);
  return text.startsWith('<') ? text : `~${text}`;
};

const SIZES = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** `12-15 MB`, `0.8-1.2 GB`, `up to 2 MB`: powers of 1024, both ends in the unit of the upper one. */
export const bytesRange = ({ low, high }: Range): string => {
  const at = high < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log(high) / Math.log(1024)));
  const unit = 1024 ** at;
  return between(finer(low / unit), finer(high / unit), SIZES[at] ?? 'bytes', 'up to ');
};
