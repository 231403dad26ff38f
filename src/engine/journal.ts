import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EventBody, RunEvent } from '../run/index.ts';

export const JOURNAL_FILE = 'journal.jsonl';

/**
 * The run's events in a file, one JSON object a line. Written and synchronised to disk before `append` returns, on
 * purpose without yielding: what is recorded as intent must be durable before the act, whatever else happens.
 */
export class Journal {
  readonly #fd: number;
  readonly #run: string;
  readonly #events: RunEvent[] = [];
  #broken: unknown = null;

  /** Makes the journal of a new run; fails if there is one already. */
  constructor(dir: string, run: string) {
    this.#run = run;
    this.#fd = openSync(join(dir, JOURNAL_FILE), 'ax', 0o600);
    // The file's name has to survive a crash of the machine as well.
    const folder = openSync(dir, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  /** Every event so far, in order. */
  get events(): readonly RunEvent[] {
    return this.#events;
  }

  /** Numbers, times and records one fact. Throws when the disk does not take it: then it has not happened. */
  append(body: EventBody, now: number): RunEvent {
    if (this.#broken !== null) throw new Error('the journal takes nothing any more', { cause: this.#broken });
    const event = {
      seq: this.#events.length + 1,
      at: new Date(now).toISOString(),
      run: this.#run,
      ...body,
    } as RunEvent;
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      for (let written = 0; written < line.length; ) written += writeSync(this.#fd, line, written);
      fdatasyncSync(this.#fd);
    } catch (error) {
      // A torn line may be its last: nothing may be written behind it.
      this.#broken = error;
      throw error;
    }
    this.#events.push(event);
    return event;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
