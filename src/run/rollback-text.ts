import { capitalised } from './ahead.ts';
import { countedText } from './counted.ts';
import type { RollbackSurvey, SurveyedIndex } from './events.ts';
import { bytes, duration } from './format.ts';
import { plainText } from './plain-text.ts';
import { droppable, rebuildable } from './rollback.ts';
import type { RunState } from './state.ts';

/** An index has served queries since it was made: whoever drops it takes it from them. */
export const isUsed = ({ scans }: SurveyedIndex): boolean => scans !== null && scans > 0;

/** How often it was used since it was made, as far as this server has counted. */
export const usage = (index: SurveyedIndex): string => {
  if (index.scans === null) return 'use unknown';
  return isUsed(index) ? `USED ${index.scans}x` : 'not used';
};

/** How long ago the run made it, in words. */
export const indexAge = (state: RunState, { oid }: SurveyedIndex, now: number): string => {
  const at = state.created.find((index) => index.oid === oid)?.at;
  return at === undefined ? 'age unknown' : `${duration(Math.max(0, now - Date.parse(at)))} old`;
};

/** Whether it can be dropped, and what is known of it besides its name. */
export const describeSurveyed = (state: RunState, index: SurveyedIndex, now: number): string => {
  const { oid, standing, kept, bytes: size, rebuild } = index;
  if (kept !== null) return `oid ${oid}  NOT TOUCHED: ${plainText(kept)}`;
  if (rebuild !== undefined)
    return [
      'DROPPED BY THE PLAN, built again',
      size === null ? 'size then unknown' : `${bytes(size)} then`,
      `oid ${oid} then`,
      plainText(rebuild.definition),
    ].join('  ');
  if (standing === 'gone') return `oid ${oid}  gone already`;
  const parts = [
    standing === 'invalid' ? (index.takes === undefined ? 'INVALID, half dropped' : 'NOT COMPLETE') : usage(index),
    ...(index.takes === undefined ? [] : [`as one with ${index.takes} attached, NOT concurrently`]),
    ...(index.attachedTo === undefined ? [] : ['goes with what it is attached to']),
    size === null ? 'size unknown' : bytes(size),
    indexAge(state, index, now),
    `oid ${oid}`,
    ...(index.lastScan === null ? [] : [`last used ${index.lastScan.slice(0, 19)}Z`]),
  ];
  return parts.join('  ');
};

/** What is said of indexes that the plan rebuilt, on the way back; null when there are none. */
export const rebuiltStay = ({ reindexed }: Pick<RunState, 'reindexed'>): string | null => {
  if (reindexed.length === 0) return null;
  const which = reindexed.length === 1 ? 'the index' : `the ${reindexed.length} indexes`;
  return `${which} that the plan rebuilt ${reindexed.length === 1 ? 'stays as it is' : 'stay as they are'}: defined as before, so that there is nothing to undo`;
};

/** What is said before a rollback, of how it goes and what it cannot give back. Only what can be known. */
export const rollbackWarnings = (state: RunState, survey: RollbackSurvey): string[] => {
  const unfinished = survey.unfinished.map(({ name, work, pid }) =>
    plainText(`${work === 'build' ? 'the build' : 'the drop'} of ${name}${pid === null ? '' : ` (pid ${pid})`}`),
  );
  const whole = survey.indexes.filter((index) => (index.takes ?? 0) > 0 && droppable(index));
  const asOne = whole.map(
    ({ schema, name, takes = 0 }) =>
      `${plainText(`${schema}.${name}`)} is the index of a partitioned table: it is dropped as one with the ${takes} attached to it, and not concurrently, which the server refuses. That takes an ACCESS EXCLUSIVE lock on the table and all its partitions: reads and writes wait, for a moment once it has them. It gives up after a second and is tried again.`,
  );
  const stay = rebuiltStay(state);
  const living = state.purpose === 'deploy' ? ['The run ends with it: nothing more is built.'] : [];
  return [
    ...living,
    ...(unfinished.length === 0 ? [] : [`Ended and cleaned up first: ${unfinished.join(', ')}.`]),
    ...asOne,
    `${whole.length === 0 ? 'Each is' : 'The others are'} dropped concurrently, on up to ${state.jobs} ${state.jobs === 1 ? 'table' : 'tables'} at the same time. A drop takes a moment, unless a transaction has used its table: it waits for each of those, and nobody can know how long.`,
    `Scans are counted on this server only${survey.statsReset === null ? '' : `, and since ${survey.statsReset.slice(0, 19)}Z at most`}; queries that use an index now do without it.`,
    ...(survey.indexes.some(rebuildable) ? [AGAIN] : []),
    ...(stay === null ? [] : [`${capitalised(stay)}.`]),
    'This cannot be undone: what is dropped has to be built again.',
  ];
};

const AGAIN =
  'What the plan dropped is built again concurrently, from the definition on record: on a table where both are done, in the order of the plan turned round.';

/** How many would be dropped, and how large they are in all. */
export const rollbackSum = (indexes: readonly SurveyedIndex[]): string => {
  const there = indexes.filter(droppable);
  const size = there.reduce((sum, index) => sum + (index.bytes ?? 0), 0);
  const used = there.filter(isUsed).length;
  const again = indexes.filter(rebuildable);
  const before = again.reduce((sum, index) => sum + (index.bytes ?? 0), 0);
  return `${countedText(there)}, ${bytes(size)}${used === 0 ? '' : `, ${used} USED since`}${again.length === 0 ? '' : ` (${again.length} that the plan dropped ${again.length === 1 ? 'is' : 'are'} built again, ${bytes(before)} before)`}`;
};
