import { z } from 'zod';
import {
  backup,
  build,
  check,
  drop,
  engine,
  estimates,
  expensive,
  failure,
  finding,
  gateTrip,
  impact,
  index,
  mark,
  matches,
  metric,
  part,
  pause,
  plan,
  probe,
  reindex,
  rollback,
  section,
  settled,
  state,
  time,
  usage,
  validation,
  verification,
  word,
} from './schema-parts.ts';

/** The number of this shape: it grows when a reader of the one before would no longer understand it. */
export const REPORT_VERSION = 1;

/** Everything that a report says of a run. What is null is not known, or was not asked for. */
export const reportSchema = z
  .strictObject({
    format: z.literal('indexdeck-report'),
    version: z.literal(REPORT_VERSION),
    run: z.string(),
    status: z
      .enum(['complete', 'failed', 'aborted', 'rolled-back', 'unfinished'])
      .describe('unfinished: it goes on, or its engine is gone'),
    exitStatus: z.int().min(0).max(5).nullable(),
    reason: z.string(),
    leftToDo: z.array(z.string()),
    startedAt: time,
    approvedAt: time.nullable().describe('the first go'),
    finishedAt: time.nullable(),
    until: time.describe('the time of the newest event'),
    durationMs: z.number().min(0).describe('from the first go, or else from the start, until the newest event'),
    database: z.strictObject({ host: z.string(), port: z.int(), database: z.string(), user: z.string() }),
    serverVersion: z.string().nullable(),
    environment: z.string().nullable(),
    operator: z.string(),
    engines: z.array(engine),
    backup: backup.nullable(),
    noBackup: z.string().nullable().describe('the reason to go without one'),
    matches: matches.nullable(),
    plan,
    options: z.strictObject({
      jobs: z.int(),
      onError: z.string(),
      onDisconnect: z.string(),
      retries: z.int(),
      autoContinue: z.boolean(),
      settings: z.record(z.string(), z.string()),
    }),
    findings: z.array(finding),
    waivers: z.array(word).describe('what was gone on in spite of, and by whose word'),
    before: state.nullable(),
    after: state.nullable(),
    sections: z.array(section),
    indexes: z.array(index),
    reindexes: z.array(reindex).optional().describe('indexes that the plan rebuilds; absent when it rebuilds none'),
    drops: z.array(drop).optional().describe('indexes that the plan drops; absent when it drops none'),
    estimates: estimates.nullable().describe('what preflight expected, and what came; null: it expected nothing'),
    partitions: z.array(part).optional().describe('what indexes on partitioned tables are made of; absent without any'),
    statements: z.array(settled).describe('ANALYZE, COMMENT and ATTACH PARTITION'),
    failures: z.array(failure),
    validations: z.array(validation),
    verification: verification.nullable(),
    probes: z.array(probe),
    expensive: z.array(expensive).describe('the most expensive statements on the plan’s tables'),
    impact,
    checks: z.array(check),
    gates: z.array(gateTrip),
    pauses: z.array(pause),
    builds: z.array(build).describe('the timeline: every attempt and every drop, by phase'),
    metrics: z.array(metric),
    people: z.array(word).describe('who did what'),
    rollback: rollback.nullable(),
    toMark: z.array(mark).optional().describe('migrations to mark as applied, once all of the plan is there'),
    usage: usage.optional().describe('with --refresh alone: read after the run'),
    message: z.string().describe('for the war room'),
    handOff: z.array(z.string()).describe('what the next step has to know'),
  })
  .describe('The report of one deployment run by indexdeck');

export type Report = z.infer<typeof reportSchema>;
export type ReportStatus = Report['status'];

/** The published form of the schema, as docs/report.schema.json holds it. */
export const jsonSchema = (): object => z.toJSONSchema(reportSchema);
