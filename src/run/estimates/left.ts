import { partsOf } from '../parts.ts';
import type { Sample } from '../samples.ts';
import { jobsNow, turnOf } from '../schedule.ts';
import { takesShortLock } from '../short-lock.ts';
import type { RunState, StepState } from '../state.ts';
import { makespan } from './makespan.ts';
import { estimateOf, leavesOf } from './of-step.ts';
import { around, type Range, range, sum } from './range.ts';
import { refined, refinement } from './refine.ts';
import { workedMs } from './worked.ts';

/** How long it will still take: an estimate, nothing left to do, or the reason why nobody can know. */
export type TimeLeft = { kind: 'left'; ms: Range } | { kind: 'none' } | { kind: 'unknown'; why: string };

/** Fewer builds than this say nothing about one that has no estimate. */
const LEAST_BUILT = 3;

const isActive = ({ status }: StepState): boolean =>
  status === 'building' || status === 'dropping' || status === 'running';

/** What is done in a moment, or is made of others, takes no time of its own. */
const isBuild = (state: RunState, { id, step, gone }: StepState): boolean =>
  step.kind === 'create-index' && !gone && !takesShortLock(step) && partsOf(state, id).length === 0;

/** Of builds without an estimate: as long as those before took, more or less. */
const usual = (state: RunState): Range | null => {
  const times = state.steps
    .filter((step) => step.status === 'done' && isBuild(state, step) && step.finishedAt !== null)
    .flatMap((step) => workedMs(step, Date.parse(step.finishedAt ?? '')) ?? []);
  if (times.length < LEAST_BUILT) return null;
  return around(times.reduce((sum, ms) => sum + ms, 0) / times.length, 1 / 3, 3);
};

/** What is left of a build that has worked for so long already; one that takes longer than estimated may take as long again. */
const rest = (whole: Range, worked: number): Range =>
  worked < whole.high
    ? range(whole.low - worked, whole.mid - worked, whole.high - worked)
    : range(0, worked / 4, worked);

/**
 * The estimate of a step's build as the builds before have refined it; null when there is none. Of an index that is made of others:
 * of those that are still to be built, one after the other.
 */
export const stepEstimate = (state: RunState, step: number): Range | null => {
  const learned = refinement(state);
  const open = leavesOf(state, step).filter(({ status }) => status !== 'done' && status !== 'equal');
  const all = (open.length === 0 ? [step] : open.map(({ id }) => id)).flatMap((id) => {
    const ms = estimateOf(state, id)?.ms ?? null;
    return ms === null ? [] : [refined(ms, learned)];
  });
  return all.length === 0 ? null : sum(all);
};

/** Never while something waits or is paused: nobody knows how long that takes. Waits to come are not in it either. */
export const timeLeft = (state: RunState, sample: Sample | null, now: number): TimeLeft => {
  if (state.phase !== 'running') return { kind: 'none' };
  if (state.pauses.length > 0) return { kind: 'unknown', why: 'paused' };
  const left = state.steps.filter((step) => !step.gone && (step.status === 'queued' || isActive(step)));
  if (left.length === 0) return { kind: 'none' };
  if (sample?.builds.some((build) => build.waiting)) return { kind: 'unknown', why: 'in a wait' };
  const learned = refinement(state);
  const other = usual(state);
  const builds = left
    .filter((step) => isBuild(state, step))
    .map((step) => {
      const estimated = estimateOf(state, step.id)?.ms ?? null;
      const whole = estimated === null ? other : refined(estimated, learned);
      const worked = step.status === 'building' ? workedMs(step, now) : null;
      const ms = whole === null || worked === null ? whole : rest(whole, worked);
      return { section: turnOf(state.sections, step.section), table: step.tableOid ?? `step ${step.id}`, ms };
    });
  const known = builds.flatMap(({ ms, ...where }) => (ms === null ? [] : [{ ...where, ms }]));
  if (known.length < builds.length) return { kind: 'unknown', why: 'too few built' };
  const delays = state.delayMs * Math.max(0, builds.length - 1);
  const all = makespan(known, jobsNow(state));
  return { kind: 'left', ms: range(all.low + delays, all.mid + delays, all.high + delays) };
};
