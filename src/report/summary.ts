import { bytes, countedText, duration } from '../run/index.ts';
import type { Report, ReportStatus } from './schema.ts';

/** What a report knows before its own summaries are written. */
export type Facts = Omit<Report, 'message' | 'handOff'>;

export const STATUS_WORDS: Readonly<Record<ReportStatus, string>> = {
  complete: 'COMPLETE',
  failed: 'FAILED',
  aborted: 'ABORTED',
  'rolled-back': 'ROLLED BACK',
  unfinished: 'UNFINISHED',
};

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** menuca at prod-db1 (production) */
export const placeOf = ({ database, environment }: Facts): string =>
  `${database.database} at ${database.host}${environment === null ? '' : ` (${environment})`}`;

export const builtOf = ({ indexes }: Facts): Report['indexes'] => indexes.filter(({ outcome }) => outcome === 'built');

/** 58 of 58 indexes built (212 MB), 2 there already */
export const builtWords = (facts: Facts): string => {
  const count = (outcome: Report['indexes'][number]['outcome']) =>
    facts.indexes.filter((index) => index.outcome === outcome).length;
  const built = builtOf(facts);
  const size = built.reduce((sum, index) => sum + (index.bytes ?? 0), 0);
  return [
    `${built.length} of ${plural(facts.indexes.length, 'index', 'indexes')} built${built.length === 0 ? '' : ` (${bytes(size)})`}`,
    count('equal') > 0 ? `${count('equal')} there already` : '',
    count('failed') > 0 ? `${count('failed')} failed` : '',
    count('skipped') > 0 ? `${count('skipped')} left out` : '',
    count('dropped') > 0 ? `${count('dropped')} dropped again` : '',
    count('not built') > 0 ? `${count('not built')} not begun` : '',
    count('unknown') > 0 ? `${count('unknown')} unknown` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
};

/** What became of the plan's drops, or of what it rebuilds, in a few words. */
export const outcomesWords = (all: readonly { name: string; outcome: string }[]): string => {
  const outcomes = [...new Set(all.map(({ outcome }) => outcome))];
  return outcomes
    .map((outcome) => {
      const names = all.filter((each) => each.outcome === outcome).map(({ name }) => name);
      return `${names.length} ${outcome} (${names.join(', ')})`;
    })
    .join('; ');
};

/** What the plan's rebuilds came to: 3 rebuilt (a, b, c), 120 MB before, 80 MB after. */
export const reindexesWords = (all: NonNullable<Facts['reindexes']>): string => {
  const done = all.filter(({ outcome }) => outcome === 'rebuilt');
  const sum = (sizes: readonly (number | null)[]): string =>
    sizes.includes(null) ? 'unknown' : bytes(sizes.reduce<number>((total, size) => total + (size ?? 0), 0));
  const sizes = `${sum(done.map((each) => each.bytesBefore))} before, ${sum(done.map((each) => each.bytes))} after`;
  return `${outcomesWords(all)}${done.length === 0 ? '' : `; ${sizes}`}`;
};

/** Sections that came to their end, of all: 10/10. */
export const sectionsDone = ({ sections }: Facts): string =>
  `${sections.filter(({ finishedAt }) => finishedAt !== null).length}/${sections.length}`;

export const backupWords = ({ backup, noBackup }: Facts): string => {
  if (backup === null) return noBackup === null ? 'none was named' : `none: ${noBackup}`;
  const name = backup.id ?? backup.path;
  if (backup.problem !== null) return `${name}, which does not count: ${backup.problem}`;
  return `${name}, ${backup.proven === 'checksum' ? 'proven by its checksum' : 'read whole'}${backup.takenAt === null ? '' : `, of ${clock(backup.takenAt)}`}`;
};

/** Verified or not, in words. */
export const verifiedWords = ({ checks }: Facts): string => {
  const found = checks.find(({ code }) => code === 'indexes' || code === 'rolled-back');
  if (found === undefined || found.result === 'unknown') return 'not verified';
  return found.result === 'ok' ? 'verified' : `verification failed: ${found.detail}`;
};

/** What was seen of the server while it went on: the verdict on its metrics, and what its gates did. */
export const impactWords = ({ impact, gates, pauses }: Facts): string => {
  const judged = impact.verdict === 'unknown' ? 'unknown, no reading to judge by' : impact.verdict;
  const names = [...new Set(gates.map(({ gate }) => gate))].join(', ');
  const tripped =
    gates.length === 0 ? 'no gate tripped' : `${plural(gates.length, 'time')} past a threshold (${names})`;
  const paused = pauses.filter(({ cause }) => cause === 'gate').length;
  return [judged, tripped, ...(paused === 0 ? [] : [`${plural(paused, 'pause')} by gates`])].join('; ');
};

/** What the probes gained, the best first. */
export const improvementWords = ({ probes }: Facts, most = 3): string => {
  if (probes.length === 0) return 'not measured: there is no probe';
  const best = [...probes].sort((a, b) => (b.factor ?? 0) - (a.factor ?? 0));
  const rest = best.length - most;
  return [
    ...best.slice(0, most).map(({ name, words, ok }) => `${name} ${words}${ok === false ? ' (FAILED)' : ''}`),
    ...(rest > 0 ? [`and ${plural(rest, 'more probe')}`] : []),
  ].join('; ');
};

/** Which probes use an index that this run built. */
export const usageWords = ({ probes }: Facts): string => {
  const measured = probes.filter(({ after }) => after !== null);
  if (measured.length === 0) return 'unknown: nothing was measured after';
  const using = measured.filter(({ newIndexes }) => newIndexes.length > 0);
  const names = [...new Set(using.flatMap(({ newIndexes }) => newIndexes))];
  return `${using.length} of ${plural(measured.length, 'probe')} ${measured.length === 1 ? 'uses' : 'use'} a new index${names.length === 0 ? '' : ` (${names.join(', ')})`}`;
};

/** How long the way back took, or why that is not known. */
export const rollbackWords = ({ rollback, run, indexes, drops = [] }: Facts): string => {
  if (rollback?.durationMs != null)
    return `took ${duration(rollback.durationMs)}: ${countedText(rollback.dropped)} dropped`;
  if (rollback !== null) return 'begun, and not come to its end';
  const droppable = indexes.filter(({ outcome }) => outcome === 'built').length;
  const again = drops.filter(({ outcome }) => outcome === 'dropped').length;
  if (again > 0)
    return `indexdeck rollback ${run} drops ${plural(droppable, 'index', 'indexes')} and builds ${again} again that the plan dropped; its time is unknown before`;
  if (droppable === 0) return 'nothing of this run is there to be dropped';
  return `indexdeck rollback ${run} drops ${plural(droppable, 'index', 'indexes')}; its time is unknown before: each drop waits for the transactions that use its table`;
};

/** 2026-11-23 19:07:00 UTC */
export const clock = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

/** 19:07:00, and with the date where that is not the day on which the run was started. */
export const timeOfDay = ({ startedAt }: Pick<Report, 'startedAt'>, at: string): string =>
  at.slice(0, 10) === startedAt.slice(0, 10) ? at.slice(11, 19) : `${at.slice(0, 10)} ${at.slice(11, 19)}`;
