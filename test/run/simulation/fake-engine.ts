import type { CreateIndexStep } from '../../../src/plan/types.ts';
import {
  type BuildOutcome,
  type Command,
  claimOfFailed,
  claimOfLost,
  decide,
  type Effect,
  type ErrorFacts,
  type EventBody,
  effectKey,
  evolve,
  type Found,
  type IndexAt,
  type Input,
  initialState,
  leftoverOf,
  notToDrop,
  outcomeOfLost,
  ownError,
  type PreflightFacts,
  type RunEvent,
  type RunState,
  replay,
  respond,
  type StepState,
  type Traces,
} from '../../../src/run/index.ts';
import { serverError } from '../../support/core.ts';
import type { FakeBackend, FakeServer, Statement } from './fake-server.ts';
import type { Random } from './random.ts';
import { type Seat, Seats } from './seats.ts';

/** What the engine is made of. A test that wants to see a rule broken replaces one of them. */
export interface Parts {
  decide: typeof decide;
  respond: typeof respond;
  claimOfFailed: typeof claimOfFailed;
  claimOfLost: typeof claimOfLost;
  notToDrop: typeof notToDrop;
  /** The intent is recorded before the act. */
  intentFirst: boolean;
  /** The backend of a lost build is waited for before anything else. */
  waitsForOrphans: boolean;
}

export const REAL_PARTS: Parts = {
  decide,
  respond,
  claimOfFailed,
  claimOfLost,
  notToDrop,
  intentFirst: true,
  waitsForOrphans: true,
};

/** Something that the engine is about to do to the server. */
export interface Act {
  step: StepState;
  backend: FakeBackend;
  statement: Statement;
}

/** Who looks on: every fact and every act, before it counts. */
export interface Watcher {
  recorded(engine: FakeEngine, before: RunState | null, event: RunEvent): void;
  acts(engine: FakeEngine, act: Act): void;
  cancels(engine: FakeEngine, step: number, target: FakeBackend): void;
  claims(engine: FakeEngine, found: IndexAt, traces: Traces): void;
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
interface Task {
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

const NEVER = 1_000_000_000;
const TERMINATE_AFTER_MS = 15_000;
const WORK = ['build', 'statement', 'reconcile', 'drop'] as const;
const LOST = ownError('the connection was lost');
const NOTHING_MADE = ownError('the server reported success, but there is no valid index of this name');

const createOf = (step: StepState): CreateIndexStep => {
  if (step.step.kind !== 'create-index') throw new Error(`step ${step.id} builds no index`);
  return step.step;
};

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
  readonly #heard = new Set<number>();
  readonly #unsent = new Set<number>();
  #at = { now: 0, text: '' };

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
    if (this.#keys.has('finish')) return false;
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
      if (this.seats.builders.length < this.state.jobs) this.seats.openToBuild(this.state.jobs);
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
    if (seat.backend !== null || this.closed || this.#keys.has('finish')) return;
    this.seats.connect(seat);
    this.submit({ kind: 'connection-restored', session: seat.id, afterMs: 1 });
  }

  /** Hears of the backends that the server has ended. */
  hearOfLosses(): void {
    for (const seat of this.seats.all())
      if (seat.backend !== null && this.around.server.find(seat.backend) === null) this.lose(seat);
  }

  /** Begins whatever there is to begin, until a round brings nothing new. */
  advance(): void {
    for (let round = 0; ; round++) {
      if (round > 200) throw new Error('decide does not come to rest');
      const actions = this.around.parts.decide(this.state, {
        now: this.around.clock.now,
        inflight: this.#keys,
        slots: this.seats.slots(),
        lockHeld: this.seats.lockHeld,
      });
      if (actions.length === 0) return;
      for (const { intent, effect } of actions) {
        if (intent !== null && this.around.parts.intentFirst) this.#record(intent);
        if (effect !== null) this.#begin(effect);
        if (intent !== null && !this.around.parts.intentFirst) this.#record(intent);
      }
    }
  }

  /** One micro step of the effect; false when it waits for somebody. */
  step(task: Task): boolean {
    this.#point();
    const { effect } = task;
    switch (effect.kind) {
      case 'preflight':
        return this.#end(task, { kind: 'preflighted', facts: this.#preflight() });
      case 'baseline':
        return this.#baseline(task);
      case 'inspect': {
        if (this.seats.inspect.backend === null) return false;
        const found = this.#foundAt(createOf(this.#step(effect.step)));
        return this.#end(task, { kind: 'inspected', step: effect.step, found });
      }
      case 'build':
        return this.#build(task, this.#step(effect.step));
      case 'reconcile':
        return this.#reconcile(task, this.#step(effect.step));
      case 'cancel':
        return this.#cancel(task, effect);
      case 'drop':
        return this.#drop(task, effect);
      case 'statement':
        return this.#statement(task, this.#step(effect.step));
      case 'verify':
        return this.#verify(task);
      case 'validate':
        return this.#validate(task, effect.validation);
      case 'finish':
        return this.#finish(task, effect);
    }
  }

  #point(): void {
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
    this.#point();
    const before = this.state;
    const event = this.#append(body);
    this.#point();
    this.state = evolve(before, event);
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
      this.#heard.delete(effect.step);
      this.#unsent.add(effect.step);
    }
    if (effect.kind === 'cancel')
      for (const kind of WORK) task.target ??= this.inflight.get(`${kind}:${effect.step}`) ?? null;
    this.inflight.set(key, task);
    this.#keys.add(key);
    // Whoever acts first and records then is caught in the act.
    if (!this.around.parts.intentFirst && 'slot' in effect) this.step(task);
  }

