import {
  type Command,
  evaluateGates,
  GATE_NAMES,
  type GateLevel,
  type GateMemory,
  newGateMemory,
  type Sample,
} from '../../../src/run/index.ts';
import { emptySample } from '../../support/core.ts';
import type { FakeEngine } from './fake-engine.ts';
import type { FakeBackend, FakeServer } from './fake-server.ts';
import type { Random } from './random.ts';
import { OPERATORS } from './rules.ts';
import { renamed } from './rules-back.ts';
import { WayBack } from './way-back.ts';

/** Every SQLSTATE that the core knows of, and some that it does not. */
export const SQLSTATES: readonly string[] = [
  ...['40001', '40P01', '53300', '55006', '55P03', '57P01', '57P02', '57P03', '08006', '57014', '42P07'],
  ...['23505', '42501', '42P01', '42703', '42704', '42883', '53100', '53200', 'XX001', '22P02', 'P0001'],
];

/** Everybody and everything that acts at bad moments; each history has some of it. */
export class Trouble {
  readonly #server: FakeServer;
  readonly #random: Random;
  readonly #clock: { now: number };
  #gates: GateMemory | null = null;
  /** How this history's operators order a rollback of a run that goes on; null: they do not. */
  readonly wayBack: WayBack | null;
  /** Values that the statistics lie about, for a while. */
  #wild: Partial<Sample['metrics']> = {};

  constructor(server: FakeServer, random: Random, clock: { now: number }) {
    this.#server = server;
    this.#random = random;
    this.#clock = clock;
    // Judging samples takes most of the time: only a part of the histories does.
    if (random.chance(0.06)) this.#gates = newGateMemory();
    this.wayBack = random.chance(0.25) ? new WayBack(random) : null;
  }

