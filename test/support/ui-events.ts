import type { Feed, FeedView, Link, Reply, WaitingOrder } from '../../src/client/feed.ts';
import type { CreateIndexStep, Finding, Plan, Section } from '../../src/plan/types.ts';
import {
  type Backend,
  type BuildProgress,
  type Command,
  type EventBody,
  GATE_NAMES,
  type GateThresholds,
  type Metrics,
  type PreflightFacts,
  type Question,
  type RunEvent,
  type RunOptions,
  replay,
  type Sample,
  type StepEstimate,
} from '../../src/run/index.ts';
import { preflightChange } from '../../src/run/preflight/change.ts';

export const START = Date.parse('2026-11-23T19:07:00.000Z');

const index = (name: string, table: string, line: number): CreateIndexStep => ({
  kind: 'create-index',
  file: 'plan.sql',
  line,
  column: 1,
  sql: `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${table} (id)`,
  settings: [],
  searchPath: null,
  schema: 'menuca_v3',
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
  buildSql: `CREATE INDEX CONCURRENTLY ${name} ON menuca_v3.${table} USING btree (id)`,
});

const TITLES: [string, string[]][] = [
  [
    'Critical menu queries',
    ['dishes_course', 'dishes_restaurant', 'courses_restaurant', 'dishes_active', 'dish_prices_dish', 'courses_order'],
  ],
  [
    'Modifier system',
    [
      'modifiers_dish',
      'modifier_groups_dish',
      'modifier_prices',
      'modifiers_order',
      'modifier_groups_type',
      'modifiers_active',
    ],
  ],
  [
    'Ingredient groups',
    [
      'ingredient_groups_restaurant',
      'ingredient_group_items_group',
      'ingredient_group_items_ingredient',
      'ingredient_group_items_order',
      'ingredient_groups_dish',
      'ingredient_groups_course',
    ],
  ],
  [
    'Combo system',
    [
      'combo_groups_restaurant',
      'combo_items_group',
      'combo_items_dish',
      'combo_groups_active',
      'combo_steps_group',
      'combo_steps_order',
      'combo_groups_order',
    ],
  ],
  [
    'Restaurant management',
    ['restaurants_slug', 'restaurants_status', 'restaurant_hours_restaurant', 'restaurant_contacts_restaurant'],
  ],
  ['Delivery', ['delivery_zones_restaurant', 'delivery_fees_zone', 'delivery_schedules_restaurant']],
  ['JSONB', ['dishes_attributes_gin', 'restaurants_settings_gin']],
];

export const makePlan = (titles: [string, string[]][] = TITLES): Plan => {
  let line = 1;
  const sections = titles.map(([title, names]): Section => {
    line += 2;
    return {
      title,
      file: 'plan.sql',
      line,
      steps: names.map((name) => index(`idx_${name}`, name.split('_').slice(0, -1).join('_') || name, ++line)),
    };
  });
  const validation = {
    kind: 'explain' as const,
    file: 'plan.sql',
    line: 90,
    column: 1,
    sql: 'EXPLAIN SELECT 1',
    settings: [],
    searchPath: null,
  };
  return {
    fingerprint: 'f'.repeat(64),
    files: ['plan.sql'],
    sections,
    validations: [validation],
    leftOut: [],
    problems: [],
    findings: [],
  };
};

const limits = (warn: number | null, pause: number | null, abort: number | null = null): GateThresholds => ({
  warn,
  pause,
  abort,
});

