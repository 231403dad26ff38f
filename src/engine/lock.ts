import { backendPid } from '../queries/backend_pid.ts';
import { terminateBackend } from '../queries/terminate_backend.ts';
import { tryAdvisoryLock } from '../queries/try_advisory_lock.ts';
import type { KeptSession } from './kept-session.ts';
import type { Session } from './session.ts';

/** A server that does not answer in this time counts as lost. */
const WITHIN = { timeoutMs: 5_000 };

/**
 * Holds the advisory lock that lets one engine at a time work on a database. Polled with pg_try_advisory_lock: a
 * session that waits in pg_advisory_lock holds a snapshot, and so stalls every concurrent build (tried on 15).
 */
export class EngineLock {
  readonly #kept: KeptSession;
  #holder: Session | null = null;
  #trying: Promise<boolean> | null = null;

  constructor(kept: KeptSession) {
    this.#kept = kept;
  }

  /** True while the session that took the lock is there: the server lets go of it with the session. */
  get held(): boolean {
    return this.#holder !== null && this.#holder === this.#kept.current;
  }

  /**
   * Tries once to take it, or, when it is held, asks its session for a sign of life: a connection that was cut without a
   * word would count as held for many minutes. Fails only when the session does.
   */
  try(): Promise<boolean> {
    // One question at a time, however slow the answer.
    this.#trying ??= this.#try().finally(() => {
      this.#trying = null;
    });
    return this.#trying;
  }

  async #try(): Promise<boolean> {
    const session = this.#kept.current;
    if (session === null) return false;
    if (this.held) await backendPid(session, WITHIN);
    else if (await tryAdvisoryLock(session, WITHIN)) this.#holder = session;
    else await this.#endFormerHolder(session);
    return this.held;
  }

  /** The server may not have noticed yet that our former connection is gone: its backend holds the lock against us. */
  async #endFormerHolder(session: Session): Promise<void> {
    if (this.#holder !== null && this.#holder !== session) await terminateBackend(session, this.#holder, WITHIN);
  }
}
