import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { EventBody, RunEvent } from '../run/index.ts';
import { parseJournal } from '../run/journal-text.ts';

export const JOURNAL_FILE = 'journal.jsonl';

/**
 * The run's events in a file, one JSON object a line. Written and synchronised to disk before `append` returns, on
 * purpose without yielding: what is recorded as intent must be durable before the act, whatever else happens.
 */
export class Journal {
  readonly #fd: number;
  readonly #run: string;
  readonly #events: RunEvent[];
  #broken: unknown = null;

  private constructor(fd: number, run: string, events: RunEvent[]) {
    this.#fd = fd;
    this.#run = run;
    this.#events = events;
  }

  /** Makes the journal of a new run; fails if there is one already. */
  static create(dir: string, run: string): Journal {
    const fd = openSync(join(dir, JOURNAL_FILE), 'ax', 0o600);
    // The file's name has to survive a crash of the machine as well.
    const folder = openSync(dir, 'r');
    fsyncSync(folder);
    closeSync(folder);
    return new Journal(fd, run, []);
  }

  /**
   * Opens the journal of a run that stopped, to go on with it. A last line without its end is cut off: its `append` never
   * returned, so nothing followed from it. Fails when the file is not whole, or is another run's.
   */
  static reopen(dir: string, run: string): Journal {
    const path = join(dir, JOURNAL_FILE);
    const bytes = readFileSync(path);
    const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
    const { events, problem } = parseJournal(whole.toString('utf8'));
    if (problem !== null) throw new Error(`the journal ${path} cannot be gone on with: ${problem}`);
    const [first] = events;
    if (first?.run !== run) throw new Error(`the journal ${path} does not begin with an event of run ${run}`);
    const fd = openSync(path, 'a', 0o600);
    if (whole.length < bytes.length) ftruncateSync(fd, whole.length);
    fsyncSync(fd);
    return new Journal(fd, run, events);
  }

  /**
   * Adds events that another engine recorded meanwhile, or all of them on a machine that has none, as their lines; they are
   * on disk when it returns. Fails when they do not follow on what is there.
   */
  static adopt(dir: string, run: string, lines: readonly string[]): void {
    const journal = existsSync(join(dir, JOURNAL_FILE)) ? Journal.reopen(dir, run) : Journal.create(dir, run);
    try {
      for (const line of lines) {
        const event = JSON.parse(line) as RunEvent;
        if (event.run !== run || event.seq !== journal.#events.length + 1)
          throw new Error(`event ${event.seq} does not follow on the journal's ${journal.#events.length} events`);
        journal.#write(event);
      }
    } finally {
      journal.close();
    }
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
    this.#write(event);
    return event;
  }

  #write(event: RunEvent): void {
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
  }

  close(): void {
    closeSync(this.#fd);
  }
}