export const makeOptions = (change: Partial<RunOptions> = {}): RunOptions => ({
  jobs: 2,
  environment: null,
  onError: 'pause',
  onDisconnect: 'continue',
  retries: 3,
  autoContinue: true,
  replaceInvalid: false,
  noBackup: null,
  backup: null,
  giveUpMs: 3_600_000,
  gates: {
    ...(Object.fromEntries(GATE_NAMES.map((name) => [name, limits(null, null)])) as Record<
      (typeof GATE_NAMES)[number],
      GateThresholds
    >),
    'lock-waiters': limits(1, 10),
    'blocked-by-us': limits(1, 1),
    active: limits(30, 60),
    connections: limits(80, 90, 97),
    rollbacks: limits(2, 5),
    'old-transaction': limits(60, 600),
    'stalled-build': limits(300, 600),
    'replica-lag': limits(10, 60),
    'retained-wal': limits(1_073_741_824, 10_737_418_240),
  },
  settings: {},
  interactive: true,
  ...change,
});

export const FINDINGS: Finding[] = [
  {
    level: 'ok',
    code: 'reachable',
    what: 'The server answers, and no transaction-pooling proxy is in between.',
    why: '',
    advice: '',
  },
  { level: 'ok', code: 'version', what: 'PostgreSQL 15.8 can build indexes concurrently.', why: '', advice: '' },
  {
    level: 'note',
    code: 'equal',
    what: 'idx_dishes_course is there already, valid, with the planned definition.',
    why: 'It will be skipped.',
    advice: 'Nothing to do.',
  },
  {
    level: 'warning',
    code: 'old-transaction',
    what: 'pid 12247 billing-job has been idle in transaction for 41 minutes.',
    why: 'Every concurrent build waits for it in its last phase.',
    advice: 'End it, or let its owner end it, before you say go.',
  },
];

export const BLOCKING: Finding = {
  level: 'blocks',
  code: 'no-table',
  what: 'Table menuca_v3.combo_steps does not exist.',
  why: 'idx_combo_steps_group cannot be built.',
  advice: 'Run the migration that creates it, or take the statement out of the plan.',
};

/** Events with their numbers and times, one after the other. */
export class Story {
  readonly events: RunEvent[] = [];
  at = START;

  add(body: EventBody, afterMs = 0): this {
    this.at += afterMs;
    this.events.push({
      seq: this.events.length + 1,
      at: new Date(this.at).toISOString(),
      run: '0193a7c2',
      ...body,
    } as RunEvent);
    return this;
  }

  start(options: Partial<RunOptions> = {}, plan = makePlan(), database = 'menuca'): this {
    return this.add({
      type: 'run.started',
      version: '0.1.0',
      plan,
      database: { host: 'prod-db1', port: 5432, database, user: 'deployer' },
      operator: 'anna@bastion',
      options: makeOptions(options),
      engine: { pid: 4711, host: 'bastion' },
    });
  }

  preflight(findings: Finding[] = FINDINGS, steps: PreflightFacts['steps'] = [], estimates?: StepEstimate[]): this {
    return this.add(
      {
        type: 'preflight.finished',
        findings,
        server: { version: '15.8', versionNum: 150008, startedAt: null, superuser: false, monitor: true },
        tables: [],
        steps,
        settings: [{ name: 'maintenance_work_mem', value: '512MB', why: 'what fits beside two builds' }],
        ...(estimates && { estimates }),
      },
      1500,
    );
  }

  /** A look by itself that finds this instead of what was there; nothing is added when nothing has changed. */
  looksAgain(findings: Finding[], afterMs = 10_000): this {
    const before = replay(this.events)?.preflight ?? null;
    if (before === null) throw new Error('there was no preflight');
    const change = preflightChange(before, { ...before, findings }, Number.POSITIVE_INFINITY);
    this.at += afterMs;
    return change === null ? this : this.add({ type: 'preflight.changed', ...change });
  }

  go(): this {
    return this.add({ type: 'run.approved', by: 'anna@bastion', replaceInvalid: [] }, 20_000).add({
      type: 'baseline.taken',
      indexes: 136,
      idxIndexes: 88,
      schemas: ['menuca_v3'],
      databaseBytes: 500_000_000,
      active: 12,
      connections: 61,
      rollbacksPerS: 0.6,
      rateSeconds: 10,
    });
  }

  section(section: number): this {
    return this.add({ type: 'section.started', section, title: TITLES[section]?.[0] ?? '' }, 100);
  }

