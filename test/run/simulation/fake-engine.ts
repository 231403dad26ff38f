import { lookAtOwn } from '../../../src/engine/look-at-own.ts';
import {
  beforeDrop,
  type Command,
  claimOfFailed,
  claimOfLost,
  decide,
  type Effect,
  type ErrorFacts,
  type EventBody,
  effectKey,
  evolve,
  type IndexAt,
  type Input,
  initialState,
  outcomeOfReindex,
  outcomeOfSuccess,
  ownError,
  type RunEvent,
  type RunState,
  replay,
  respond,
  type StepState,
  type Traces,
} from '../../../src/run/index.ts';
import { FakeInterpreter } from './fake-interpreter.ts';
import type { FakeBackend, FakeServer, OwnStatement } from './fake-server.ts';
import type { Random } from './random.ts';
import { comesToRest } from './rules.ts';
import { type Seat, Seats } from './seats.ts';

/** What the engine is made of. A test that wants to see a rule broken replaces one of them. */
export interface Parts {
  decide: typeof decide;
  respond: typeof respond;
  evolve: typeof evolve;
  claimOfFailed: typeof claimOfFailed;
  claimOfLost: typeof claimOfLost;
  outcomeOfSuccess: typeof outcomeOfSuccess;
  outcomeOfReindex: typeof outcomeOfReindex;
  beforeDrop: typeof beforeDrop;
  lookAtOwn: typeof lookAtOwn;
  /** The intent is recorded before the act. */
  intentFirst: boolean;
  /** The backend of a lost build is waited for before anything else. */
  waitsForOrphans: boolean;
}

export const REAL_PARTS: Parts = {
  decide,
  respond,
  evolve,
  claimOfFailed,
  claimOfLost,
  outcomeOfSuccess,
  outcomeOfReindex,
  beforeDrop,
  lookAtOwn,
  intentFirst: true,
  waitsForOrphans: true,
};

/** Something that the engine is about to do to the server. */
export interface Act {
  step: StepState;
  backend: FakeBackend;
  statement: OwnStatement;
}

/** Who looks on: every fact and every act, before it counts. */
export interface Watcher {
  recorded(engine: FakeEngine, before: RunState | null, event: RunEvent): void;
  acts(engine: FakeEngine, act: Act): void;
  cancels(engine: FakeEngine, step: number, target: FakeBackend): void;
  claims(engine: FakeEngine, found: IndexAt, traces: Traces): void;
  /** A query is measured, or a table analyzed for one. */
  measures(engine: FakeEngine): void;
}

/** All that outlives an engine, and all that it needs. */
export interface Surroundings {
  server: FakeServer;
  random: Random;
  clock: { now: number };
  /** The durable events. */
  journal: RunEvent[];
  parts: Parts;
  watcher: Watcher;
}

/** Thrown where the engine's process ends, without a word. */
export const CRASH = new Error('the engine is gone');

/** An effect under way, one micro step at a time. */
export interface Task {
  key: string;
  effect: Effect;
  stage: number;
  begunAt: number;
  seat: Seat | null;
  /** The backend that works for it. */
  backend: FakeBackend | null;
  error: ErrorFacts | null;
  found: IndexAt | null;
  /** What a cancel is meant for. */
  target: Task | null;
  ended: boolean;
}

/** More rounds of decisions than this have no end. */
const MOST_ROUNDS = 200;
const NEVER = 1_000_000_000;
const WORK = ['build', 'statement', 'reconcile', 'drop'] as const;
const LOST = ownError('the connection was lost');

/**
 * The engine's shell without the world: what src/engine does around the core, one micro step at a time, against a fake
 * server. It can end between any two of them; the journal is what is left.
 */
export class FakeEngine {
  readonly seats: Seats;
  readonly inflight = new Map<string, Task>();
  readonly around: Surroundings;
  state: RunState;
  /** Micro steps until its process ends. */
  crashIn = NEVER;
  closed = false;
  readonly #keys = new Set<string>();
  readonly #interpreter = new FakeInterpreter(this);
  #at = { now: 0, text: '' };
  #lastLook: { at: number; tookMs: number } | null = null;

  /** Begins a run, or takes up the one that the journal tells of. */
  constructor(around: Surroundings, first: EventBody) {
    this.around = around;
    this.seats = new Seats(around.server);
    const before = replay(around.journal);
    const event = this.#append(first);
    this.state = before === null ? initialState(event) : evolve(before, event);
    around.watcher.recorded(this, before, event);
    this.advance();
  }

