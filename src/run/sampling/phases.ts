import type { BuildProgress } from '../samples.ts';
import type { BuildReading } from './reading.ts';

const BUILD = [
  'initializing',
  'waiting for writers before build',
  // Its sub-phases follow a colon: "building index: scanning table".
  'building index',
  'waiting for writers before validation',
  'index validation: scanning index',
  'index validation: sorting tuples',
  'index validation: scanning table',
  'waiting for old snapshots',
] as const;

/**
 * The phases as the server's views name them, in the order in which a concurrent build and an ANALYZE go through them.
 * The names are English in every language of the server. DROP INDEX CONCURRENTLY has no view.
 */
const PHASES: Readonly<Record<BuildProgress['work'], readonly string[]>> = {
  build: BUILD,
  // REINDEX CONCURRENTLY does away with the old index in the end.
  rebuild: [...BUILD, 'waiting for readers before marking dead', 'waiting for readers before dropping'],
  drop: [],
  analyze: [
    'initializing',
    'acquiring sample rows',
    'acquiring inherited sample rows',
    'computing statistics',
    'computing extended statistics',
    'finalizing analyze',
  ],
};

export interface PhasePlace {
  phaseNo: number | null;
  phases: number;
}

/** Which of its phases the work is in; none for a phase that this list does not know. */
export const placeOf = (work: BuildProgress['work'], phase: string | null): PhasePlace => {
  const names = PHASES[work];
  const at = phase === null ? -1 : names.findIndex((name) => phase === name || phase.startsWith(`${name}:`));
  return { phaseNo: at === -1 ? null : at + 1, phases: names.length };
};

/** A wait for others, whose end nobody can foresee. */
export const isWait = (phase: string | null): boolean => phase?.startsWith('waiting for ') ?? false;

const share = (done: number | null, total: number | null): number | null =>
  done === null || total === null || total <= 0 ? null : Math.min(100, Math.max(0, (100 * done) / total));

/**
 * 0 to 100 within the phase, from what the server counts in it: blocks while it scans, tuples while it loads. Null in
 * a wait, and while it sorts, where the counters of the phase before or after stand still.
 */
export const percentOf = (build: BuildReading): number | null => {
  if (build.waiting || build.phase === null || isWait(build.phase) || build.phase.includes('sorting')) return null;
  const blocks = share(build.blocksDone, build.blocksTotal);
  const tuples = share(build.tuplesDone, build.tuplesTotal);
  return blocks === null || (blocks === 100 && tuples !== null) ? tuples : blocks;
};
