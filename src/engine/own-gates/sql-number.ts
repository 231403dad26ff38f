import { cancelBackend } from '../../queries/cancel_backend.ts';
import { duration } from '../../run/index.ts';
import type { KeptSession } from '../kept-session.ts';
import { type Session, toErrorFacts } from '../session.ts';
import { type NumberSource, toNumber } from './number.ts';

/** The server ends the statement by itself; past this it, or the way to it, is gone. */
const GRACE_MS = 2_000;
const CANCEL_WITHIN_MS = 2_000;
const QUERY_CANCELED = '57014';

export interface SqlNumberOptions {
  /** One SELECT, checked when the config file was read. */
  sql: string;
  timeoutMs: number;
  /** A session for this alone, read-only, with `timeoutMs` as its statement_timeout. */
  session: KeptSession;
  /** Cancels a reading under way at the end; null while there is no connection for that. */
  control: () => Session | null;
}

/** Asks the server for a number: one short statement that commits by itself, on a session of its own. */
export class SqlNumber implements NumberSource {
  readonly #options: SqlNumberOptions;
  readonly #text: string;
  #opening: Promise<Session> | null = null;
  #asking = false;

  constructor(options: SqlNumberOptions) {
    this.#options = options;
    // As a scalar subquery the server itself refuses a second column or row, and sends nothing of them.
    this.#text = `SELECT (${options.sql}\n)::text AS value`;
  }

  get pid(): number | null {
    return this.#options.session.current?.pid ?? null;
  }

  async read(): Promise<number> {
    const { timeoutMs } = this.#options;
    const session = await this.#connected();
    this.#asking = true;
    try {
      const [row] = await session.query(this.#text, [], { timeoutMs: timeoutMs + GRACE_MS });
      const { value } = row as { value: string | null };
      if (value === null) throw new Error('it gave no row, or NULL');
      return toNumber(value);
    } catch (error) {
      if ((error as { code?: unknown }).code === QUERY_CANCELED)
        throw new Error(`no answer within ${duration(timeoutMs)}`, { cause: error });
      throw new Error(toErrorFacts(error).message, { cause: error });
    } finally {
      this.#asking = false;
    }
  }

  async stop(): Promise<void> {
    const { session, control } = this.#options;
    const [asked, canceller] = [session.current, control()];
    // Otherwise the statement would go on in the server after we have left.
    if (this.#asking && asked !== null && canceller !== null)
      await cancelBackend(canceller, asked, { timeoutMs: CANCEL_WITHIN_MS }).catch(() => false);
    await session.stop();
  }

  /** Waits no longer than a reading may take; an attempt to connect goes on meanwhile, and there is never a second one. */
  async #connected(): Promise<Session> {
    const { session, timeoutMs } = this.#options;
    this.#opening ??= session.start().finally(() => {
      this.#opening = null;
    });
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('it has no connection')), timeoutMs);
    try {
      return await Promise.race([this.#opening, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
