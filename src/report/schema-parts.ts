import { z } from 'zod';

/** ISO 8601, UTC. */
export const time = z.string();

export const word = z.strictObject({ at: time, by: z.string(), what: z.string() });

export const engine = z.strictObject({
  at: time,
  host: z.string(),
  version: z.string(),
  operator: z.string(),
  purpose: z.enum(['deploy', 'resume', 'rollback']),
});

export const backup = z.strictObject({
  named: z.string(),
  id: z.string().nullable(),
  path: z.string(),
  proven: z.enum(['checksum', 'read']).nullable(),
  problem: z.string().nullable(),
  sha256: z.string().nullable(),
  bytes: z.number().nullable(),
  takenAt: time.nullable(),
});

export const matches = z.strictObject({
  named: z.string(),
  run: z.string(),
  database: z.string(),
  fingerprint: z.string(),
  differences: z.array(z.string()),
});

const place = { file: z.string(), line: z.int(), column: z.int() };

const step = z.looseObject({ ...place, kind: z.string(), sql: z.string() });

const findingShape = {
  level: z.enum(['ok', 'note', 'warning', 'blocks']),
  code: z.string(),
  what: z.string(),
  why: z.string(),
  advice: z.string(),
  place: z.strictObject(place).optional(),
  index: z.string().optional(),
  compare: z
    .strictObject({ planned: z.string(), found: z.string(), differences: z.array(z.string()) })
    .optional()
    .describe('both definitions, as PostgreSQL writes them'),
  examples: z.array(z.string()).optional().describe('values of the data, shortened; only with literals kept'),
  subject: z.string().optional().describe('what tells it from others of its code'),
  waived: z.literal(true).optional().describe('it blocks by itself, and --ignore waived it'),
};

export const finding = z.strictObject(findingShape);

const migration = z.strictObject({
  tool: z.string(),
  file: z.string(),
  version: z.string(),
  transaction: z.enum(['on', 'off', 'one-query', 'as-written', 'detected']),
  command: z.string().nullable().describe('how to mark it as applied'),
  how: z.string(),
  needless: z.literal(true).optional().describe('there is nothing to mark'),
  down: z.array(z.strictObject({ ...place, what: z.string(), drops: z.array(z.string()), concurrently: z.boolean() })),
});

/** As `indexdeck plan --ui json` prints it. */
export const plan = z.strictObject({
  fingerprint: z.string(),
  files: z.array(z.string()),
  sections: z.array(
    z.strictObject({
      title: z.string(),
      file: z.string(),
      line: z.int(),
      notes: z.array(z.string()).optional(),
      byTable: z.literal(true).optional().describe('it stands for a table, in a script without headings'),
      steps: z.array(step),
    }),
  ),
  validations: z.array(step),
  leftOut: z.array(z.strictObject({ ...place, what: z.string(), why: z.string() })),
  problems: z.array(
    z.strictObject({
      ...place,
      code: z.string(),
      what: z.string(),
      message: z.string(),
      at: z.strictObject(place).optional(),
      excerpt: z.array(z.string()).optional(),
      fix: z.string().optional(),
      database: z.string().optional(),
      kind: z.string().optional(),
      inside: z.array(z.unknown()).optional(),
    }),
  ),
  findings: z.array(finding),
  migrations: z.array(migration).describe('files of migration tools, whose history is not touched'),
});

/** A migration that its tool has to be told of. */
export const mark = z.strictObject({
  tool: z.string(),
  file: z.string(),
  version: z.string(),
  command: z.string().nullable(),
  how: z.string().describe('what the command does, or what there is instead of one'),
  notRun: z
    .array(z.strictObject({ line: z.int(), what: z.string() }))
    .describe('statements that were left out: to be run before it is marked'),
});

/** The database at one time; null where it was not read. */
export const state = z.strictObject({
  at: time,
  schemas: z.array(z.string()),
  indexes: z.number().nullable(),
  idxIndexes: z.number().nullable().describe('those named idx_%'),
  databaseBytes: z.number().nullable(),
  active: z.number().nullable(),
  connections: z.number().nullable(),
  rollbacksPerS: z.number().nullable(),
});

