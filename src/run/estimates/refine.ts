import type { RunState } from '../state.ts';
import { type Range, range } from './range.ts';
import { workedMs } from './worked.ts';

/** What the builds so far say of those to come. */
export interface Refinement {
  /** Builds that it is made of. */
  built: number;
  /** How much longer they have taken than was estimated. */
  factor: number;
  /** 1: nothing is known beyond the estimates; towards 0 the better the builds so far agree with each other. */
  width: number;
}

/** As if so many builds had come exactly as estimated: a few builds are no proof. */
const PRIOR = 2;
/** However many there were: the next one may still be of another kind. */
const LEAST_WIDTH = 0.7;
/** What takes no longer than this is over before it says anything of long builds, ms. */
const TELLING_MS = 50;

/** By the state's own events: the time without waits of each build that was watched to its end, against its estimate. */
export const refinement = ({ steps, estimates }: Pick<RunState, 'steps' | 'estimates'>): Refinement => {
  const logs = steps.flatMap((step) => {
    const estimated = estimates.find((each) => each.step === step.id)?.ms ?? null;
    const worked =
      step.status === 'done' && step.finishedAt !== null ? workedMs(step, Date.parse(step.finishedAt)) : null;
    if (estimated === null || worked === null || Math.max(estimated.mid, worked) < TELLING_MS) return [];
    return [Math.log(Math.max(1, worked) / Math.max(1, estimated.mid))];
  });
  if (logs.length === 0) return { built: 0, factor: 1, width: 1 };
  const median = logs.toSorted((a, b) => a - b)[Math.floor(logs.length / 2)] ?? 0;
  const weight = logs.length / (logs.length + PRIOR);
  return {
    built: logs.length,
    factor: Math.exp(median * weight),
    width: Math.max(LEAST_WIDTH, 1 / Math.sqrt(1 + logs.length / 3)),
  };
};

/** An estimate with what was learned since: moved, and narrower. */
export const refined = (estimate: Range, { factor, width }: Refinement): Range => {
  const mid = estimate.mid * factor;
  if (estimate.mid <= 0) return range(estimate.low * factor, mid, estimate.high * factor);
  const part = (end: number): number => mid * (end / estimate.mid) ** width;
  return range(part(estimate.low), mid, part(estimate.high));
};
