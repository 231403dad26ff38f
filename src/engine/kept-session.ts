import pRetry from 'p-retry';
import { type ErrorFacts, ownError } from '../run/index.ts';
import { type Session, toErrorFacts } from './session.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

export interface KeptSessionHooks {
  lost(session: string, error: ErrorFacts): void;
  restored(session: string, afterMs: number): void;
}

/** A session that comes back: when its connection is lost it is made again, with growing, jittered delays. */
export class KeptSession {
  readonly name: string;
  readonly #open: (name: string, signal: AbortSignal) => Promise<Session>;
  readonly #hooks: KeptSessionHooks;
  readonly #stop = new AbortController();
  #current: Session | null = null;
  #returning: Promise<Session> | null = null;

  constructor(name: string, open: (name: string, signal: AbortSignal) => Promise<Session>, hooks: KeptSessionHooks) {
    this.name = name;
    this.#open = open;
    this.#hooks = hooks;
  }

  /** The session, or null while its connection is lost. */
  get current(): Session | null {
    return this.#current?.lost ? null : this.#current;
  }

  /** Makes the connection for the first time; fails with what the server said. */
  async start(): Promise<Session> {
    return this.current ?? this.#returning ?? this.#keep(await this.#open(this.name, this.#stop.signal));
  }

  /** The session, as soon as there is one again. Fails only when it is stopped. */
  async ready(): Promise<Session> {
    return this.current ?? this.#returning ?? this.#return(ownError('the connection is not open'));
  }

  /** Closes the session for good. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error(`the session ${this.name} is closed`));
    await this.#current?.close();
    this.#current = null;
  }

  #keep(session: Session): Session {
    this.#current = session;
    session.onLost((cause) => {
      // Whoever waits for it hears of a failure by their own query.
      if (!this.#stop.signal.aborted) this.#return(toErrorFacts(cause)).catch(() => undefined);
    });
    return session;
  }

  #return(error: ErrorFacts): Promise<Session> {
    const since = performance.now();
    const { signal } = this.#stop;
    this.#returning = pRetry(() => this.#open(this.name, signal), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: FIRST_DELAY_MS,
      maxTimeout: LONGEST_DELAY_MS,
      randomize: true,
      signal,
    }).then(
      async (session) => {
        this.#returning = null;
        if (signal.aborted) {
          await session.close();
          throw signal.reason;
        }
        this.#keep(session);
        this.#hooks.restored(this.name, performance.now() - since);
        return session;
      },
      (failure) => {
        this.#returning = null;
        throw failure;
      },
    );
    const returning = this.#returning;
    // Only now: whoever hears of it may ask for the session at once, and must not make a second connection.
    this.#hooks.lost(this.name, error);
    return returning;
  }
}
