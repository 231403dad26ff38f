import { backendAlive } from '../queries/backend_alive.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import { look, type Silence } from './silence.ts';

const EVERY_MS = 5_000;
/** A silent server must not keep the one session that can cancel. */
const WITHIN = { timeoutMs: 3_000 };

/**
 * Builds, drops and the like have no time limit, and a connection can be dead without a word: a firewall that forgot it, a
 * cable, a server that failed over. So another session asks, every 5 s, what the backends do whose answers are waited for. A
 * connection whose answer will never come is given up; what became of its work is then found out as after any loss.
 */
export class Watchdog {
  readonly #sessions: Sessions;
  readonly #seen = new WeakMap<Session, Silence>();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #looking = false;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** Called each second, looks when it is time to. Never fails. */
  tick(): void {
    if (this.#looking || performance.now() - this.#lookedMs < EVERY_MS) return;
    this.#looking = true;
    this.#lookedMs = performance.now();
    void this.#look().finally(() => {
      this.#looking = false;
    });
  }

  async #look(): Promise<void> {
    for (const session of this.#sessions.unanswered()) {
      const asked = session.unanswered;
      const control = this.#sessions.control.current;
      if (asked === null || control === null) continue;
      const state = await backendAlive(control, session, WITHIN).catch(() => undefined);
      // No answer about it says nothing about it; and one that has its own answer by now needs none.
      if (state === undefined || session.unanswered !== asked) continue;
      const { silence, verdict } = look(this.#seen.get(session) ?? null, asked, state);
      this.#seen.set(session, silence);
      if (verdict !== null) session.abandon(verdict);
    }
    await this.#sessions.endFormer();
  }
}
