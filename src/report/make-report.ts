import { migrationsToMark, planToJson, type RunEvent, type RunState, replay, type UsageFacts } from '../run/index.ts';
import { handOff } from './hand-off.ts';
import { warRoomMessage } from './message.ts';
import { checks } from './parts/checks.ts';
import { drops } from './parts/drops.ts';
import { estimates } from './parts/estimates.ts';
import { failures } from './parts/failures.ts';
import { findings } from './parts/findings.ts';
import { indexes, sections, statements } from './parts/indexes.ts';
import { metrics } from './parts/metrics.ts';
import { partitions } from './parts/partitions.ts';
import { gateTrips, pauses } from './parts/pauses.ts';
import { people, waivers } from './parts/people.ts';
import { expensive, probes } from './parts/probes.ts';
import { reindexes } from './parts/reindexes.ts';
import { rollback } from './parts/rollback.ts';
import { timeline } from './parts/timeline.ts';
import { usage } from './parts/usage.ts';
import { validations } from './parts/validations.ts';
import { after, before, impact, verification } from './parts/verification.ts';
import { cleanAll } from './redact.ts';
import { REPORT_VERSION, type Report, type ReportStatus } from './schema.ts';
import type { Facts } from './summary.ts';

export interface ReportOptions {
  /** Values that the server quotes, and constants in other people's statements, stay as they are. */
  keepLiterals: boolean;
  /** A later look at the database, if there was one. */
  usage?: UsageFacts;
}

const statusOf = ({ outcome, rollback: back }: RunState): ReportStatus => {
  switch (outcome?.status) {
    case undefined:
      return 'unfinished';
    case 0:
      return back === null ? 'complete' : 'rolled-back';
    case 4:
      return 'aborted';
    default:
      return 'failed';
  }
};

const engines = (events: readonly RunEvent[]): Report['engines'] =>
  events.flatMap((event) => {
    if (event.type !== 'run.started' && event.type !== 'run.resumed') return [];
    const { at, version, operator } = event;
    const purpose = event.type === 'run.started' ? 'deploy' : (event.purpose ?? 'resume');
    return [{ at, host: event.engine.host, version, operator, purpose }];
  });

const backupOf = ({ options }: RunState): Report['backup'] => {
  if (!options.backup) return null;
  const { named, id, path, proven, problem, sha256, bytes, takenAt } = options.backup;
  return { named, id, path, proven, problem, sha256, bytes, takenAt };
};

/** What that run's builds took is in the estimates. */
const matchesOf = ({ options }: RunState): Report['matches'] => {
  if (!options.matches) return null;
  const { builds: _builds, ...matches } = options.matches;
  return matches;
};

const optionsOf = ({ options }: RunState): Report['options'] => {
  const { jobs, onError, onDisconnect, retries, autoContinue, settings } = options;
  return { jobs, onError, onDisconnect, retries, autoContinue, settings };
};

/**
 * All that can be said of a run, made of its events alone, and of a later look where one is given: pure, so that it is the
 * same wherever they come from. Null when there are none.
 */
export const makeReport = (
  events: readonly RunEvent[],
  { keepLiterals, usage: seen }: ReportOptions,
): Report | null => {
  const state = replay(events);
  if (state === null) return null;
  const approvedAt = events.find(({ type }) => type === 'run.approved')?.at ?? null;
  const failed = failures(events, state, keepLiterals);
  const measured = probes(state, keepLiterals);
  const harm = impact(events);
  const dropped = drops(state);
  const rebuilt = reindexes(state);
  const parts = partitions(state);
  const marks = migrationsToMark(state);
  const known: Omit<Facts, 'plan'> = {
    format: 'indexdeck-report',
    version: REPORT_VERSION,
    run: state.run,
    status: statusOf(state),
    exitStatus: state.outcome?.status ?? null,
    reason: state.outcome?.reason ?? '',
    leftToDo: state.outcome?.leftToDo ?? [],
    startedAt: state.startedAt,
    approvedAt,
    finishedAt: state.finishedAt,
    until: state.at,
    durationMs: Math.max(0, Date.parse(state.at) - Date.parse(approvedAt ?? state.startedAt)),
    database: state.database,
    serverVersion: state.preflight?.server.version ?? null,
    environment: state.options.environment,
    operator: state.operator,
    engines: engines(events),
    backup: backupOf(state),
    noBackup: state.options.noBackup,
    matches: matchesOf(state),
    options: optionsOf(state),
    findings: findings(state, keepLiterals),
    waivers: waivers(events, state),
    before: before(events),
    after: after(events, state),
    sections: sections(state),
    indexes: indexes(state),
    ...(rebuilt.length === 0 ? {} : { reindexes: rebuilt }),
    ...(dropped.length === 0 ? {} : { drops: dropped }),
    ...(parts.length === 0 ? {} : { partitions: parts }),
    estimates: estimates(state),
    statements: statements(state),
    failures: failed,
    validations: validations(state, keepLiterals),
    verification: verification(events),
    probes: measured,
    expensive: expensive(state, keepLiterals),
    impact: harm,
    checks: checks(state, { failures: failed, probes: measured, impact: harm }),
    gates: gateTrips(events),
    pauses: pauses(events),
    builds: timeline(events, state),
    metrics: metrics(events, state),
    people: people(events, state),
    rollback: rollback(state),
    ...(marks.length === 0 ? {} : { toMark: marks }),
    ...(seen === undefined ? {} : { usage: usage(events, state, seen, keepLiterals) }),
  };
  // The plan stays as it is: it is compared with others, to the letter.
  const facts: Facts = { ...cleanAll(known), plan: planToJson(state.plan) };
  return { ...facts, message: warRoomMessage(facts), handOff: handOff(facts) };
};
