import pg from 'pg';
import type { ErrorFacts } from '../run/index.ts';

/**
 * The connection is gone, or its server does not answer: what became of a statement under way is not known. `cause`
 * is what was seen of it. A server that says goodbye to a statement under way (57P01) passes its own error instead.
 */
export class SessionLost extends Error {
  override readonly name = 'SessionLost';
  readonly session: string;

  constructor(session: string, cause: unknown) {
    super(`the connection "${session}" was lost: ${messageOf(cause)}`, { cause });
    this.session = session;
  }
}

/** SQLSTATEs after which the server closes the connection, whatever language its severity FATAL is said in. */
const ENDING = new Set(['57P01', '57P02', '57P03', '57P04', '57P05', '25P03', '25P04', '08P01']);

/** True for a server's error that ends the connection. */
export const endsConnection = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.severity === 'FATAL' || ENDING.has(error.code ?? ''));

const hideSecrets = (text: string): string =>
  text
    .replace(/(\w+:\/\/[^\s:/@]*):\S*@/g, '$1:***@')
    .replace(/(\bpassword\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)/gi, '$1***');

const messageOf = (error: unknown): string => {
  // A host with several addresses fails with one error for each, and an empty message of its own.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return String(error);
};

const databaseErrorIn = (error: unknown): pg.DatabaseError | null => {
  if (error instanceof pg.DatabaseError) return error;
  return error instanceof Error && error.cause !== undefined ? databaseErrorIn(error.cause) : null;
};

/** An error as an event records it: a server's words whole, in its own language; never a password. */
export const toErrorFacts = (error: unknown): ErrorFacts => {
  const server = databaseErrorIn(error);
  const text = (value: string | undefined): string | null => (value === undefined ? null : hideSecrets(value));
  return {
    sqlstate: server?.code ?? null,
    message: hideSecrets(messageOf(error)),
    detail: text(server?.detail),
    hint: text(server?.hint),
    context: text(server?.where),
  };
};
