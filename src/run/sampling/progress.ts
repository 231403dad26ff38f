import type { Backend, BuildProgress } from '../samples.ts';
import { isWait, percentOf, placeOf } from './phases.ts';
import type { BuildReading, SeenBackend, Work } from './reading.ts';

/** Since when, in milliseconds of the readings' clock, a work has been as it is. */
export interface BuildMemory {
  phase: string | null;
  phaseSince: number;
  /** Everything that moves when the work does, as one text. */
  marks: string;
  marksSince: number;
  /** By pid: since when it has been waiting for this work. */
  blocked: ReadonlyMap<number, number>;
}

const secondsSince = (since: number, now: number): number => Math.max(0, now - since) / 1000;

/** The counters of lockers can pass their total. */
const clamp = (done: number | null, total: number | null): number | null =>
  done === null || total === null ? done : Math.min(done, total);

const blocker =
  (works: readonly Work[]) =>
  (seen: SeenBackend & { transactionS: number | null }): Backend => ({
    ...seen,
    waitingS: null,
    waitsFor: null,
    blockedBy: [],
    step: works.find((work) => work.pid === seen.pid)?.step ?? null,
  });

/** How far a work is, and what to remember of it; `memory` is undefined when it is seen for the first time. */
export const progressOf = (
  work: Work,
  build: BuildReading,
  works: readonly Work[],
  memory: BuildMemory | undefined,
  now: number,
): { progress: BuildProgress; memory: BuildMemory } => {
  const { phase } = build;
  const marks = [phase, build.indexOid, build.lockersDone, build.blocksDone, build.tuplesDone].join(' ');
  const next: BuildMemory = {
    phase,
    phaseSince: memory !== undefined && memory.phase === phase ? memory.phaseSince : now,
    marks,
    marksSince: memory !== undefined && memory.marks === marks ? memory.marksSince : now,
    blocked: new Map(build.blocks.map((pid) => [pid, memory?.blocked.get(pid) ?? now])),
  };
  const progress: BuildProgress = {
    ...work,
    indexOid: work.work === 'build' || work.work === 'rebuild' ? build.indexOid : null,
    phase,
    ...placeOf(work.work, phase),
    percent: percentOf(build),
    waiting: build.waiting || isWait(phase),
    lockersTotal: build.lockersTotal,
    lockersDone: clamp(build.lockersDone, build.lockersTotal),
    phaseS: secondsSince(next.phaseSince, now),
    stalledS: secondsSince(next.marksSince, now),
    blockers: build.blockers.map(blocker(works)),
    blocks: build.blocks,
    blocksS: Math.max(0, ...[...next.blocked.values()].map((since) => secondsSince(since, now))),
  };
  return { progress, memory: next };
};
