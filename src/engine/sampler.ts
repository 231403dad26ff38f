import pg from 'pg';
import { activity } from '../queries/activity.ts';
import { blockers } from '../queries/blockers.ts';
import { builds } from '../queries/builds.ts';
import { replication } from '../queries/replication.ts';
import type { ErrorFacts, Sample } from '../run/index.ts';
import { newSamplingMemory, type Reading, someoneWaits, toSample, type Work } from '../run/sampling.ts';
import { endsConnection } from './errors.ts';
import { KeptSession } from './kept-session.ts';
import type { Session } from './session.ts';
import { pause } from './time.ts';

const INTERVAL_MS = 1_000;
/** Who waits for whom costs more than all the rest: it is read less often. */
const TREE_EVERY_MS = 5_000;
/** What a managed server refuses it goes on refusing: not an error a second in its log. */
const REFUSED_FOR_MS = 60_000;
/** More than the statement_timeout of a watching session: past this the server, or the way to it, is gone. */
const ANSWER_WITHIN_MS = 8_000;

const QUERY_CANCELED = '57014';
const SESSION = 'sampler';

/** Time as the sampler needs it. */
export interface SamplerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never goes back. */
  monotonicMs(): number;
  /** Never fails; ends early when the signal says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: SamplerClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: pause,
};

export interface SamplerOptions {
  /** Opens a session with `watchingSettings`. */
  open: (signal: AbortSignal) => Promise<Session>;
  /** pids of all our backends, and what our builders do right now. */
  ours: () => { pids: number[]; works: Work[] };
  onSample: (sample: Sample) => void;
  /** A reading, or an attempt to connect for the first time, failed; there is no sample of it. */
  onFailure: (error: unknown) => void;
  /** The connection is lost: it is made again, with growing delays. */
  onLost?: (error: ErrorFacts) => void;
  onRestored?: (afterMs: number) => void;
  intervalMs?: number;
  clock?: SamplerClock;
}

/**
 * Reads the live metrics, once in each interval, on a session of its own and never in a transaction. A reading that
 * takes longer than its interval delays the next one: there are never two at once.
 */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #clock: SamplerClock;
  readonly #intervalMs: number;
  readonly #session: KeptSession;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #started = false;
  #previous: Reading | null = null;
  #memory = newSamplingMemory();
  #treeReadMs = Number.NEGATIVE_INFINITY;
  #refused: { why: string; untilMs: number } | null = null;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#intervalMs = options.intervalMs ?? INTERVAL_MS;
    this.#session = new KeptSession(SESSION, (_, signal) => options.open(signal), {
      lost: (_, error) => options.onLost?.(error),
      restored: (_, afterMs) => options.onRestored?.(afterMs),
    });
  }

  /** The sampler's backend; null while its connection is lost. */
  get pid(): number | null {
    return this.#session.current?.pid ?? null;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#running = this.#run();
  }

  /** No sample comes after this, and the session is closed. Never fails. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the sampler was stopped'));
    await this.#session.stop();
    await this.#running;
    // Once more, for a connection that came while we waited.
    await this.#session.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#session.start().catch((error) => this.#fail(error));
    let due = this.#clock.monotonicMs();
    while (!signal.aborted) {
      const sample = await this.#take().catch((error) => this.#fail(error));
      if (signal.aborted) return;
      // Outside of what may fail here: a fault of whoever takes the sample is theirs, and must not pass for a bad reading.
      if (sample !== undefined) this.#options.onSample(sample);
      const now = this.#clock.monotonicMs();
      // Readings that were due meanwhile are left out, not made up for.
      due += this.#intervalMs * Math.max(1, Math.ceil((now - due) / this.#intervalMs));
      await this.#clock.sleep(due - now, signal);
    }
  }

  async #take(): Promise<Sample> {
    const reading = await this.#read(await this.#session.ready());
    const { sample, memory } = toSample(this.#previous, reading, this.#memory);
    this.#previous = reading;
    this.#memory = memory;
    return sample;
  }

  #fail(error: unknown): void {
    if (!this.#stop.signal.aborted) this.#options.onFailure(error);
  }

  async #read(session: Session): Promise<Reading> {
    const began = this.#clock.monotonicMs();
    const within = { timeoutMs: ANSWER_WITHIN_MS };
    const { pids, works } = this.#oursNow();
    const seen = await activity(session, pids, within);
    const replicated = await this.#readReplication(session, began);
    const builders = works.map((work) => work.pid);
    const building = builders.length === 0 ? [] : await builds(session, builders, pids, within);
    const waits = someoneWaits({ activity: seen, builds: building });
    const tree = waits && began - this.#treeReadMs >= TREE_EVERY_MS ? await blockers(session, within) : null;
    // When nobody waits any more, the next wait is looked at without delay.
    if (!waits) this.#treeReadMs = Number.NEGATIVE_INFINITY;
    else if (tree !== null) this.#treeReadMs = began;
    const clockMs = this.#clock.monotonicMs();
    return {
      at: new Date(this.#clock.now()).toISOString(),
      clockMs,
      tookMs: clockMs - began,
      activity: seen,
      replication: replicated,
      works,
      builds: building,
      tree,
    };
  }

  /** As it is when the reading begins, whatever the engine starts meanwhile: all of a sample speaks of the same builders. */
  #oursNow(): { pids: number[]; works: Work[] } {
    const { pids, works } = this.#options.ours();
    return { pids: [...new Set([...pids, ...works.map((work) => work.pid)])], works: [...works] };
  }

  async #readReplication(session: Session, now: number): Promise<Reading['replication']> {
    if (this.#refused !== null && now < this.#refused.untilMs) return { refused: this.#refused.why };
    try {
      return await replication(session, { timeoutMs: ANSWER_WITHIN_MS });
    } catch (error) {
      // Anything but the server's word is a failure of the whole reading.
      if (!(error instanceof pg.DatabaseError) || endsConnection(error)) throw error;
      const why = `The server does not tell: ${error.message}`;
      // A timeout may be over in a second; a missing right or function is not.
      if (error.code !== QUERY_CANCELED) this.#refused = { why, untilMs: now + REFUSED_FOR_MS };
      return { refused: why };
    }
  }
}
