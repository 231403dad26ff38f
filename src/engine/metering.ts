import {
  BASELINE_MS,
  evaluateGates,
  type GateMemory,
  type Input,
  lastSummary,
  newGateMemory,
  newSummaryMemory,
  type RunState,
  type Sample,
  type SummaryMemory,
  summarise,
  usualRollbackRate,
} from '../run/index.ts';
import { OwnGates } from './own-gates/own-gates.ts';
import { Sampler } from './sampler.ts';
import { watchingSettings } from './session.ts';
import type { Sessions } from './sessions.ts';

/** A reading older than this is none: the gates are told so. */
const SILENCE_MS = 3_000;
/** Rates are a second apart. */
const RATE_MS = 1_000;
/** The baseline rate of rollbacks is unknown when so many samples more than it takes gave too few rates. */
const MORE_SAMPLES = 5;

export interface MeteringHost {
  sessions: Sessions;
  state(): RunState;
  submit(input: Input): void;
  sampled(sample: Sample): void;
  /** A line for the engine's own log. */
  log(line: string): void;
}

const workOf = { building: 'build', dropping: 'drop', running: 'analyze' } as const;

/** Reads the server once a second, judges the gates, and sums up for the record. */
export class Metering {
  readonly #host: MeteringHost;
  readonly #sampler: Sampler;
  readonly #own: OwnGates;
  #gates: GateMemory = newGateMemory();
  #summary: SummaryMemory = newSummaryMemory();
  #samples = 0;
  #rates: number[] = [];
  #ratesSince: number | null = null;
  #waiters: (() => void)[] = [];
  #lastAt = 0;
  #started = false;
  #stopped = false;
  latest: Sample | null = null;

  constructor(host: MeteringHost) {
    this.#host = host;
    this.#own = new OwnGates(host);
    this.#sampler = new Sampler({
      open: (signal) => host.sessions.open('monitor', watchingSettings, signal),
      ours: () => ({
        pids: [...host.sessions.pids(), ...host.sessions.otherPids(), ...this.#own.pids()],
        works: this.#works(),
      }),
      onSample: (sample) => this.#sampled(sample),
      onLost: (error) => host.submit({ kind: 'connection-lost', session: 'monitor', error }),
      onRestored: (afterMs) => host.submit({ kind: 'connection-restored', session: 'monitor', afterMs }),
      onFailure: (error) => host.log(`no reading: ${String(error)}`),
    });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#lastAt = Date.now();
    this.#sampler.start();
    this.#own.start();
  }

  /** What was not summed up yet is. When it is over, own gates have left no process and no statement behind. Never fails. */
  async stop(): Promise<void> {
    this.#stopped = true;
    void this.#sampler.stop();
    const summary = lastSummary(this.#summary);
    this.#summary = newSummaryMemory();
    if (summary !== null) this.#host.submit({ kind: 'summarised', summary });
    this.#wake();
    await this.#own.stop();
  }

  /** Once a second: a server that gives no reading must not look like one where all is well. */
  tick(now: number): void {
    this.#wake();
    // The end is no silence of the server's.
    if (!this.#started || this.#stopped) return;
    if (now - this.#lastAt > SILENCE_MS) this.#judge(null, now);
    this.#own.tick(now);
  }

  /** The mean rollback rate so far; waits until it was measured for long enough. Null when it cannot be read. */
  async rollbackRate(): Promise<{ rollbacksPerS: number | null; rateSeconds: number }> {
    const rates = Math.ceil((this.#host.state().options.baselineMs ?? BASELINE_MS) / RATE_MS);
    const enough = (): boolean => this.#rates.length >= rates || this.#samples >= rates + MORE_SAMPLES;
    while (!this.#stopped && this.#host.state().abort === null && !enough())
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    const seconds = this.#ratesSince === null ? 0 : Math.round((Date.now() - this.#ratesSince) / 1000);
    if (this.#rates.length === 0) return { rollbacksPerS: null, rateSeconds: seconds };
    return { rollbacksPerS: this.#rates.reduce((a, b) => a + b) / this.#rates.length, rateSeconds: seconds };
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #works(): { step: number; pid: number; work: 'build' | 'rebuild' | 'drop' | 'analyze' }[] {
    return this.#host.state().steps.flatMap((step) => {
      const { status, backend, id } = step;
      if (backend === null || !(status === 'building' || status === 'dropping' || status === 'running')) return [];
      const work = status === 'building' && step.replaces !== null ? 'rebuild' : workOf[status];
      return [{ step: id, pid: backend.pid, work }];
    });
  }

  #sampled(taken: Sample): void {
    const now = Date.now();
    const own = this.#own.latest();
    const sample = own === undefined ? taken : { ...taken, own };
    this.latest = sample;
    const before = this.#lastAt;
    this.#samples += 1;
    this.#lastAt = now;
    const state = this.#host.state();
    if (state.baseline === null && sample.metrics.rollbacksPerS !== null) {
      // A rate is of the time since the reading before.
      this.#ratesSince ??= before;
      this.#rates.push(sample.metrics.rollbacksPerS);
    }
    this.#host.sampled(sample);
    this.#host.submit({ kind: 'sampled', sample });
    if (state.approvedAt !== null) {
      const { memory, summary } = summarise(this.#summary, sample);
      this.#summary = memory;
      if (summary !== null) this.#host.submit({ kind: 'summarised', summary });
    }
    this.#judge(sample, now);
    this.#wake();
  }

  #judge(sample: Sample | null, now: number): void {
    const state = this.#host.state();
    if (!['running', 'verifying', 'rolling-back'].includes(state.phase)) return;
    const { memory, signals } = evaluateGates(this.#gates, sample, {
      gates: state.options.gates,
      usualRollbacksPerS: state.baseline === null ? undefined : usualRollbackRate(state.baseline),
      now,
    });
    this.#gates = memory;
    for (const signal of signals) this.#host.submit({ kind: 'gate', signal });
  }
}
