import { Socket } from 'node:net';
import pg from 'pg';
import { configureSession } from '../queries/configure_session.ts';
import type { Queryable, QueryOptions } from '../queries/define.ts';
import { identifySession } from '../queries/identify_session.ts';
import type { ConnectionConfig } from './config.ts';
import { endsConnection, SessionLost } from './errors.ts';
import { settingsFor } from './settings.ts';

/** Milliseconds that a query may take when it does not say; `execute` has no bound of its own. */
const QUERY_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;
const KEEPALIVE_MS = 5_000;

export interface SessionOptions {
  connection: ConnectionConfig;
  /** What the session is for: it becomes part of application_name, which everybody on the server can read. */
  name: string;
  /** The run's ID. */
  run: string;
  /** Server settings; those that the server is too old for are left out. */
  settings?: Readonly<Record<string, string>>;
  connectTimeoutMs?: number;
  signal?: AbortSignal;
}

/** A message of the server beside the answer. */
export interface Notice {
  severity: string;
  sqlstate: string | null;
  message: string;
  detail: string | null;
}

/** What a statement gave: every value as the server's own text. */
export interface Executed {
  /** The command tag's first words, such as CREATE. */
  command: string;
  rowCount: number | null;
  columns: string[];
  rows: (string | null)[][];
}

const asText = { getTypeParser: () => (value: unknown) => value };

/**
 * One connection to PostgreSQL. Statements queue and run one by one. When the connection is lost it stays lost: `lost`
 * is true, all that waits fails with SessionLost, and nothing is ever thrown where nobody can catch it.
 */
export class Session implements Queryable {
  readonly name: string;
  /** The backend's pid, as the server says it. */
  readonly pid: number = 0;
  /** ISO, UTC, with microseconds, exact: together with `pid` it names this backend for good. */
  readonly backendStart: string = '';
  readonly serverVersionNum: number = 0;
  readonly #client: pg.Client;
  readonly #socket: Socket;
  readonly #onLost: ((cause: unknown) => void)[] = [];
  readonly #onNotice: ((notice: Notice) => void)[] = [];
  readonly #names = new Map<string, string>();
  #lost: { cause: unknown } | null = null;
  #closed = false;
  #sent = 0;
  #unanswered: number | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  readonly #gone = Promise.withResolvers<void>();