  command(command: Command, by: string): boolean {
    if (this.isEnding) return false;
    const { events, reply } = this.around.parts.respond(
      this.state,
      { kind: 'command', command, by },
      this.around.clock.now,
    );
    this.#recordAll(events);
    this.advance();
    return reply?.ok === true;
  }

  submit(input: Input): void {
    this.#recordAll(this.around.parts.respond(this.state, input, this.around.clock.now).events);
    this.advance();
  }

  /** Once a second. */
  tick(): void {
    if (this.state.approvedAt !== null) {
      this.seats.tryLock();
      this.submit({ kind: 'lock', held: this.seats.lockHeld });
      if (this.seats.builders.length < this.state.jobs && !this.isEnding) this.seats.openToBuild(this.state.jobs);
    }
    this.submit({ kind: 'tick' });
  }

  /** A connection breaks. Whether the server knows, and what becomes of the backend, is not the engine's to say. */
  lose(seat: Seat): void {
    if (seat.backend === null) return;
    this.seats.forget(seat);
    this.submit({ kind: 'connection-lost', session: seat.id, error: LOST });
  }

  restore(seat: Seat): void {
    if (seat.backend !== null || this.closed || this.isEnding) return;
    this.seats.connect(seat);
    this.submit({ kind: 'connection-restored', session: seat.id, afterMs: 1 });
  }

  /** Hears of the backends that the server has ended. */
  hearOfLosses(): void {
    for (const seat of this.seats.all())
      if (seat.backend !== null && this.around.server.find(seat.backend) === null) this.lose(seat);
  }

  /** Its sessions are being closed: nothing is ordered, and no connection opened, any more. */
  get isEnding(): boolean {
    return this.#keys.has('finish');
  }

  /** One micro step of an effect under way; false when it waits for somebody. */
  step(task: Task): boolean {
    return this.#interpreter.step(task);
  }

  /** Begins whatever there is to begin, until a round brings nothing new. */
  advance(): void {
    for (let round = 0; ; round++) {
      const actions = this.around.parts.decide(this.state, {
        now: this.around.clock.now,
        inflight: this.#keys,
        slots: this.seats.slots(),
        lockHeld: this.seats.lockHeld,
        lastLook: this.#lastLook,
      });
      if (actions.length === 0) return;
      if (round > MOST_ROUNDS) comesToRest(actions);
      for (const { intent, effect } of actions) {
        if (intent !== null && this.around.parts.intentFirst) this.#record(intent);
        if (effect !== null) this.#begin(effect);
        if (intent !== null && !this.around.parts.intentFirst) this.#record(intent);
      }
    }
  }

  /** Here its process may end. */
  point(): void {
    this.crashIn -= 1;
    if (this.crashIn === 0) throw CRASH;
  }

  #append(body: EventBody): RunEvent {
    const { clock, journal } = this.around;
    if (this.#at.now !== clock.now) this.#at = { now: clock.now, text: new Date(clock.now).toISOString() };
    const event = { seq: journal.length + 1, at: this.#at.text, run: 'r1', ...body } as RunEvent;
    journal.push(event);
    return event;
  }

  #record(body: EventBody): void {
    this.point();
    const before = this.state;
    const event = this.#append(body);
    this.point();
    this.state = this.around.parts.evolve(before, event);
    this.around.watcher.recorded(this, before, event);
  }

  #recordAll(bodies: readonly EventBody[]): void {
    for (const body of bodies) this.#record(body);
  }

  #begin(effect: Effect): void {
    const key = effectKey(effect);
    const task: Task = {
      key,
      effect,
      stage: 0,
      begunAt: this.around.clock.now,
      seat: null,
      backend: null,
      error: null,
      found: null,
      target: null,
      ended: false,
    };
    if ('slot' in effect) {
      task.seat = this.seats.take(effect.slot);
      task.backend = task.seat.backend;
    }
    if (effect.kind === 'build') {
      this.#interpreter.begins(effect.step);
    }
    if (effect.kind === 'cancel')
      for (const kind of WORK) task.target ??= this.inflight.get(`${kind}:${effect.step}`) ?? null;
    this.inflight.set(key, task);
    this.#keys.add(key);
    // Whoever acts first and records then is caught in the act.
    if (!this.around.parts.intentFirst && 'slot' in effect) this.step(task);
  }

  /** The effect is over, with this outcome. */
  end(task: Task, input: Input): true {
    if (task.seat !== null) this.seats.release(task.seat);
    task.ended = true;
    this.inflight.delete(task.key);
    this.#keys.delete(task.key);
    if (input.kind === 'closed') this.closed = true;
    if (input.kind === 'preflighted' || input.kind === 'looked')
      this.#lastLook = { at: this.around.clock.now, tookMs: 1 };
    this.submit(input);
    return true;
  }
}
