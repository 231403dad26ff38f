import prettyMilliseconds from 'pretty-ms';
import { clockTime } from '../../run/format.ts';

export { bytes, clockTime } from '../../run/format.ts';

/** An age in its largest unit: 0s, 12s, 41m, 3h, 2d. */
export const age = (seconds: number): string =>
  seconds < 1 ? '0s' : prettyMilliseconds(Math.floor(seconds) * 1000, { compact: true });

/** Milliseconds from one ISO time to `until`; never less than 0, however the clocks differ. */
export const since = (from: string, until: number): number => Math.max(0, until - Date.parse(from));

/** 00:03:12 since an ISO time. */
export const clockSince = (from: string, until: number): string => clockTime(since(from, until));

/** HH:MM:SS of an ISO time, UTC. */
export const timeOfDay = (iso: string): string => iso.slice(11, 19);

/** A number as short as it can be and still be read: 0.2, 12, 1234. */
export const short = (value: number): string =>
  value !== 0 && Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0);

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