export const section = z.strictObject({
  number: z.int().min(1),
  title: z.string(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  planned: z.int(),
  built: z.int(),
  equal: z.int().describe('there already, and as planned'),
  failed: z.int(),
  skipped: z.int(),
  dropped: z.int().describe('built, and dropped again by a rollback'),
  open: z.int().describe('neither of these'),
});

export const index = z.strictObject({
  step: z.int().min(1),
  section: z.int().min(1),
  name: z.string(),
  schema: z.string().nullable(),
  table: z.string(),
  outcome: z.enum(['built', 'equal', 'failed', 'skipped', 'dropped', 'unknown', 'not built']),
  attempts: z.int(),
  startedAt: time.nullable().describe('of the last attempt'),
  finishedAt: time.nullable(),
  durationMs: z.number().nullable(),
  atMost: z.boolean().describe('its end was not seen: it took this long at the most'),
  workedMs: z.number().nullable().describe('without waits for others, as far as they were seen'),
  bytes: z.number().nullable(),
  tableBytes: z.number().nullable().describe('of the table, as the catalog had it before'),
  oid: z.number().nullable(),
  verified: z.boolean().nullable().describe('null: not looked at'),
  problems: z.array(z.string()),
  note: z.string().nullable(),
});

const range = z.strictObject({ low: z.number(), mid: z.number(), high: z.number() });

/** Something that an index on a partitioned table is made of. */
export const part = z.strictObject({
  step: z.int().min(1),
  partOf: z.int().min(1).describe('the step of the plan that it belongs to'),
  what: z
    .enum(['index', 'parent', 'attach'])
    .describe('index: on a partition, concurrently; parent: ON ONLY a partitioned table; attach: to the parent’s'),
  name: z.string(),
  schema: z.string().nullable(),
  table: z.string().nullable(),
  outcome: z.enum(['built', 'attached', 'equal', 'failed', 'skipped', 'dropped', 'unknown', 'not built']),
  attempts: z.int(),
  durationMs: z.number().nullable(),
  workedMs: z.number().nullable().describe('of an index: without waits for others'),
  bytes: z.number().nullable(),
  estimatedBytes: range.nullable().describe('of an index, by preflight'),
  estimatedMs: range.nullable(),
  note: z.string().nullable(),
});

const compared = z.strictObject({
  compared: z.int(),
  medianFactor: z.number().nullable().describe('1 is exact, 2 is half or twice'),
  withinRange: z.int(),
  farOff: z.int().describe('by more than 3 times'),
});

/** What preflight expected against what came. */
export const estimates = z.strictObject({
  indexes: z.array(
    z.strictObject({
      step: z.int().min(1),
      name: z.string(),
      by: z.enum(['sample', 'statistics']),
      estimatedBytes: range.nullable(),
      bytes: z.number().nullable().describe('null: not built by this run'),
      bytesFactor: z.number().nullable(),
      estimatedMs: range.nullable(),
      workedMs: z.number().nullable(),
      msFactor: z.number().nullable(),
      elsewhereMs: range.nullable().describe('by the run of --matches and the size of the tables'),
      why: z.string().nullable().describe('why something could not be estimated'),
    }),
  ),
  sizes: compared,
  times: compared,
});

export const settled = z.strictObject({
  step: z.int().min(1),
  section: z.int().min(1),
  what: z.string(),
  outcome: z.string(),
});

/** An index that the plan drops. */
export const drop = z.strictObject({
  step: z.int().min(1),
  section: z.int().min(1),
  name: z.string(),
  schema: z.string().nullable(),
  table: z.string().nullable(),
  outcome: z.enum(['dropped', 'built again', 'was not there', 'failed', 'skipped', 'not dropped', 'unknown']),
  oid: z.int().nullable().describe('before it was dropped'),
  bytes: z.number().nullable(),
  scans: z.number().nullable().describe('by queries, on this server, before it was dropped'),
  definition: z.string().nullable().describe('what it is built again by'),
  verified: z.boolean().nullable().describe('that it is gone; null: not looked at'),
  note: z.string().nullable(),
});

/** An index that the plan rebuilds. */
export const reindex = z.strictObject({
  step: z.int().min(1).describe('of the plan; of a REINDEX that takes several indexes the same for all'),
  section: z.int().min(1),
  name: z.string(),
  schema: z.string().nullable(),
  table: z.string().nullable(),
  outcome: z.enum(['rebuilt', 'nothing to do', 'failed', 'skipped', 'not rebuilt', 'unknown']),
  attempts: z.int(),
  durationMs: z.number().nullable(),
  oidBefore: z.int().nullable(),
  oid: z.int().nullable(),
  bytesBefore: z.number().nullable(),
  bytes: z.number().nullable(),
  definition: z.string().nullable().describe('before and after'),
  verified: z
    .boolean()
    .nullable()
    .describe('valid, defined as before, and another one than before; null: not looked at'),
  note: z.string().nullable(),
});

export const failure = z.strictObject({
  at: time,
  section: z.int().nullable(),
  what: z.string(),
  message: z.string(),
  sqlstate: z.string().nullable(),
  final: z.boolean().describe('false: it was tried again'),
});

export const validation = z.strictObject({
  file: z.string(),
  line: z.int(),
  kind: z.enum(['select', 'explain']),
  sql: z.string(),
  ok: z.boolean().nullable().describe('null: not run'),
  durationMs: z.number().nullable(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string())),
  more: z.boolean(),
  error: z.string().nullable(),
});

