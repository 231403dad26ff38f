import type { Hook } from '../engine/config.ts';
import { withoutSecrets } from '../engine/environment.ts';
import { duration, type RunEvent } from '../run/index.ts';

/** How long one run of a command may take. */
const TIMEOUT_MS = 30_000;
/** How many events wait for a command that is at work with another. */
const MOST_WAITING = 20;
/** More output than this is not kept, in characters. */
const MOST_OUTPUT = 10_000;
/** How long after the end of a command its pipes may stay open: whoever left its process group may hold them for ever. */
const PIPES_MS = 500;

interface Lane {
  hook: Hook;
  waiting: RunEvent[];
  busy: Promise<void> | null;
  dropped: number;
}

/**
 * Runs commands at events: for each hook one at a time, in order, in a process group of its own that ends with it. A
 * command that takes long makes the events behind it wait, then drops them, and never makes the engine wait.
 */
export class Hooks {
  readonly #lanes: Lane[];
  readonly #log: (line: string) => void;
  readonly #timeoutMs: number;
  readonly #ending = new AbortController();
  /** A hundred modules, for those alone who have hooks; and at the start, since the program may have been replaced by the end. */
  readonly #starter: Promise<typeof import('execa')> | null;

  constructor(hooks: readonly Hook[], log: (line: string) => void, timeoutMs = TIMEOUT_MS) {
    this.#starter = hooks.length === 0 ? null : import('execa');
    this.#lanes = hooks.map((hook) => ({ hook, waiting: [], busy: null, dropped: 0 }));
    this.#log = log;
    this.#timeoutMs = timeoutMs;
  }

  recorded(event: RunEvent): void {
    for (const lane of this.#lanes) if (lane.hook.event === event.type) this.#queue(lane, event);
  }

  /** Gives what is under way or waits `withinMs`, then ends it. */
  async close(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#ending.abort(), withinMs);
    await Promise.all(this.#lanes.map((lane) => lane.busy));
    clearTimeout(timer);
    for (const { hook, dropped } of this.#lanes)
      if (dropped > 0) this.#log(`hook ${hook.event}: ${dropped} events in all were dropped`);
  }

  #queue(lane: Lane, event: RunEvent): void {
    if (lane.waiting.length >= MOST_WAITING || this.#ending.signal.aborted) {
      lane.dropped += 1;
      this.#log(`hook ${event.type}: event ${event.seq} dropped: ${MOST_WAITING} wait for the command already`);
      return;
    }
    lane.waiting.push(event);
    lane.busy ??= this.#work(lane);
  }

  async #work(lane: Lane): Promise<void> {
    for (let event = lane.waiting.shift(); event !== undefined; event = lane.waiting.shift()) {
      if (this.#ending.signal.aborted) {
        lane.dropped += 1;
        this.#log(`hook ${event.type}: event ${event.seq} dropped: the run has ended`);
      } else await this.#run(lane.hook, event).catch((error: unknown) => this.#say(event, String(error)));
    }
    lane.busy = null;
  }

  #say({ type, seq }: RunEvent, text: string): void {
    for (const line of text.trimEnd().split('\n')) this.#log(`hook ${type}, event ${seq}: ${line}`);
  }

  async #run({ command, cwd }: Hook, event: RunEvent): Promise<void> {
    const { execa } = await (this.#starter ?? import('execa'));
    const child = execa(command, {
      shell: true,
      cwd,
      env: { ...withoutSecrets(process.env), INDEXDECK_RUN: event.run, INDEXDECK_EVENT: event.type },
      extendEnv: false,
      input: `${JSON.stringify(event)}\n`,
      all: true,
      maxBuffer: MOST_OUTPUT,
      reject: false,
      timeout: this.#timeoutMs,
      cancelSignal: this.#ending.signal,
      // All that it started and that did not leave its process group ends with it.
      killDescendants: true,
      killSignal: 'SIGKILL',
    });
    // What it left running in the background.
    child.nodeChildProcess.once('exit', () => {
      child.kill();
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, PIPES_MS).unref();
    });
    const result = await child;
    if (result.all) this.#say(event, result.all);
    if (result.timedOut) this.#say(event, `ended after ${duration(this.#timeoutMs)}, its time limit`);
    else if (result.isCanceled) this.#say(event, 'ended with the run');
    else if (result.isMaxBuffer) this.#say(event, 'ended: it printed more than is kept');
    else if (result.failed) this.#say(event, `failed with ${how(result)}`);
  }
}

interface Ending {
  exitCode?: number | undefined;
  signal?: string | undefined;
  originalMessage?: string | undefined;
}

const how = ({ exitCode, signal, originalMessage }: Ending): string =>
  exitCode === undefined ? (signal ?? originalMessage ?? 'no status') : `status ${exitCode}`;
