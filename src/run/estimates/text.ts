import { bytes } from '../format.ts';
import type { Range } from './range.ts';

/** A number as far as an estimate has digits: 1, 7, 12, 45, 120. */
const rounded = (value: number): number => {
  if (value < 10) return Math.round(value);
  const step = value < 100 ? 5 : 10 ** Math.floor(Math.log10(value)) / 2;
  return Math.round(value / step) * step;
};

const UNITS = [
  { ms: 3_600_000, name: 'h', from: 2 * 3_600_000 },
  { ms: 60_000, name: 'min', from: 100_000 },
  { ms: 1_000, name: 's', from: 0 },
] as const;

/** `40-90 s`, `2-5 min`, `under 1 s`: both ends in the unit of the upper one. `short` says m for min. */
export const timeRange = ({ low, high }: Range, short = false): string => {
  const unit = UNITS.find(({ from }) => high >= from) ?? UNITS[2];
  const most = rounded(high / unit.ms);
  if (high < 1_000) return short ? '<1 s' : 'under 1 s';
  const least = Math.min(rounded(low / unit.ms), most);
  const name = short && unit.name === 'min' ? 'm' : unit.name;
  if (least === most) return `${most} ${name}`;
  return least === 0 ? `${short ? '<' : 'up to '}${most} ${name}` : `${least}-${most} ${name}`;
};

/** `12-15 MB`: the unit once where both have the same. */
export const bytesRange = ({ low, high }: Range): string => {
  const [least, most] = [bytes(Math.round(low)), bytes(Math.round(high))];
  if (least === most) return most;
  const [number, unit] = least.split(' ');
  return most.endsWith(` ${unit}`) ? `${number}-${most}` : `${least} to ${most}`;
};
