import type { Plan } from '../../../src/plan/types.ts';
import {
  type ErrorPolicy,
  type EventBody,
  type RunEvent,
  type RunOptions,
  type RunState,
  replay,
} from '../../../src/run/index.ts';
import { options, probe } from '../../support/core.ts';
import { CRASH, FakeEngine, type Parts, REAL_PARTS, type Surroundings } from './fake-engine.ts';
import { FakeServer } from './fake-server.ts';
import { OLD, PARTITIONED, PLANS, REBUILDING, TABLES } from './plans.ts';
import { Random } from './random.ts';
import { comesToItsGoodEnd, ends, eventsGiveTheState, OPERATORS } from './rules.ts';
import { goesBackToItsGoodEnd } from './rules-back.ts';
import { Trouble } from './trouble.ts';
import { isToBeRolledBack, WayBack } from './way-back.ts';
import { Witness } from './witness.ts';

/** What came of a history. */
export interface End {
  status: number;
  crashes: number;
  /** Claims that rest on the intent alone and were wrong. */
  mistaken: number;
}

const MOST_CRASHES = 3;
const MOST_CALM_ROUNDS = 400;
const [ANNA = ''] = OPERATORS;

const REBUILDING_EVERY = 6;

/** Of so many histories one rebuilds; every other one is the same, whatever plans there are that do. */
const planOf = (seed: number, random: Random): Plan => {
  const plan = random.pick(PLANS);
  return seed % REBUILDING_EVERY === 0 ? (REBUILDING[(seed / REBUILDING_EVERY) % REBUILDING.length] ?? plan) : plan;
};

/**
 * One seeded history of one run: trouble for a while, then calm. Engines die and others take the run up; after every step
 * the rules are checked, and a broken one throws.
 */
export class History {
  readonly journal: RunEvent[] = [];
  readonly #random: Random;
  readonly #server = new FakeServer();
  readonly #clock = { now: Date.parse('2026-11-23T19:00:00Z') };
  readonly #plan: Plan;
  readonly #names: { name: string; table: string }[];
  readonly #options: RunOptions;
  readonly #trouble: Trouble;
  readonly #wayBack: WayBack;
  readonly #witness: Witness;
  readonly #around: Surroundings;
  readonly #retried = new Map<number, number>();
  #engine: FakeEngine;
  #crashes = 0;
  /** Its engine died when there was nothing left to roll back: nobody takes it up again. */
  #over = false;