export const check = z.strictObject({
  code: z.string(),
  what: z.string(),
  result: z.enum(['ok', 'failed', 'unknown', 'waived']),
  detail: z.string(),
});

const level = z.enum(['warn', 'pause', 'abort']);

export const gateTrip = z.strictObject({
  gate: z.string(),
  level,
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  reason: z.string(),
  at: time,
  clearedAt: time.nullable(),
});

export const pause = z.strictObject({
  cause: z.string(),
  gate: z.string().nullable(),
  by: z.string(),
  reason: z.string(),
  from: time,
  to: time.nullable(),
  liftedBy: z.string().nullable(),
});

export const build = z.strictObject({
  step: z.int().min(1),
  section: z.int().min(1),
  name: z.string(),
  work: z.enum(['build', 'drop']),
  attempt: z.int(),
  from: time,
  to: time.nullable(),
  end: z.enum(['done', 'failed', 'cancelled', 'lost', 'open']),
  phases: z.array(z.strictObject({ name: z.string(), waiting: z.boolean(), from: time, to: time.nullable() })),
});

export const metric = z.strictObject({
  name: z.string(),
  title: z.string(),
  unit: z.string().nullable(),
  gate: z.string().nullable(),
  below: z.boolean().describe('less is worse'),
  warn: z.number().nullable(),
  pause: z.number().nullable(),
  abort: z.number().nullable(),
  points: z.array(z.strictObject({ from: time, to: time, min: z.number(), mean: z.number(), max: z.number() })),
});

const named = z.strictObject({ schema: z.string(), name: z.string(), oid: z.number() });

const isPart = z.literal(true).optional().describe('it was a part, on a partition, of another one');

export const rollback = z.strictObject({
  by: z.string(),
  startedAt: time,
  finishedAt: time.nullable(),
  durationMs: z.number().nullable(),
  dropped: z.array(z.strictObject({ ...named.shape, part: isPart })),
  left: z.array(z.strictObject({ ...named.shape, part: isPart, why: z.string() })),
  othersChanged: z.array(named).nullable().describe('null: there is nothing to compare with'),
});

const spread = z.strictObject({
  runs: z.int(),
  medianMs: z.number().nullable(),
  minMs: z.number().nullable(),
  maxMs: z.number().nullable(),
});

