import { type Io, say } from '../io.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Turns signals into an abort: the work is ended and cleaned up before the program is. */
export class StopOnSignal {
  readonly #io: Io;
  readonly #what: string;
  readonly #stop = new AbortController();

  /** `what` is being done, for the message. */
  constructor(io: Io, what: string) {
    this.#io = io;
    this.#what = what;
    for (const signal of SIGNALS) process.on(signal, this.#take);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.#take);
  }

  readonly #take = (signal: NodeJS.Signals): void => {
    if (this.#stop.signal.aborted) return;
    say(this.#io, `${signal}: ending ${this.#what}`);
    this.#stop.abort(new Error(signal));
  };
}