  constructor(seed: number, parts: Parts = REAL_PARTS) {
    const random = new Random(seed);
    this.#random = random;
    this.#plan = planOf(seed, random);
    this.#names = this.#plan.sections.flatMap(({ steps }) =>
      steps.flatMap((step) => {
        if (step.kind === 'drop-index') return OLD.filter(({ name }) => name === step.name);
        // Others have what looks like the leftovers of a rebuild.
        if (step.kind === 'reindex')
          return OLD.filter(({ name }) => name === step.name).flatMap(({ name, table }) =>
            ['', '_ccnew', '_ccold'].map((end) => ({ name: `${name}${end}`, table })),
          );
        if (step.kind !== 'create-index') return [];
        const { name, table, replaces } = step;
        return replaces === undefined ? [{ name, table }] : [name, replaces].map((each) => ({ name: each, table }));
      }),
    );
    this.#options = this.#anyOptions();
    for (const table of TABLES) this.#server.createTable(table, random.chance(0.1));
    for (const { name, partitions } of PARTITIONED)
      this.#server.createTable(name, random.chance(0.05), partitions === null ? null : [...partitions]);
    // Others get in the way of the parts, too.
    if (this.#names.some(({ table }) => table === 'p'))
      for (const { name } of PARTITIONED.slice(1)) this.#names.push({ name: `${name}_i`, table: name });
    for (const { name, table } of this.#names)
      if (OLD.some((old) => old.name === name) || random.chance(this.#isReplaced(name) ? 0.7 : 0.12))
        this.#server.plant(name, table, { valid: random.chance(0.5), by: 'other', asPlanned: random.chance(0.6) });
    this.#trouble = new Trouble(this.#server, random, this.#clock);
    this.#wayBack = this.#trouble.wayBack ?? new WayBack(random);
    this.#witness = new Witness(this.#server, this.journal);
    this.#around = {
      server: this.#server,
      random,
      clock: this.#clock,
      journal: this.journal,
      parts,
      watcher: this.#witness,
    };
    this.#engine = new FakeEngine(this.#around, this.#first());
  }

  /** To the end; what a broken rule throws is the caller's. */
  run(): End {
    this.#troubledTurns(10 + this.#random.below(100));
    this.#calmDown();
    const { outcome, rolledBack } = this.#engine.state;
    // What is not done can be taken up again: in a calm world that leads to the good end.
    if (outcome !== null && outcome.status !== 0 && outcome.status !== 3 && !rolledBack && this.#random.chance(0.3)) {
      this.#takeUp();
      if (this.#random.chance(0.5)) this.#troubledTurns(20);
      this.#calmDown();
    }
    if (this.#random.chance(0.3)) this.#goBack();
    this.#proveReplay();
    const { status } = this.#engine.state.outcome ?? { status: -1 };
    return { status, crashes: this.#crashes, mistaken: this.#witness.mistaken };
  }

  /** The run has ended, and is rolled back: in trouble first, and what that has left in a calm world. */
  #goBack(): void {
    for (const troubled of [this.#random.chance(0.7), false]) {
      if (!isToBeRolledBack(this.#engine.state)) return;
      this.#takeUp('rollback');
      if (troubled) this.#troubledTurns(10 + this.#random.below(60));
      this.#calmDown();
      const { state } = this.#engine;
      if (!troubled && state.abort === null) goesBackToItsGoodEnd(this.#server, state);
      if (state.outcome?.status !== 5 && this.#random.chance(0.7)) return;
    }
  }

  #isReplaced(name: string): boolean {
    const steps = this.#plan.sections.flatMap((section) => section.steps);
    return steps.some((step) => step.kind === 'rename-index' && step.name === name);
  }

  #anyOptions(): RunOptions {
    const random = this.#random;
    return options({
      jobs: 1 + random.below(3),
      onError: random.pick<ErrorPolicy>(['pause', 'skip', 'abort']),
      onDisconnect: random.pick(['pause', 'pause', 'continue', 'abort']),
      retries: random.below(4),
      autoContinue: random.chance(0.8),
      replaceInvalid: random.chance(0.3),
      probes: Array.from({ length: Math.max(0, random.below(6) - 3) }, (_, n) => probe(`probe ${n + 1}`)),
      amcheck: random.chance(0.1),
    });
  }

  #first(purpose: RunState['purpose'] = 'deploy'): EventBody {
    const started = this.journal.length > 0;
    const about = {
      version: '0',
      database: { host: 'db', port: 5432, database: 'menuca', user: 'deploy' },
      operator: ANNA,
      options: started && this.#random.chance(0.5) ? this.#anyOptions() : this.#options,
      engine: { pid: 1, host: 'ops' },
    };
    return started
      ? {
          type: 'run.resumed',
          ...about,
          from: 'journal',
          endOrphans: this.#random.chance(0.3),
          ...(purpose === 'rollback' ? { purpose } : {}),
        }
      : { type: 'run.started', plan: this.#plan, ...about };
  }

  #troubledTurns(turns: number): void {
    for (let turn = 0; turn < turns && !this.#engine.closed && !this.#over; turn++) {
      try {
        this.#turn();
      } catch (error) {
        if (error !== CRASH) throw error;
        this.#crashed();
      }
    }
    this.#engine.crashIn = Number.MAX_SAFE_INTEGER;
  }

  #turn(): void {
    const random = this.#random;
    const engine = this.#engine;
    const what = random.below(100);
    if (what < 45) this.#goOn();
    else if (what < 65) this.#serverMoves();
    else if (what < 73) this.#pass(random.below(6_000));
    else if (what < 80) this.#orderAGo();
    else if (what < 84) this.#trouble.operator(engine);
    else if (what < 88) this.#trouble.reading(engine);
    else if (what < 92) this.#foreignerActs();
    else if (what < 95) this.#trouble.network(engine);
    else if (what < 97) this.#trouble.client(engine);
    else if (this.#crashes < MOST_CRASHES) engine.crashIn = 1 + random.below(20);
  }

  /** Something that is under way goes on. */
  #goOn(): void {
    const { inflight } = this.#engine;
    let at = this.#random.below(Math.max(1, inflight.size));
    for (const task of inflight.values()) {
      at -= 1;
      if (at < 0) {
        this.#engine.step(task);
        return;
      }
    }
  }

  #serverMoves(): void {
    this.#trouble.backend();
    this.#engine.hearOfLosses();
  }

  #foreignerActs(): void {
    this.#trouble.foreigner(this.#names);
    this.#engine.hearOfLosses();
  }

  #pass(ms: number): void {
    this.#clock.now += ms;
    this.#engine.tick();
  }

  /** Nothing happens without a go, and without a look that finds nothing in the way. */
  #orderAGo(): void {
    const engine = this.#engine;
    if (engine.state.phase === 'blocked') engine.command({ type: 'recheck' }, ANNA);
    if (engine.state.phase === 'surveyed') this.#wayBack.order(engine, ANNA);
    if (engine.state.phase !== 'ready') return;
    const invalid = (engine.state.preflight?.steps ?? []).flatMap(({ found }) =>
      found?.kind === 'invalid' && this.#random.chance(0.6) ? [found.oid] : [],
    );
    engine.command({ type: 'go', replaceInvalid: invalid, confirm: null }, ANNA);
  }

  #crashed(): void {
    this.#crashes += 1;
    const { state } = this.#engine;
    const replayed = replay(this.journal);
    // It may have ended between a fact on disk and its state.
    if (replayed?.seq === state.seq) eventsGiveTheState(state, replayed);
    for (const { backend } of this.#engine.seats.all())
      if (backend !== null) this.#server.clientDies(backend, this.#random.chance(0.7));
    for (let n = this.#random.below(6); n > 0; n--)
      if (this.#random.chance(0.7)) this.#trouble.backend();
      else this.#trouble.foreigner(this.#names);
    if (this.#random.chance(0.8)) this.#server.notice();
    // A run that is being rolled back is not gone on with in any other way; one may be rolled back whenever it has begun.
    const back = replayed?.rolledBack || this.#random.chance(this.#trouble.wayBack === null ? 0.05 : 0.4);
    const possible = replayed !== null && isToBeRolledBack(replayed);
    if (replayed?.rolledBack && !possible) this.#over = true;
    else this.#takeUp(back && possible ? 'rollback' : 'deploy');
  }

  #takeUp(purpose: RunState['purpose'] = 'deploy'): void {
    this.#trouble.newEngine();
    this.#engine = new FakeEngine(this.#around, this.#first(purpose));
  }

  /** Everybody else goes home; an operator is there, and says what has to be said until the run ends. */
  #calmDown(): void {
    const engine = this.#engine;
    if (this.#over) return;
    this.#trouble.calmServer();
    engine.hearOfLosses();
    this.#retried.clear();
    const { steps } = engine.state;
    const leftOut = steps.filter(({ status }) => status === 'skipped').map(({ id }) => id);
    const late = engine.isEnding || engine.closed;
    for (let round = 0; !engine.closed; round++) {
      if (round > MOST_CALM_ROUNDS) ends(engine);
      this.#calmRound();
    }
    const { abort, options: chosen } = engine.state;
    const forth = engine.state.rollback === null && engine.state.purpose === 'deploy';
    if (forth && !late && abort === null && chosen.onError === 'pause')
      comesToItsGoodEnd(this.#server, engine.state, leftOut);
  }

  #calmRound(): void {
    const engine = this.#engine;
    for (const seat of engine.seats.all()) if (seat.backend === null) engine.restore(seat);
    this.#settleFailures();
    this.#server.settle();
    let moved = false;
    for (const task of [...engine.inflight.values()]) if (!task.ended) moved = engine.step(task) || moved;
    if (moved || engine.closed) return;
    this.#orderAGo();
    if (engine.state.pauses.length > 0) this.#trouble.calmGates(engine);
    if (engine.state.pauses.length > 0) engine.command({ type: 'continue' }, ANNA);
    this.#pass(10_000);
  }

  /** Each failure is tried again a few times, then left out. */
  #settleFailures(): void {
    for (const { id, status } of this.#engine.state.steps) {
      if (status !== 'failed') continue;
      const tries = (this.#retried.get(id) ?? 0) + 1;
      this.#retried.set(id, tries);
      const type = tries > 3 ? 'skip' : 'retry';
      if (!this.#engine.command({ type, step: id }, ANNA) && tries > 3)
        this.#engine.command({ type: 'retry', step: id }, ANNA);
    }
  }

  #proveReplay(): void {
    if (this.#over || !this.#random.chance(0.2)) return;
    // As a journal on disk gives them back.
    const events = this.#random.chance(0.1) ? (JSON.parse(JSON.stringify(this.journal)) as RunEvent[]) : this.journal;
    const replayed: RunState | null = replay(events);
    eventsGiveTheState(this.#engine.state, replayed);
  }
}
