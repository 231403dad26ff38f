import type { Hook } from '../../engine/config.ts';
import { MAX_NAME_BYTES } from '../../plan/ident.ts';
import { parseBytes, parseDuration } from '../../run/gates/units.ts';
import { type DisconnectPolicy, type ErrorPolicy, EVENT_TYPES } from '../../run/index.ts';
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

/** Longer than this nobody wants to wait for the first build. */
const MOST_BASELINE_MS = 3_600_000;

/** Milliseconds of --baseline. */
export const parseBaseline = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === null || ms < 1_000 || ms > MOST_BASELINE_MS)
    throw new UsageError(`--baseline takes a time from 1s to 1h, such as 30s, not ${JSON.stringify(text)}`);
  return ms;
};

/** Bytes of --check-unique-up-to. */
export const parseCheckUniqueUpTo = (text: string): number => {
  const size = parseBytes(text);
  if (size === null)
    throw new UsageError(`--check-unique-up-to takes a size, such as 10GB, or 0 for none, not ${JSON.stringify(text)}`);
  return Math.round(size);
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

/** The URL of --webhook, which is a secret: no message says it. */
export const parseWebhook = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('--webhook takes a URL that begins with http');
  if (url.username !== '' || url.password !== '')
    throw new UsageError('--webhook takes a URL without user and password in it');
  return text;
};

/** Reads EVENT=COMMAND of --exec; the command is run in `cwd`. */
export const parseHook = (text: string, cwd = process.cwd()): Hook => {
  const at = text.indexOf('=');
  const [name, command] = [text.slice(0, at), text.slice(at + 1).trim()];
  if (at < 1 || command === '')
    throw new UsageError('--exec takes EVENT=COMMAND, such as run.finished="./tell-everybody"');
  const event = EVENT_TYPES.find((type) => type === name);
  if (event === undefined)
    throw new UsageError(`--exec: there is no event ${JSON.stringify(name)}: it is one of ${EVENT_TYPES.join(', ')}`);
  return { event, command, cwd };
};
