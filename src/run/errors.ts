import type { ErrorFacts } from './events.ts';

/**
 * SQLSTATEs of failures that pass: the same statement may succeed a little later. Everything else needs a person.
 * Codes and names: PostgreSQL documentation, appendix A.
 */
const PASSING: Readonly<Record<string, string>> = {
  '40001': 'serialization failure',
  '40P01': 'deadlock',
  '53300': 'too many connections',
  '55006': 'object in use',
  '55P03': 'lock timeout',
  '57P01': 'the backend was terminated',
  '57P02': 'the server crashed',
  '57P03': 'the server is starting or stopping',
};

/** A query was cancelled: by pg_cancel_backend, or by one of the timeouts. */
export const QUERY_CANCELED = '57014';
/** A relation of that name is there already. */
export const DUPLICATE_TABLE = '42P07';

/** A failure that may pass by itself: a lock timeout, a deadlock, a lost connection. */
export const isPassing = (error: ErrorFacts): boolean =>
  error.sqlstate === null || error.sqlstate.startsWith('08') || error.sqlstate in PASSING;

const ADVICE: Readonly<Record<string, string>> = {
  '23505': 'Remove the duplicate rows, or leave UNIQUE away, and try again.',
  '42501': 'Connect as the owner of the table, or be granted its role.',
  '42P01': 'The table is gone: check the schema and the search path.',
  '42703': 'A column is missing: check the statement against the table.',
  '42704': 'An operator class, type or extension is missing: create it first.',
  '42883': 'A function is missing: create it first.',
  '53100': 'The disk is full: free some space before going on.',
  '53200': 'The server is out of memory: lower maintenance_work_mem or the number of jobs.',
  [QUERY_CANCELED]: 'Somebody else cancelled it, or a timeout did: find out who and why before trying again.',
};

/** What to do about a failure that will not pass by itself. */
export const adviceFor = (error: ErrorFacts): string =>
  (error.sqlstate === null ? undefined : ADVICE[error.sqlstate]) ??
  'Read the message, mend the cause, then try it again (T), leave it out (S), or abort.';

const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 60_000;

/** Milliseconds before the next attempt: doubled each time, at most a minute. `failures` counts from 1. */
export const retryDelayMs = (failures: number): number =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));

/** An error of our own making, in the form of the server's. */
export const ownError = (message: string, hint: string | null = null): ErrorFacts => ({
  sqlstate: null,
  message,
  detail: null,
  hint,
  context: null,
});
