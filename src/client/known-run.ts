import { isEvent } from '../run/event-shape.ts';
import type { RunState, Sample } from '../run/index.ts';
import type { FeedView } from './feed.ts';
import { History } from './history.ts';

/** What is known of a run that is followed through its ledger: its events in order, and the newest sample. */
export class KnownRun {
  readonly #history = new History();
  #sample: Sample | null = null;
  /** A past that is being read must not be taken for the present. */
  #shown: Pick<FeedView, 'state' | 'events'> = { state: null, events: this.#history.events };

  get state(): RunState | null {
    return this.#history.state;
  }

  /** seq of the last event; 0 when there is none. */
  get seq(): number {
    return this.#history.seq;
  }

  get sample(): Sample | null {
    return this.#sample;
  }

  get isOver(): boolean {
    return this.#history.state?.phase === 'finished';
  }

  /** What was known when it was the present last. */
  get shown(): Pick<FeedView, 'state' | 'events'> {
    return this.#shown;
  }

  /** When something was heard of the run last, ISO. */
  get lastWord(): string {
    const at = [this.#history.state?.at, this.#sample?.at].filter((each) => each !== undefined).sort();
    return at.at(-1) ?? new Date().toISOString();
  }

  /** Takes the next event, as JSON. Throws when it does not follow on the last one. */
  take(text: string): void {
    const event: unknown = JSON.parse(text);
    if (!isEvent(event)) throw new Error('the ledger holds what is no event');
    if (this.#history.add(event) === 'gap') throw new Error(`event ${this.#history.seq + 1} is missing in the ledger`);
  }

  /** Takes a sample, as JSON, unless a newer one is known. */
  takeSample(text: string): void {
    const sample = JSON.parse(text) as Sample;
    if (this.#sample === null || sample.at > this.#sample.at) this.#sample = sample;
  }

  /** What is known is the present. */
  show(): void {
    const { state, events } = this.#history;
    this.#shown = { state, events };
  }
}
