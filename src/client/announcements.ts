import type { Queryable } from '../queries/define.ts';
import { ledgerOpener } from '../queries/ledger_follow.ts';
import {
  type Announcement,
  type Opener,
  openText,
  readAnnouncement,
  readOpener,
  sealedIn,
} from '../run/announcement/index.ts';

/** What cannot be opened may be another engine's, with a seal of its own: the ledger is asked for that so often at most. */
const LEARN_EVERY_MS = 2_000;

/** What was heard: an announcement of this run's engine; something that may be one; or nothing that concerns this run. */
export type Heard = Announcement | 'unknown' | 'nothing';

/** Opens what an engine tells about a run, with what stands in the run's row. Whatever else is said is no more than noise. */
export class Announcements {
  readonly #run: string;
  #opener: Opener | null = null;
  #learnedAt = Number.NEGATIVE_INFINITY;
  #unknown = true;

  constructor(run: string) {
    this.#run = run;
  }

  /** Something was heard that what is known does not open: the row is to be read, and it is time to. */
  get wantsToLearn(): boolean {
    return this.#unknown && performance.now() - this.#learnedAt >= LEARN_EVERY_MS;
  }

  /** Reads what opens the announcements of the engine that writes the run now. Fails as the session does. */
  async learn(session: Queryable, options: { timeoutMs: number }): Promise<void> {
    this.#learnedAt = performance.now();
    this.#unknown = false;
    const text = await ledgerOpener(session, this.#run, options);
    this.#opener = text === null ? null : readOpener(text);
  }

  hear(payload: string): Heard {
    const sealed = sealedIn(this.#run, payload);
    if (sealed === null) return 'nothing';
    const text = this.#opener === null ? null : openText(this.#opener, this.#run, sealed);
    const announcement = text === null ? null : readAnnouncement(text);
    if (announcement !== null) return announcement;
    this.#unknown = true;
    return 'unknown';
  }
}