  private constructor(options: SessionOptions) {
    this.name = options.name;
    this.#socket = new Socket();
    this.#client = new pg.Client({
      ...options.connection,
      application_name: `indexdeck ${options.name} ${options.run}`,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_MS,
      // Our own socket, so that a connection can be ended at any time, also while it is being made.
      stream: () => this.#socket,
    });
    // Without a listener an 'error' of an idle connection would end the process.
    this.#client.on('error', (error) => this.#lose(error));
    this.#client.on('end', () => this.#lose(new Error('the server closed the connection')));
    this.#client.on('notice', (notice) => {
      const { severity, code, message, detail } = notice;
      const said = { severity: severity ?? '', sqlstate: code ?? null, message: message ?? '', detail: detail ?? null };
      for (const listener of this.#onNotice) listener(said);
    });
  }

  /**
   * Connects, finds out who it is and sets the settings; all of it within `connectTimeoutMs` (10 s). Fails with the
   * server's own DatabaseError, with SessionLost, with the socket's error, or with the signal's reason.
   */
  static async open(options: SessionOptions): Promise<Session> {
    options.signal?.throwIfAborted();
    const session = new Session(options);
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
    const giveUp = (): void => session.#lose(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    const timer = setTimeout(
      () => session.#lose(new Error(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    try {
      await session.#client.connect();
      const identity = await identifySession(session);
      Object.assign(session, identity);
      await configureSession(session, settingsFor(identity.serverVersionNum, options.settings ?? {}));
      return session;
    } catch (error) {
      const lost = session.#lost;
      await session.close();
      if (signal?.aborted) throw signal.reason;
      // What pg says of a socket that we ended is not why we ended it.
      throw lost !== null && !(error instanceof pg.DatabaseError) ? lost.cause : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** No statement can be sent any more: the connection is lost or closed. */
  get lost(): boolean {
    return this.#lost !== null || this.#closed;
  }

  /** The number of the statement without a time limit that waits for its answer; null when there is none. */
  get unanswered(): number | null {
    return this.lost ? null : this.#unanswered;
  }

  /**
   * Runs one statement with parameters and gives its rows as pg reads them. A server's refusal is pg's DatabaseError.
   * A server that does not answer within `timeoutMs` (30 s; 0: no bound), counted from sending, loses the session.
   */
  query(text: string, values: readonly unknown[] = [], options: QueryOptions = {}): Promise<Record<string, unknown>[]> {
    return this.#enqueue(options.timeoutMs ?? QUERY_TIMEOUT_MS, async () => {
      // Parameters or not, the extended protocol: it takes one statement and no more.
      const name = options.prepared ? { name: this.#nameOf(text) } : {};
      const query = { ...name, text, values: [...values], queryMode: 'extended' };
      const result = await this.#client.query(query as pg.QueryConfig);
      return result.rows;
    });
  }

  /** Sends the text as one simple query, without parameters, and waits for as long as it takes unless told. */
  execute(text: string, options: QueryOptions = {}): Promise<Executed> {
    return this.#enqueue(options.timeoutMs ?? 0, async () => {
      const result = await this.#client.query({ text, rowMode: 'array', types: asText } as pg.QueryArrayConfig);
      return {
        command: result.command,
        rowCount: result.rowCount,
        columns: result.fields.map((field) => field.name),
        rows: result.rows,
      };
    });
  }

  /** Calls back once when the connection is lost, at once if it is already; not when it is closed by us. */
  onLost(listener: (cause: unknown) => void): void {
    const lost = this.#lost;
    if (lost === null) this.#onLost.push(listener);
    else queueMicrotask(() => listener(lost.cause));
  }

  /** Calls back for every notice, until the function that it returns is called. */
  onNotice(listener: (notice: Notice) => void): () => void {
    this.#onNotice.push(listener);
    return () => {
      const at = this.#onNotice.indexOf(listener);
      if (at !== -1) this.#onNotice.splice(at, 1);
    };
  }

  /** Gives the connection up: whoever waits for an answer of it gets SessionLost. */
  abandon(why: string): void {
    this.#lose(new Error(why));
  }

  /**
   * Says goodbye, and ends the socket when the server does not answer within a second. A statement under way is left
   * to the server, which goes on with a build: cancel it first. Never fails.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#gone.resolve();
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
    try {
      // pg waits for ever for the end of a socket that has already ended.
      if (!this.#socket.destroyed) await this.#client.end();
    } catch {
      // It was going anyway.
    } finally {
      clearTimeout(timer);
      this.#socket.destroy();
    }
  }

  /** The server's name for a statement that it keeps: short, since a statement's text may be longer than a name. */
  #nameOf(text: string): string {
    const known = this.#names.get(text) ?? `indexdeck_${this.#names.size + 1}`;
    this.#names.set(text, known);
    return known;
  }

  #lose(cause: unknown): void {
    if (this.lost) return;
    this.#lost = { cause };
    this.#gone.resolve();
    this.#socket.destroy();
    for (const listener of this.#onLost.splice(0)) listener(cause);
  }

  #enqueue<T>(timeoutMs: number, send: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => this.#bounded(timeoutMs, send));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #bounded<T>(timeoutMs: number, send: () => Promise<T>): Promise<T> {
    if (this.lost) throw this.#lostError();
    const timer =
      timeoutMs > 0
        ? setTimeout(() => this.#lose(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
        : undefined;
    this.#sent += 1;
    if (timeoutMs === 0) this.#unanswered = this.#sent;
    const ready = Promise.withResolvers<void>();
    this.#client.once('drain', ready.resolve);
    try {
      return await send();
    } catch (error) {
      if (endsConnection(error)) this.#lose(error);
      if (error instanceof pg.DatabaseError) {
        // The server reports an error before it lets go of locks and catalog entries: whoever looks next must find them so.
        await Promise.race([ready.promise, this.#gone.promise]);
        throw error;
      }
      throw this.lost ? this.#lostError() : error;
    } finally {
      clearTimeout(timer);
      this.#unanswered = null;
      this.#client.off('drain', ready.resolve);
    }
  }

  #lostError(): SessionLost {
    return new SessionLost(this.name, this.#lost?.cause ?? new Error('it was closed'));
  }
}

export { SessionLost, toErrorFacts } from './errors.ts';
export { buildingSettings, readingSettings, watchingSettings } from './settings.ts';
