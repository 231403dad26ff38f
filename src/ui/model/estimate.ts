import { partsOf, type RunState, type Sample, type StepState, takesShortLock } from '../../run/index.ts';
import { since } from './format.ts';
import { isActive } from './words.ts';

/** How long it will still take: an estimate, nothing left to do, or the reason why nobody can know. */
export type Estimate = { kind: 'left'; ms: number } | { kind: 'none' } | { kind: 'unknown'; why: string };

/** Fewer builds than this say nothing about the next one. */
const LEAST_BUILT = 3;

const took = (step: StepState): number | null =>
  step.startedAt === null || step.finishedAt === null || step.unwatched
    ? null
    : since(step.startedAt, Date.parse(step.finishedAt));

/** From the mean of the indexes built so far; never while something waits or is paused: nobody knows how long that takes. */
export const estimate = (state: RunState, sample: Sample | null, now: number): Estimate => {
  if (state.phase !== 'running') return { kind: 'none' };
  if (state.pauses.length > 0) return { kind: 'unknown', why: 'paused' };
  // What is done in a moment, or is made of others, takes no time of its own.
  const isWork = (step: StepState) => !step.gone && !takesShortLock(step.step) && partsOf(state, step.id).length === 0;
  const left = state.steps.filter((step) => (step.status === 'queued' || isActive(step)) && isWork(step));
  if (left.length === 0) return { kind: 'none' };
  if (sample?.builds.some((build) => build.waiting)) return { kind: 'unknown', why: 'in a wait' };
  const times = state.steps
    .filter((step) => step.status === 'done' && step.step.kind === 'create-index' && isWork(step))
    .map(took)
    .filter((ms): ms is number => ms !== null);
  if (times.length < LEAST_BUILT) return { kind: 'unknown', why: 'too few built' };
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const work = left
    .map((step) => (isActive(step) && step.startedAt !== null ? Math.max(0, mean - since(step.startedAt, now)) : mean))
    .reduce((sum, ms) => sum + ms, 0);
  return { kind: 'left', ms: work / Math.max(1, Math.min(state.jobs, left.length)) };
};
