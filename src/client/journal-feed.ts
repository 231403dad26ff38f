import type { Feed, FeedView, Reply } from './feed.ts';
import { History } from './history.ts';
import { readJournal } from './journal-file.ts';

/** A run that has ended, from its journal: to look at, not to command. */
export class JournalFeed implements Feed {
  readonly #view: FeedView;

  constructor(dir: string) {
    const history = new History();
    const { events, problem } = readJournal(dir);
    for (const event of events) history.add(event);
    const { state } = history;
    const unfinished = state?.phase === 'finished' ? null : 'the engine ended without finishing the run';
    this.#view = {
      state,
      events: history.events,
      sample: null,
      link: { status: 'ended', since: state?.at ?? new Date().toISOString(), why: problem ?? unfinished },
    };
  }

  view(): FeedView {
    return this.#view;
  }

  /** Nothing changes any more. */
  subscribe(): () => void {
    return () => undefined;
  }

  async send(): Promise<Reply> {
    return { ok: false, why: 'the run has ended: this is its journal' };
  }
}
