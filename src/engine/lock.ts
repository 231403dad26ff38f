import { tryAdvisoryLock } from '../queries/try_advisory_lock.ts';
import type { KeptSession } from './kept-session.ts';
import type { Session } from './session.ts';

/**
 * Holds the advisory lock that lets one engine at a time work on a database. Polled with pg_try_advisory_lock: a
 * session that waits in pg_advisory_lock holds a snapshot, and so stalls every concurrent build (tried on 15).
 */
export class EngineLock {
  readonly #kept: KeptSession;
  #holder: Session | null = null;

  constructor(kept: KeptSession) {
    this.#kept = kept;
  }

  /** True while the session that took the lock is there: the server lets go of it with the session. */
  get held(): boolean {
    return this.#holder !== null && this.#holder === this.#kept.current;
  }

  /** Tries once to take it. Fails only when the session does. */
  async try(): Promise<boolean> {
    if (this.held) return true;
    const session = this.#kept.current;
    if (session !== null && (await tryAdvisoryLock(session))) this.#holder = session;
    return this.held;
  }
}