const measurement = z.strictObject({
  at: time,
  ...spread.shape,
  rows: z.number().nullable(),
  buffersHit: z.number().nullable(),
  buffersRead: z.number().nullable(),
  reads: z.string().describe('how its plan reads the tables'),
  plan: z.unknown().describe('as EXPLAIN (FORMAT JSON) gives it; null when it is not kept'),
  error: z.string().nullable(),
  timedOut: z.boolean(),
});

export const probe = z.strictObject({
  name: z.string(),
  from: z.enum(['plan', 'config']),
  sql: z.string(),
  target: z.string().nullable(),
  ok: z.boolean().nullable().describe('null: no verdict'),
  before: measurement.nullable(),
  after: measurement.nullable(),
  beforeMs: z.number().nullable(),
  afterMs: z.number().nullable(),
  factor: z.number().nullable(),
  percent: z.number().nullable().describe('of the time before that is saved'),
  atLeast: z.boolean().describe('the query before was ended by its time limit'),
  newIndexes: z.array(z.string()),
  problems: z.array(z.string()),
  notes: z.array(z.string()),
  words: z.string(),
});

/** A statement of pg_stat_statements on the plan's tables, normalised by the server. */
export const expensive = z.strictObject({
  query: z.string(),
  meanBeforeMs: z.number().nullable(),
  meanAfterMs: z.number().nullable().describe('of the calls since the reading before; null when there were none'),
  callsBefore: z.number().nullable(),
  callsSince: z.number().nullable(),
});

/** A later look at what the run has left; nothing of it is in the run's events. */
export const usage = z.strictObject({
  readAt: time,
  database: z.strictObject({ host: z.string(), port: z.int(), database: z.string(), user: z.string() }),
  serverVersion: z.string(),
  statsReset: time.nullable(),
  notes: z.array(z.string()).describe('what is to be known of these counts'),
  indexes: z.array(
    z.strictObject({
      step: z.int(),
      schema: z.string(),
      name: z.string(),
      oid: z.number(),
      builtAt: time.nullable(),
      standing: z.enum(['valid', 'invalid', 'gone']),
      note: z.string().nullable().describe('renamed, replaced, or taken by a constraint since'),
      bytes: z.number().nullable(),
      scans: z.number().nullable(),
      lastScan: time.nullable().describe('null also before PostgreSQL 16, which does not keep it'),
      countedSince: time.nullable().describe('since it was built, or a later reset'),
      unused: z.boolean().nullable().describe('null: it serves no query, or its scans are not known'),
      words: z.string(),
    }),
  ),
  statements: z.array(
    z.strictObject({
      query: z.string(),
      meanBeforeMs: z.number().nullable().describe('before the run'),
      meanSinceMs: z.number().nullable().describe('of the calls since; null when there were none, or it is not known'),
      callsSince: z.number().nullable(),
      since: time.nullable().describe('its last reading at the run, or a later reset'),
    }),
  ),
});

export const verification = z.strictObject({
  at: time,
  ok: z.boolean(),
  verdict: z.enum(['pass', 'review', 'fail']).nullable(),
  rule: z.string().nullable(),
  difference: z.strictObject({ indexes: z.number(), idxIndexes: z.number() }).nullable(),
  critical: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), problem: z.string().nullable() })),
});

const verdict = z.enum(['none', 'slight', 'impact', 'unknown']);

export const impact = z.strictObject({
  verdict,
  lines: z.array(
    z.strictObject({
      metric: z.string(),
      title: z.string(),
      unit: z.enum(['count', 'per-second', 'seconds', 'bytes', 'number']),
      baseline: z.number().nullable(),
      worst: z.number().nullable(),
      at: time.nullable(),
      section: z.string().nullable(),
      builds: z.array(z.string()),
      verdict,
      rule: z.string(),
      absent: z.string().optional().describe('what it is about was not there: no replica'),
    }),
  ),
});