  #end(task: Task, input: Input): true {
    if (task.seat !== null) this.seats.release(task.seat);
    task.ended = true;
    this.inflight.delete(task.key);
    this.#keys.delete(task.key);
    if (input.kind === 'closed') this.closed = true;
    this.submit(input);
    return true;
  }

  #step(id: number): StepState {
    const step = this.state.steps[id];
    if (step === undefined) throw new Error(`there is no step ${id}`);
    return step;
  }

  #isGone(backend: FakeBackend | null): boolean {
    return backend === null || !backend.client;
  }

  #send(task: Task, step: StepState, statement: Statement): void {
    const { backend } = task;
    if (backend === null) throw new Error(`${task.key} has no session`);
    this.around.watcher.acts(this, { step, backend, statement });
    this.#point();
    this.around.server.send(backend, statement, step.id);
    task.stage = 1;
    this.#point();
  }

  #traces(step: StepState): Traces {
    return { oid: step.oid, heard: this.#heard.has(step.id), unsent: this.#unsent.has(step.id) };
  }

  #look(step: StepState): IndexAt | null {
    const { name, table } = createOf(step);
    return this.around.server.look(name, table);
  }

  #foundAt({ name, table }: CreateIndexStep): Found {
    const { server } = this.around;
    const index = server.indexes.get(name);
    if (index === undefined) return { kind: 'none' };
    const { oid } = index;
    if (!index.valid) {
      const pid = server.atWorkOn(oid);
      if (pid !== null) return { kind: 'building', oid, pid, application: null };
    }
    if (index.table !== table) return { kind: 'different', oid, definition: '', differences: ['on another table'] };
    if (!index.valid) return { kind: 'invalid', oid, definition: '', ready: index.ready };
    if (!index.asPlanned) return { kind: 'different', oid, definition: '', differences: ['another column'] };
    return { kind: 'equal', oid, definition: '', bytes: 8192 };
  }

  #preflight(): PreflightFacts {
    const { server } = this.around;
    this.seats.openToLook();
    this.seats.tryLock();
    const blocked = !this.seats.lockHeld;
    if (!blocked) this.seats.openToBuild(this.state.jobs);
    const tables = [...server.tables.values()];
    return {
      findings: blocked ? [{ level: 'blocks', code: 'other-engine', what: '', why: '', advice: '' }] : [],
      server: { version: '18.4', versionNum: 180004, startedAt: null, superuser: false, monitor: true },
      tables: tables.map(({ name, oid }, n) => ({ oid, schema: 'public', name, rows: n, bytes: n * 8192 })),
      steps: this.state.steps.flatMap(({ id, step }) =>
        step.kind === 'create-index'
          ? [{ step: id, tableOid: server.tables.get(step.table)?.oid ?? null, found: this.#foundAt(step) }]
          : [],
      ),
      settings: [],
    };
  }

  #baseline(task: Task): boolean {
    if (this.seats.inspect.backend === null) return false;
    const none = { idxIndexes: 0, databaseBytes: 1, active: 1, connections: 10, rollbacksPerS: 0, rateSeconds: 4 };
    return this.#end(task, {
      kind: 'baselined',
      baseline: { indexes: this.around.server.indexes.size, schemas: ['public'], ...none },
    });
  }

  #build(task: Task, step: StepState): boolean {
    const { random, parts } = this.around;
    const { backend } = task;
    const ended = (outcome: BuildOutcome) => this.#end(task, { kind: 'build-ended', step: step.id, outcome });
    if (task.stage === 0) {
      if (this.#isGone(backend)) return ended({ kind: 'lost', error: LOST });
      this.#unsent.delete(step.id);
      const { name, table, unique } = createOf(step);
      this.#send(task, step, { kind: 'build', index: name, table, unique });
      return true;
    }
    if (task.stage === 1) {
      if (backend?.told === true && (backend.client || random.chance(0.5))) this.#heard.add(step.id);
      if (backend === null || backend.result?.kind === 'lost' || !backend.client)
        return ended({ kind: 'lost', error: LOST });
      if (backend.result !== null) {
        task.error = backend.result.kind === 'error' ? serverError(backend.result.sqlstate) : null;
        task.stage = 2;
        return true;
      }
      return this.#identify(step, backend.pid);
    }
    if (this.seats.inspect.backend === null) return false;
    const found = this.#look(step);
    if (task.error === null) {
      if (found?.valid) return ended({ kind: 'built', oid: found.oid, bytes: found.bytes, durationMs: 1000 });
      return ended({ kind: 'failed', error: NOTHING_MADE, leftover: null });
    }
    const ours = found !== null && parts.claimOfFailed(found, this.#traces(step)) === 'ours';
    const where = { schema: 'public', name: createOf(step).name };
    if (found !== null && ours) this.around.watcher.claims(this, found, this.#traces(step));
    return ended({ kind: 'failed', error: task.error, leftover: leftoverOf(found, where, task.error, ours) });
  }

  /** Asks for the OID of what the backend is making; it may be too late, or too early. */
  #identify(step: StepState, pid: number): boolean {
    if (step.oid !== null || this.seats.control.backend === null || this.around.random.chance(0.3)) return false;
    const oid = this.around.server.identify(pid);
    if (oid === null) return false;
    this.submit({ kind: 'identified', step: step.id, oid });
    return true;
  }

  /** Whether a backend that works for nobody is gone; helps it along when it is idle or unwanted. */
  #backendGone(step: StepState, unwanted: boolean): boolean | null {
    const { server } = this.around;
    if (step.backend === null || !this.around.parts.waitsForOrphans) return true;
    if (this.seats.control.backend === null) return null;
    const orphan = server.find(step.backend);
    if (orphan === null) return true;
    if (orphan.work === null || unwanted) server.terminate(orphan);
    return false;
  }

  #reconcile(task: Task, step: StepState): boolean {
    const { server, parts, watcher } = this.around;
    if (task.stage === 0) {
      if (step.status === 'building' && step.backend !== null && server.find(step.backend) !== null)
        this.#identify(step, step.backend.pid);
      const gone = this.#backendGone(step, this.state.abort !== null || step.cancel !== null);
      if (gone !== true) return false;
      task.stage = 1;
      if (step.status === 'building') return true;
      const outcome = { kind: 'failed' as const, error: LOST };
      const kind = step.status === 'dropping' ? ('dropped' as const) : ('statement-ended' as const);
      return this.#end(task, { kind, step: step.id, outcome });
    }
    if (this.seats.inspect.backend === null) return false;
    const create = createOf(step);
    const where = { schema: 'public', name: create.name };
    const ended = (found: IndexAt | null, ours: boolean) => {
      if (found !== null && ours) watcher.claims(this, found, this.#traces(step));
      const outcome = outcomeOfLost(found, where, step.error ?? LOST, ours, 1000);
      return this.#end(task, { kind: 'build-ended', step: step.id, outcome });
    };
    if (task.stage === 1) {
      task.found = this.#look(step);
      if (task.found === null) return ended(null, false);
      const claim = parts.claimOfLost(task.found, this.#traces(step));
      if (claim !== 'if-planned') return ended(task.found, claim === 'ours');
      task.stage = 2;
      return true;
    }
    const there = this.#foundAt(create);
    return ended(task.found, there.kind === 'equal' && there.oid === task.found?.oid);
  }

  #cancel(task: Task, { step, backend }: Extract<Effect, { kind: 'cancel' }>): boolean {
    const { server, clock, watcher } = this.around;
    if (task.target === null || task.target.ended) return this.#end(task, { kind: 'tick' });
    if (this.seats.control.backend === null) return false;
    const target = server.find(backend);
    if (target !== null) {
      watcher.cancels(this, step, target);
      if (clock.now - task.begunAt > TERMINATE_AFTER_MS) server.terminate(target);
      else server.cancel(target);
      return true;
    }
    // Its connection would wait for an answer that never comes.
    for (const seat of this.seats.all())
      if (seat.backend?.pid === backend.pid && seat.backend.backendStart === backend.backendStart) this.lose(seat);
    return false;
  }

  #drop(task: Task, { step: id, oid, name }: Extract<Effect, { kind: 'drop' }>): boolean {
    const { parts } = this.around;
    const { backend } = task;
    const step = this.#step(id);
    const failed = (error: ErrorFacts) =>
      this.#end(task, { kind: 'dropped', step: id, outcome: { kind: 'failed', error } });
    const done = () => this.#end(task, { kind: 'dropped', step: id, outcome: { kind: 'done', durationMs: 5 } });
    if (task.stage === 0) {
      if (this.#isGone(backend)) return failed(LOST);
      if (this.seats.inspect.backend === null) return false;
      const found = this.#look(step);
      if (found === null) return done();
      const not = parts.notToDrop(found, oid);
      if (not !== null) return failed(ownError(not));
      // Between the look and the drop lies one round trip: a known limit.
      this.#send(task, step, { kind: 'drop', index: name });
      return true;
    }
    if (backend === null || !backend.client || backend.result?.kind === 'lost') return failed(LOST);
    if (backend.result === null) return false;
    return backend.result.kind === 'ok' ? done() : failed(serverError(backend.result.sqlstate));
  }

  #statement(task: Task, step: StepState): boolean {
    const { backend } = task;
    const failed = (error: ErrorFacts) =>
      this.#end(task, { kind: 'statement-ended', step: step.id, outcome: { kind: 'failed', error } });
    if (task.stage === 0) {
      if (this.#isGone(backend)) return failed(LOST);
      const table = step.step.kind === 'analyze' ? (step.step.tables[0]?.table ?? '') : '';
      this.#send(task, step, { kind: 'analyze', table });
      return true;
    }
    if (backend === null || !backend.client || backend.result?.kind === 'lost')
      return this.#backendGone(step, true) === true && failed(LOST);
    if (backend.result === null) return false;
    if (backend.result.kind === 'error') return failed(serverError(backend.result.sqlstate));
    return this.#end(task, { kind: 'statement-ended', step: step.id, outcome: { kind: 'done', durationMs: 5 } });
  }

  #verify(task: Task): boolean {
    if (this.seats.inspect.backend === null) return false;
    const results = this.state.steps.flatMap(({ id, step }) => {
      if (step.kind !== 'create-index') return [];
      const found = this.#foundAt(step);
      const ok = found.kind === 'equal';
      return [{ step: id, ok, problems: ok ? [] : [found.kind], oid: 'oid' in found ? found.oid : null, bytes: 8192 }];
    });
    return this.#end(task, { kind: 'verified', results });
  }

  #validate(task: Task, at: number): boolean {
    const validation = this.state.validations[at];
    if (validation === undefined) throw new Error(`there is no validation ${at}`);
    const { line, file, kind, sql } = validation;
    const ok = !this.around.random.chance(0.1);
    const nothing = { durationMs: 1, columns: [], rows: [], more: false, error: ok ? null : serverError('42P01') };
    return this.#end(task, {
      kind: 'validated',
      result: { type: 'validation.finished', line, file, kind, sql, ok, ...nothing },
    });
  }

  #finish(task: Task, { status, reason, leftToDo }: Extract<Effect, { kind: 'finish' }>): boolean {
    const { server } = this.around;
    const closing = task.stage === 0 ? this.seats.all().filter((seat) => seat !== this.seats.lock) : [this.seats.lock];
    for (const seat of closing) {
      if (seat.backend !== null) server.clientDies(seat.backend);
      this.seats.forget(seat);
    }
    task.stage += 1;
    if (task.stage < 2) return true;
    return this.#end(task, { kind: 'closed', status, reason, leftToDo });
  }
}