  /** Another engine judges anew. */
  newEngine(): void {
    if (this.#gates !== null) this.#gates = newGateMemory();
  }

  /** The server: some backend goes on, or comes to its end. */
  backend(): void {
    const working = [...this.#server.backends.values()].filter(({ work }) => work !== null);
    if (working.length === 0) return;
    const backend = this.#random.pick(working);
    const what = this.#random.below(40);
    if (what === 0) this.#server.terminate(backend);
    else if (what === 1) backend.deaf = true;
    else if (what < 5) this.#server.fail(backend, this.#anyReason(backend));
    else for (let n = 1 + this.#random.below(4); n > 0 && this.#server.advance(backend); n--);
  }

  /** Before it fills its index nothing but the name itself makes a build fail with 42P07; then any function may. */
  #anyReason({ told }: FakeBackend): string {
    const sqlstate = this.#random.pick(SQLSTATES);
    return sqlstate === '42P07' && !told ? '40P01' : sqlstate;
  }

  /** Whoever else works on this database. */
  foreigner(names: readonly { name: string; table: string }[]): void {
    const { name, table } = this.#random.pick(names);
    const server = this.#server;
    if (table === 'p' && this.#random.chance(0.05)) server.addPartition('p', `p${2 + this.#random.below(2)}`);
    switch (this.#random.below(11)) {
      case 0: {
        const index = server.indexes.get(name);
        if (index !== undefined && server.atWorkOn(index.oid) === null) server.takeAway(name);
        return;
      }
      case 1:
        this.#foreignBuild(name, table);
        return;
      case 2:
        this.#replace(name, table);
        return;
      case 3:
      case 4:
        server.begin(server.connect('somebody', 'other'), { writes: this.#random.chance(0.5) ? table : null });
        return;
      case 5:
      case 6:
        this.#leave();
        return;
      case 7:
        // An engine of another run, which takes the lock when it is free.
        if (server.lockHolder === null) server.tryLock(server.connect('another engine', 'other'));
        return;
      case 8:
        // Somebody mends what is not valid.
        server.send(server.connect('psql', 'other'), { kind: 'reindex', index: name });
        return;
      case 9:
        // What is ours is theirs, too: under another name, or as a constraint.
        if (this.#random.chance(0.5)) server.makeConstraint(name);
        else server.callOtherwise(name, renamed(name));
        return;
      default: {
        const facts = server.tables.get(table);
        if (facts !== undefined) facts.duplicates = !facts.duplicates;
      }
    }
  }

  #foreignBuild(name: string, table: string): void {
    const statement = { kind: 'build', index: name, table, asPlanned: this.#random.chance(0.5) } as const;
    this.#server.send(this.#server.connect('psql', 'other'), statement);
  }

  #replace(name: string, table: string): void {
    const index = this.#server.indexes.get(name);
    // What is attached to another one cannot be dropped by itself.
    if (index === undefined || index.parent !== null || index.constraint || this.#server.atWorkOn(index.oid) !== null)
      return;
    this.#server.takeAway(name);
    this.#server.plant(name, table, {
      valid: this.#random.chance(0.4),
      by: 'other',
      asPlanned: this.#random.chance(0.5),
    });
  }

  #leave(): void {
    const others = [...this.#server.backends.values()].filter(({ by }) => by === 'other');
    if (others.length > 0) this.#server.terminate(this.#random.pick(others));
  }

  /** The network: a connection of ours breaks, and the server knows it or not; or comes back. */
  network(engine: FakeEngine): void {
    const seat = this.#random.pick(engine.seats.all());
    const { backend } = seat;
    if (backend === null) {
      engine.restore(seat);
      return;
    }
    if (this.#random.chance(0.3)) this.#server.terminate(backend);
    else this.#server.clientDies(backend, this.#random.chance(0.6));
    engine.lose(seat);
  }

  /** A person at the keys, not always at a good moment. */
  operator(engine: FakeEngine): void {
    if (this.wayBack !== null && this.#random.chance(0.3)) {
      this.wayBack.order(engine, this.#random.pick(OPERATORS));
      return;
    }
    const step = this.#random.below(engine.state.steps.length);
    const commands: Command[] = [
      { type: 'pause' },
      { type: 'continue' },
      { type: 'continue' },
      { type: 'retry', step },
      { type: 'retry', step },
      { type: 'skip', step },
      { type: 'cancel-build', step },
      { type: 'set-jobs', jobs: 1 + this.#random.below(3) },
      { type: 'recheck' },
    ];
    const command: Command = this.#random.chance(0.04) ? { type: 'abort' } : this.#random.pick(commands);
    engine.command(command, this.#random.pick(OPERATORS));
  }

  /** Screens come and go, some without a word. */
  client(engine: FakeEngine): void {
    const client = `c${this.#random.below(2)}`;
    if (engine.state.clients.some(({ id }) => id === client))
      engine.submit({ kind: 'client-left', client, vanished: this.#random.chance(0.5) });
    else engine.submit({ kind: 'client-joined', client, role: 'operator', name: 'anna@ops' });
  }

  /** What the statistics say, or do not say. */
  reading(engine: FakeEngine): void {
    if (this.#gates !== null) {
      this.#sample(engine);
      return;
    }
    const step = this.#random.below(engine.state.steps.length);
    const gate = this.#random.pick(GATE_NAMES);
    const level = this.#random.pick<GateLevel | null>(['warn', 'pause', null, null]);
    engine.submit(
      this.#random.chance(0.3)
        ? { kind: 'gate', signal: { kind: 'cancel-build', step, reason: 'r' } }
        : { kind: 'gate', signal: { kind: 'level', gate, level, value: 1, threshold: 1, reason: 'r' } },
    );
  }

  #sample(engine: FakeEngine): void {
    if (this.#random.chance(0.3)) this.#wild = this.#lie();
    for (let n = 4; n > 0; n--) this.#judge(engine, this.#random.chance(0.1) ? null : this.#read(engine));
  }

  #lie(): Partial<Sample['metrics']> {
    const value = this.#random.pick([null, 0, 1, 61, 1e12, Number.NaN]);
    const name = this.#random.pick([
      'lockWaiters',
      'active',
      'connections',
      'rollbacksPerS',
      'oldestTransactionS',
      'replicaLagS',
      'retainedWalBytes',
    ] as const);
    return this.#random.chance(0.4) ? {} : { [name]: value };
  }

  #read(engine: FakeEngine): Sample {
    const empty = emptySample(this.#clock.now);
    const builds = engine.state.steps.flatMap(({ id, status, backend }): Sample['builds'] => {
      if (status !== 'building' || backend === null) return [];
      const phase = this.#server.phaseOf(backend.pid);
      return [
        {
          step: id,
          pid: backend.pid,
          work: this.#server.identifyRebuild(backend.pid) === null ? 'build' : 'rebuild',
          indexOid: this.#server.identify(backend.pid),
          phase,
          phaseNo: null,
          phases: 6,
          percent: null,
          waiting: this.#random.chance(0.5),
          lockersTotal: null,
          lockersDone: null,
          phaseS: this.#random.below(700),
          stalledS: this.#random.below(700),
          blockers: [],
          blocks: this.#random.chance(0.2) ? [1] : [],
          blocksS: this.#random.below(10),
        },
      ];
    });
    return { ...empty, metrics: { ...empty.metrics, ...this.#wild }, builds };
  }

  #judge(engine: FakeEngine, sample: Sample | null): void {
    this.#clock.now += 1_000;
    if (sample !== null) engine.submit({ kind: 'sampled', sample });
    const { phase, options } = engine.state;
    if (this.#gates === null || !['running', 'verifying', 'rolling-back'].includes(phase)) return;
    const context = { gates: options.gates, usualRollbacksPerS: 1, now: this.#clock.now };
    const { memory, signals } = evaluateGates(this.#gates, sample, context);
    this.#gates = memory;
    for (const signal of signals) engine.submit({ kind: 'gate', signal });
  }

  /** Everybody else goes home, and what was broken is mended. */
  calmServer(): void {
    const others = [...this.#server.backends.values()].filter(({ by }) => by === 'other');
    for (const backend of others) this.#server.terminate(backend);
    for (const backend of this.#server.backends.values()) this.#calmBackend(backend);
    this.#server.notice();
    for (const table of this.#server.tables.values()) table.duplicates = false;
  }

  #calmBackend(backend: FakeBackend): void {
    backend.deaf = false;
  }

  /** The gates see nothing any more that would hold the run. */
  calmGates(engine: FakeEngine): void {
    if (this.#gates !== null) {
      this.#wild = {};
      for (let n = 12; n > 0; n--) this.#judge(engine, emptySample(this.#clock.now));
      return;
    }
    for (const { gate } of engine.state.gates)
      engine.submit({
        kind: 'gate',
        signal: { kind: 'level', gate, level: null, value: 0, threshold: null, reason: '' },
      });
  }
}