  endSection(section: number): this {
    return this.add({ type: 'section.finished', section, title: TITLES[section]?.[0] ?? '' }, 100);
  }

  name(step: number): string {
    const [first] = this.events;
    if (first?.type !== 'run.started') throw new Error('the story has not begun');
    return (
      first.plan.sections
        .flatMap((section) => section.steps)
        .map((one) => (one.kind === 'create-index' ? one.name : ''))[step] ?? ''
    );
  }

  begin(step: number, attempt = 1, afterMs = 200): this {
    return this.add(
      {
        type: 'build.started',
        step,
        attempt,
        name: this.name(step),
        table: 'menuca_v3.dishes',
        sql: 'CREATE INDEX',
        pid: 20_000 + step,
        backendStart: '2026-11-23T19:00:00.000Z',
      },
      afterMs,
    );
  }

  phase(step: number, phase: string, phaseNo: number): this {
    return this.add({ type: 'build.phase_entered', step, phase, phaseNo, phases: 8 }, 300);
  }

  built(step: number, durationMs = 12_000): this {
    return this.add(
      {
        type: 'build.finished',
        step,
        attempt: 1,
        name: this.name(step),
        durationMs,
        oid: 30_000 + step,
        bytes: 4_000_000 + step * 1_300_000,
      },
      durationMs,
    );
  }

  failed(
    step: number,
    message = 'could not create unique index',
    advice = 'Remove the duplicates, then try again.',
  ): this {
    return this.add(
      {
        type: 'build.failed',
        step,
        attempt: 1,
        name: this.name(step),
        error: { sqlstate: '23505', message, detail: 'Key (slug)=(pizza) is duplicated.', hint: null, context: null },
        leftover: null,
        retryAt: null,
        advice,
      },
      4000,
    );
  }
}

/** Each index of the plan is expected to take 40 to 90 s and 12 to 15 MB. */
export const expected = (indexes = 34): StepEstimate[] =>
  Array.from({ length: indexes }, (_, step) => ({
    step,
    by: 'sample',
    bytes: { low: 12 * 1024 ** 2, mid: 13 * 1024 ** 2, high: 15 * 1024 ** 2 },
    walBytes: null,
    tempBytes: null,
    ms: { low: 40_000, mid: 60_000, high: 90_000 },
    why: null,
  }));

/** Two sections built, the third under way: one waits, one builds. */
export const runningStory = (options: Partial<RunOptions> = {}, estimates?: StepEstimate[]): Story => {
  const story = new Story().start(options).preflight(FINDINGS, [], estimates).go();
  for (const section of [0, 1]) {
    story.section(section);
    for (let step = section * 6; step < section * 6 + 6; step++)
      story.begin(step).phase(step, 'building index: scanning table', 3).built(step);
    story.endSection(section);
  }
  story.section(2);
  for (const step of [12, 13, 14]) story.begin(step).built(step, 20_000);
  return story
    .begin(15)
    .phase(15, 'waiting for old snapshots', 8)
    .begin(16)
    .phase(16, 'building index: scanning table', 3)
    .add(
      {
        type: 'gate.tripped',
        gate: 'old-transaction',
        level: 'warn',
        value: 2460,
        threshold: 60,
        reason: 'pid 12247 billing-job, 41m',
      },
      1000,
    );
};

export const backend = (change: Partial<Backend> = {}): Backend => ({
  pid: 12247,
  backendStart: '2026-11-23T18:00:00.000Z',
  user: 'billing',
  application: 'billing-job',
  client: '10.0.0.7',
  state: 'idle in transaction',
  query: 'UPDATE invoices SET paid = true WHERE id = 42',
  transactionS: 2460,
  waitingS: null,
  waitsFor: null,
  blockedBy: [],
  step: null,
  ...change,
});

