import { GATE_UNITS, type GateUnit } from './defaults.ts';
import type { GateName } from './types.ts';

const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
};

/** Powers of 1024, as in PostgreSQL's own settings. */
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

const ALLOWED: Readonly<Record<GateUnit, { units: Readonly<Record<string, number>>; example: string }>> = {
  sessions: { units: {}, example: 'a number of sessions, such as 10' },
  percent: { units: { '%': 1 }, example: 'a percentage, such as 80%' },
  'times the baseline': { units: { x: 1 }, example: 'times the baseline, such as 2x' },
  seconds: { units: SECONDS, example: 'a time, such as 30s, 10min or 1h' },
  bytes: { units: BYTES, example: 'a size, such as 512MB or 10GB' },
};

/** The number in the base unit; null when the text is none. A number without a unit counts in the base unit. */
const parseQuantity = (text: string, units: Readonly<Record<string, number>>): number | null => {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z%]*)$/.exec(text.trim());
  if (match === null) return null;
  const [, number = '', unit = ''] = match;
  if (unit === '') return Number(number);
  // Units are told apart by letters alone: nobody means millibytes.
  const known = Object.entries(units).find(([name]) => name.toLowerCase() === unit.toLowerCase());
  return known === undefined ? null : Number(number) * known[1];
};

/** A gate's threshold in its own unit; null when the text is none. */
export const parseThreshold = (gate: GateName, text: string): number | null =>
  parseQuantity(text, ALLOWED[GATE_UNITS[gate]].units);

/** What a threshold of the gate looks like, in words. */
export const thresholdExample = (gate: GateName): string => ALLOWED[GATE_UNITS[gate]].example;

/** Milliseconds of a time such as 30min; null when the text is none. */
export const parseDuration = (text: string): number | null => {
  const seconds = parseQuantity(text, SECONDS);
  return seconds === null ? null : seconds * 1000;
};

/** Bytes of a size such as 512MB; null when the text is none. */
export const parseBytes = (text: string): number | null => parseQuantity(text, BYTES);
