import type { OwnGate, OwnReading } from '../../run/index.ts';
import { pause } from '../time.ts';
import type { NumberSource } from './number.ts';

/** After a failed reading the next one comes sooner, so that one hiccup of an hourly number pauses nothing. */
const AGAIN_AFTER_MS = 5_000;
const STOP_WITHIN_MS = 2_000;

/** Reads one own gate over and over: in its interval, never twice at a time, and apart from everything else. */
export class GateReader {
  readonly gate: OwnGate;
  readonly source: NumberSource;
  readonly #onReading: (reading: OwnReading) => void;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(gate: OwnGate, source: NumberSource, onReading: (reading: OwnReading) => void) {
    this.gate = gate;
    this.source = source;
    this.#onReading = onReading;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** No reading comes after this. Never fails. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the gate is not read any more'));
    await this.source.stop();
    // A process that waits for a dead disk ends by no signal: the run's end must not wait for it.
    await Promise.race([this.#running, pause(STOP_WITHIN_MS)]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { everyMs } = this.gate;
    while (!signal.aborted) {
      const began = performance.now();
      const { value, why } = await this.source.read(signal).then(
        (number) => ({ value: number, why: null }),
        (error: unknown) => ({ value: null, why: error instanceof Error ? error.message : String(error) }),
      );
      if (signal.aborted) return;
      this.#onReading({ at: new Date().toISOString(), value, why });
      const took = performance.now() - began;
      await pause(value === null ? Math.min(AGAIN_AFTER_MS, everyMs) : Math.max(0, everyMs - took), signal);
    }
  }
}