export const build = (change: Partial<BuildProgress> = {}): BuildProgress => ({
  step: 16,
  pid: 20016,
  work: 'build',
  indexOid: 30016,
  phase: 'building index: scanning table',
  phaseNo: 3,
  phases: 8,
  percent: 61.8,
  waiting: false,
  lockersTotal: null,
  lockersDone: null,
  phaseS: 20,
  stalledS: 0,
  blockers: [],
  blocks: [],
  blocksS: 0,
  ...change,
});

export const METRICS: Metrics = {
  lockWaiters: 2,
  blockedByUs: 0,
  active: 12,
  connections: 61,
  maxConnections: 200,
  rollbacksPerS: 0.2,
  commitsPerS: 228,
  deadlocksPerS: 0,
  walBytesPerS: 12_000_000,
  oldestTransactionS: 2460,
  replicaLagS: 0.3,
  replicas: 1,
  retainedWalBytes: 40_000_000,
};

export const waitingBuild = (): BuildProgress =>
  build({
    step: 15,
    pid: 20015,
    phase: 'waiting for old snapshots',
    phaseNo: 8,
    percent: null,
    waiting: true,
    lockersTotal: 3,
    lockersDone: 2,
    phaseS: 192,
    stalledS: 192,
    blockers: [backend()],
  });

export const sample = (at: number, change: Partial<Sample> = {}, metrics: Partial<Metrics> = {}): Sample => ({
  at: new Date(at).toISOString(),
  tookMs: 12,
  metrics: { ...METRICS, ...metrics },
  unreadable: {},
  oldestTransaction: backend(),
  builds: [waitingBuild(), build()],
  blockers: {
    at: new Date(at).toISOString(),
    backends: [
      backend(),
      backend({
        pid: 20015,
        application: 'indexdeck',
        state: 'active',
        query: null,
        transactionS: 200,
        waitingS: 192,
        waitsFor: 'its snapshot',
        blockedBy: [12247],
        step: 15,
      }),
      backend({
        pid: 12301,
        application: 'web',
        user: 'shop',
        state: 'active',
        query: "SELECT * FROM dishes WHERE name = 'x'",
        transactionS: 3,
        waitingS: 3,
        waitsFor: 'AccessShareLock on dishes',
        blockedBy: [12247],
      }),
    ],
    leftOut: 0,
  },
  ...change,
});

/** A feed that a test moves by hand. */
export class FixtureFeed implements Feed {
  #view: FeedView;
  readonly #listeners = new Set<() => void>();
  /** Orders, in the order in which they were given. */
  readonly sent: Command[] = [];
  /** What the screen said that its operator is being asked. */
  readonly asked: (Question | null)[] = [];
  reply: (command: Command) => Reply | Promise<Reply> = () => ({ ok: true, why: '' });

  constructor(story: Story | null, newest: Sample | null = null) {
    const events = story === null ? [] : [...story.events];
    this.#view = {
      state: replay(events),
      events,
      sample: newest,
      link: { status: 'connected', since: new Date(START).toISOString(), why: null },
    };
  }

  view(): FeedView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async send(command: Command): Promise<Reply> {
    if (command.type === 'asking') {
      this.asked.push(command.question);
      return { ok: true, why: 'noted' };
    }
    this.sent.push(command);
    return this.reply(command);
  }

  set(change: {
    story?: Story;
    sample?: Sample | null;
    looked?: string;
    link?: Link;
    client?: string;
    waiting?: WaitingOrder[];
  }): void {
    const events = change.story === undefined ? this.#view.events : [...change.story.events];
    const state = change.story === undefined ? this.#view.state : replay(events);
    this.#view = {
      state,
      events,
      sample: change.sample === undefined ? this.#view.sample : change.sample,
      looked: change.looked ?? this.#view.looked ?? null,
      link: change.link ?? this.#view.link,
      client: change.client ?? this.#view.client ?? null,
      waiting: change.waiting ?? this.#view.waiting ?? [],
    };
    for (const listener of this.#listeners) listener();
  }
}
