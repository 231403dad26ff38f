import { evolve, initialState, type RunEvent, type RunState } from '../run/index.ts';

/** What a run's events came to so far. Takes them in order only, so that the state is never a guess. */
export class History {
  #events: RunEvent[] = [];
  #shown: readonly RunEvent[] | null = null;
  #state: RunState | null = null;

  get state(): RunState | null {
    return this.#state;
  }

  /** All events so far: the same array until one is added. */
  get events(): readonly RunEvent[] {
    this.#shown ??= [...this.#events];
    return this.#shown;
  }

  /** seq of the last event; 0 when there is none. */
  get seq(): number {
    return this.#events.length;
  }

  /** known: it was there already. gap: others are missing before it. Throws when the state cannot take it. */
  add(event: RunEvent): 'added' | 'known' | 'gap' {
    if (event.seq <= this.seq) return 'known';
    if (event.seq > this.seq + 1) return 'gap';
    this.#state = this.#state === null ? initialState(event) : evolve(this.#state, event);
    this.#events.push(event);
    this.#shown = null;
    return 'added';
  }
}
