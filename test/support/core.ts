import type { CreateIndexStep, Plan, Section, SectionStep } from '../../src/plan/types.ts';
import {
  type Action,
  type BuildOutcome,
  type Command,
  DEFAULT_GATES,
  decide,
  type Effect,
  type ErrorFacts,
  type EventBody,
  effectKey,
  evolve,
  type Found,
  type Input,
  initialState,
  type OrderSource,
  type PreflightFacts,
  type Probe,
  type RunEvent,
  type RunOptions,
  type RunState,
  replay,
  respond,
  type Sample,
  type Slot,
} from '../../src/run/index.ts';

const place = { file: 'plan.sql', line: 1, column: 1 };

/** A planned index, with everything that a test does not care about filled in. */
export const createIndex = (name: string, table: string, more: Partial<CreateIndexStep> = {}): CreateIndexStep => ({
  ...place,
  kind: 'create-index',
  sql: `CREATE INDEX CONCURRENTLY ${name} ON ${table} (a)`,
  buildSql: `CREATE INDEX CONCURRENTLY ${name} ON ${table} (a)`,
  settings: [],
  searchPath: null,
  schema: null,
  table,
  name,
  nameIsDefault: false,
  unique: false,
  concurrently: true,
  madeConcurrent: false,
  ifNotExists: true,
  method: 'btree',
  partialOrExpression: false,
  only: false,
  ...more,
});

export const section = (title: string, steps: SectionStep[]): Section => ({ title, file: 'plan.sql', line: 1, steps });

export const planOf = (...sections: Section[]): Plan => ({
  fingerprint: 'f'.repeat(64),
  files: ['plan.sql'],
  sections,
  validations: [],
  leftOut: [],
  problems: [],
  findings: [],
});

export const options = (more: Partial<RunOptions> = {}): RunOptions => ({
  jobs: 2,
  environment: null,
  onError: 'pause',
  onDisconnect: 'pause',
  retries: 3,
  autoContinue: true,
  replaceInvalid: false,
  noBackup: null,
  backup: null,
  giveUpMs: 30 * 60_000,
  gates: { ...DEFAULT_GATES },
  settings: {},
  ledger: null,
  interactive: true,
  ...more,
});

/** A probe of the config file, with everything that a test does not care about filled in. */
export const probe = (name: string, more: Partial<Probe> = {}): Probe => ({
  name,
  from: 'config',
  place: null,
  sql: 'SELECT a FROM a WHERE a = 1',
  parameters: [],
  execute: true,
  repetitions: 5,
  timeoutMs: 30_000,
  target: null,
  expectedIndex: null,
  sequentialAllowed: false,
  settings: [],
  searchPath: null,
  ...more,
});

export const serverError = (sqlstate: string, message = `error ${sqlstate}`): ErrorFacts => ({
  sqlstate,
  message,
  detail: null,
  hint: null,
  context: null,
});

/** What preflight finds on a database that has the plan's tables, the later ones larger, and none of its indexes. */
export const factsOf = (state: RunState, more: Partial<PreflightFacts> = {}): PreflightFacts => {
  const names = [...new Set(state.steps.flatMap(({ step }) => (step.kind === 'create-index' ? [step.table] : [])))];
  const tables = names.map((name, n) => ({ oid: 1000 + n, schema: 'public', name, rows: n, bytes: n * 8192 }));
  return {
    findings: [],
    server: { version: '18.4', versionNum: 180004, startedAt: null, superuser: false, monitor: true },
    tables,
    steps: state.steps.map(({ id, step }) => ({
      step: id,
      tableOid: step.kind === 'create-index' ? (tables.find((t) => t.name === step.table)?.oid ?? null) : null,
      found: { kind: 'none' },
    })),
    settings: [],
    ...more,
  };
};

export const emptySample = (at: number): Sample => ({
  at: new Date(at).toISOString(),
  tookMs: 1,
  metrics: {
    lockWaiters: 0,
    blockedByUs: 0,
    active: 1,
    connections: 10,
    maxConnections: 100,
    rollbacksPerS: 0,
    commitsPerS: 100,
    deadlocksPerS: 0,
    walBytesPerS: 0,
    oldestTransactionS: 0,
    replicaLagS: 0,
    replicas: 0,
    retainedWalBytes: 0,
  },
  unreadable: {},
  oldestTransaction: null,
  builds: [],
  blockers: null,
});

/**
 * The core with nothing around it: effects stay where `decide` put them until the test says what came of them. Time
 * stands still until the test moves it.
 */
export class Core {
  readonly events: RunEvent[] = [];
  /** Everything that was ever begun, in order. */
  readonly begun: Effect[] = [];
  readonly inflight = new Map<string, Effect>();
  state: RunState;
  now = Date.parse('2026-11-23T19:00:00Z');
  lockHeld = true;
  lastLook: { at: number; tookMs: number } | null = null;
  slots: Slot[];

