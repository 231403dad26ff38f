import type { Queryable } from '../queries/define.ts';
import { engineThere } from '../queries/ledger_follow.ts';

/** An engine from which nothing was heard for so long is looked for in the server's list of sessions, so often. */
const QUIET_MS = 3_000;
const LOOK_EVERY_MS = 2_000;
/** A run whose engine has not been connected for so long has none. */
const NO_ENGINE_MS = 6_000;

/** Whether a run has an engine at work, as far as it can be known from elsewhere. Times are those of performance.now(). */
export class EngineLookout {
  readonly #run: string;
  /** When a sample came last, and when the engine was looked for last. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Since when no engine was seen. */
  #noneSince: number | null = null;

  constructor(run: string) {
    this.#run = run;
  }

  /** An engine that writes is there. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Looks for one that has written nothing for a while, not too often, and says whether it is gone. Fails as the session does. */
  async isGone(session: Queryable, options: { timeoutMs: number }): Promise<boolean> {
    const now = performance.now();
    if (now - this.#heardAt <= QUIET_MS) this.#noneSince = null;
    else if (now - this.#lookedAt > LOOK_EVERY_MS) {
      this.#lookedAt = now;
      const there = await engineThere(session, this.#run, options);
      this.#noneSince = there ? null : (this.#noneSince ?? now);
    }
    return this.#noneSince !== null && now - this.#noneSince >= NO_ENGINE_MS;
  }
}
