import { MAX_NAME_BYTES } from '../../plan/ident.ts';
import { parseDuration } from '../../run/gates/units.ts';
import type { DisconnectPolicy, ErrorPolicy } from '../../run/index.ts';
import { MOST_DELAY_MS, MOST_JOBS } from '../../run/order-change.ts';
import { UsageError } from '../errors.ts';

export const UIS = ['tui', 'plain', 'json'] as const;
export type Ui = (typeof UIS)[number];

export const ERROR_POLICIES = ['pause', 'skip', 'abort'] as const satisfies readonly ErrorPolicy[];
export const DISCONNECT_POLICIES = ['continue', 'pause', 'abort'] as const satisfies readonly DisconnectPolicy[];

const MOST_RETRIES = 100;

const wholeNumber = (what: string, text: string, least: number, most: number): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw new UsageError(`${what} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  return number;
};

export const parseJobs = (text: string): number => wholeNumber('--jobs', text, 1, MOST_JOBS);
export const parseRetries = (text: string): number => wholeNumber('--retries', text, 0, MOST_RETRIES);

/** Milliseconds of --give-up. */
export const parseGiveUp = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0)
    throw new UsageError(`--give-up takes a time, such as 30min, not ${JSON.stringify(text)}`);
  return ms;
};

/** Milliseconds of --delay. */
export const parseDelay = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === null || ms > MOST_DELAY_MS)
    throw new UsageError(`--delay takes a time of at most 1h, such as 30s, not ${JSON.stringify(text)}`);
  return Math.round(ms);
};

/** Schemas that are the server's own, or, in a search path, stand for another one. */
const NO_SCHEMA = /^(pg_.*|information_schema|\$user|)$/s;

/** The name of --ledger-schema, as it is: it is not folded to lower case, and needs no quotes. */
export const parseLedgerSchema = (text: string): string => {
  if (NO_SCHEMA.test(text) || text.includes('\0') || Buffer.byteLength(text) > MAX_NAME_BYTES)
    throw new UsageError(
      `--ledger-schema takes a name of at most ${MAX_NAME_BYTES} bytes that is not the server's own, not ${JSON.stringify(text)}`,
    );
  return text;
};

/** One of a few words. */
export const parseChoice =
  <T extends string>(what: string, choices: readonly T[]) =>
  (text: string): T => {
    const choice = choices.find((each) => each === text);
    if (choice === undefined) throw new UsageError(`${what} takes ${choices.join(', ')}, not ${JSON.stringify(text)}`);
    return choice;
  };

/** Reads NAME=VALUE of --set. */
export const parseSetting = (text: string): [string, string] => {
  const match = /^([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.+)$/s.exec(text);
  if (match === null)
    throw new UsageError(`--set ${text} is not of the form NAME=VALUE, such as maintenance_work_mem=512MB`);
  const [, name = '', value = ''] = match;
  return [name.toLowerCase(), value];
};