  constructor(plan: Plan, opts: RunOptions = options()) {
    const body: EventBody = {
      type: 'run.started',
      version: '0',
      plan,
      database: { host: 'db', port: 5432, database: 'menuca', user: 'deploy' },
      operator: 'anna@ops',
      options: opts,
      engine: { pid: 1, host: 'ops' },
    };
    const first = { seq: 1, at: new Date(this.now).toISOString(), run: 'r1', ...body } as RunEvent;
    this.events.push(first);
    this.state = initialState(first);
    const slot = (id: string, use: Slot['use'], pid: number): Slot => ({
      id,
      use,
      pid,
      backendStart: `2026-11-23T18:00:00.00000${pid % 10}Z`,
      busy: false,
    });
    this.slots = [
      ...Array.from({ length: opts.jobs }, (_, n) => slot(`builder${n + 1}`, 'build', 101 + n)),
      slot('cleanup', 'cleanup', 100),
    ];
    this.advance();
  }

  #record(body: EventBody): void {
    const event = { seq: this.state.seq + 1, at: new Date(this.now).toISOString(), run: 'r1', ...body } as RunEvent;
    this.events.push(event);
    this.state = evolve(this.state, event);
  }

  decide(): Action[] {
    const busy = new Set([...this.inflight.values()].flatMap((effect) => ('slot' in effect ? [effect.slot] : [])));
    return decide(this.state, {
      now: this.now,
      inflight: new Set(this.inflight.keys()),
      slots: this.slots.map((slot) => ({ ...slot, busy: busy.has(slot.id) })),
      lockHeld: this.lockHeld,
      lastLook: this.lastLook,
    });
  }

  advance(): void {
    for (let round = 0; round < 100; round++) {
      const actions = this.decide();
      if (actions.length === 0) return;
      for (const { intent, effect } of actions) {
        if (intent !== null) this.#record(intent);
        if (effect !== null) {
          this.begun.push(effect);
          this.inflight.set(effectKey(effect), effect);
        }
      }
    }
    throw new Error('decide does not come to rest');
  }

  input(input: Input): { ok: boolean; why: string } | null {
    const { events, reply } = respond(this.state, input, this.now);
    for (const body of events) this.#record(body);
    this.advance();
    return reply;
  }

  command(command: Command, by = 'anna@ops', from?: OrderSource): { ok: boolean; why: string } {
    const reply = this.input({ kind: 'command', command, by, ...(from === undefined ? {} : { from }) });
    if (reply === null) throw new Error('a command without an answer');
    return reply;
  }

  /** The effect of this key has ended, with this input. */
  end(key: string, input: Input): void {
    // A cancel lasts as long as what it cancels.
    if (!key.startsWith('cancel:')) this.inflight.delete(`cancel:${key.split(':')[1]}`);
    if (!this.inflight.delete(key)) throw new Error(`${key} is not under way: ${[...this.inflight.keys()].join(', ')}`);
    this.input(input);
  }

  pass(ms: number): void {
    this.now += ms;
    this.input({ kind: 'tick' });
  }

  preflighted(more: Partial<PreflightFacts> = {}): void {
    this.end('preflight', { kind: 'preflighted', facts: factsOf(this.state, more) });
  }

  /** The engine is gone with all that it had under way, and another one takes the run up. */
  resumed(body: Extract<EventBody, { type: 'run.resumed' }>): void {
    this.inflight.clear();
    this.#record(body);
    this.advance();
  }

  /** Through preflight, go and baseline: the first steps are being inspected now. */
  go(more: Partial<PreflightFacts> = {}, replaceInvalid: number[] = []): void {
    this.preflighted(more);
    const reply = this.command({ type: 'go', replaceInvalid, confirm: this.state.database.database });
    if (!reply.ok) throw new Error(reply.why);
    this.end('baseline', {
      kind: 'baselined',
      baseline: {
        indexes: 10,
        idxIndexes: 0,
        schemas: ['public'],
        databaseBytes: 1,
        active: 1,
        connections: 10,
        rollbacksPerS: 0,
        rateSeconds: 4,
      },
    });
  }

  found(step: number, found: Found = { kind: 'none' }): void {
    this.end(`inspect:${step}`, { kind: 'inspected', step, found });
  }

  built(step: number, oid = 5000 + step): void {
    this.buildEnds(step, { kind: 'built', oid, bytes: 8192, durationMs: 1000 });
  }

  buildEnds(step: number, outcome: BuildOutcome): void {
    this.end(`build:${step}`, { kind: 'build-ended', step, outcome });
  }

  dropped(step: number): void {
    this.end(`drop:${step}`, { kind: 'dropped', step, outcome: { kind: 'done', durationMs: 5 } });
  }

  /** Keys of what is under way, sorted. */
  get underWay(): string[] {
    return [...this.inflight.keys()].sort();
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  replayed(): RunState | null {
    return replay(this.events);
  }
}
