import { partsOf } from '../parts.ts';
import type { RunState } from '../state.ts';
import { estimateOf } from './of-step.ts';
import { type Range, range } from './range.ts';
import { workedMs } from './worked.ts';

/** What the builds so far say of those to come. */
export interface Refinement {
  /** Builds that it is made of. */
  built: number;
  /** How much longer they have taken than was estimated. */
  factor: number;
  /** How far the ranges reach, in powers of what they did: less than 1 where the builds agree with each other, more where they do not. */
  width: number;
}

/** What a refined range claims: of ten builds, nine come into it. `bench/estimates.ts` measures that. */
export const IN_RANGE = 0.9;

/** As if so many builds had come exactly as estimated: a few builds are no proof. */
const PRIOR = 2;
/** And for the ranges as if so many had come into them as they claim, evenly. */
const PRIOR_SPREAD = 10;
/** However many there were: the next one may still be of another kind, and one that was far off is no rule. */
const WIDTH = { least: 0.5, most: 2 };
/** What takes no longer than this is over before it says anything of long builds, ms. */
const TELLING_MS = 50;
/** No estimate is so sure that a machine's own unrest would count many times over. */
const LEAST_SIDE = 0.2;

const NOTHING: Refinement = { built: 0, factor: 1, width: 1 };

/** Logarithms: how much longer a build took, and how far its range reached down and up. */
interface Came {
  off: number;
  down: number;
  up: number;
  telling: boolean;
}

type Known = Pick<RunState, 'steps' | 'estimates'>;

const log = (value: number, of: number): number => Math.log(Math.max(1, value) / Math.max(1, of));

/** The time without waits of each build that was watched to its end, against its estimate. What is made of others says nothing more. */
const cameOf = (state: Known): Came[] =>
  state.steps.flatMap((step): Came[] => {
    if (step.status !== 'done' || step.finishedAt === null || partsOf(state, step.id).length > 0) return [];
    const ms = estimateOf(state, step.id)?.ms ?? null;
    const worked = workedMs(step, Date.parse(step.finishedAt));
    if (ms === null || worked === null) return [];
    const [down, up] = [Math.max(LEAST_SIDE, log(ms.mid, ms.low)), Math.max(LEAST_SIDE, log(ms.high, ms.mid))];
    return [{ off: log(worked, ms.mid), down, up, telling: Math.max(ms.mid, worked) >= TELLING_MS }];
  });

/** How far the ranges would have had to reach, for so many of the builds to come into them (split conformal prediction). */
const widthOf = (came: readonly Came[], moved: number): number => {
  const reached = came.map(({ off, down, up }) => (off > moved ? (off - moved) / up : (moved - off) / down));
  const before = Array.from({ length: PRIOR_SPREAD }, (_, nth) => (nth + 0.5) / (PRIOR_SPREAD * IN_RANGE));
  const all = [...reached, ...before].sort((a, b) => a - b);
  // One further: they are measured from a middle that was fitted to themselves, and those to come are not.
  const at = Math.ceil(IN_RANGE * (all.length + 1));
  return Math.min(WIDTH.most, Math.max(WIDTH.least, all[Math.min(at, all.length - 1)] ?? 1));
};

const learnt = (state: Known): Refinement => {
  const came = cameOf(state);
  const logs = came.flatMap(({ off, telling }) => (telling ? [off] : [])).sort((a, b) => a - b);
  if (logs.length === 0) return NOTHING;
  const moved = ((logs[Math.floor(logs.length / 2)] ?? 0) * logs.length) / (logs.length + PRIOR);
  return { built: logs.length, factor: Math.exp(moved), width: widthOf(came, moved) };
};

/** A run's steps are never changed, only replaced. */
const known = new WeakMap<Known['steps'], { estimates: Known['estimates']; found: Refinement }>();

/** By the state's own events. */
export const refinement = (state: Known): Refinement => {
  const before = known.get(state.steps);
  if (before?.estimates === state.estimates) return before.found;
  const found = learnt(state);
  known.set(state.steps, { estimates: state.estimates, found });
  return found;
};

/** An estimate with what was learned since: moved, and with the range that nine of ten come into. */
export const refined = (estimate: Range, { factor, width }: Refinement): Range => {
  const mid = estimate.mid * factor;
  if (estimate.mid <= 0) return range(estimate.low * factor, mid, estimate.high * factor);
  const part = (end: number): number => mid * (end / estimate.mid) ** width;
  return range(part(estimate.low), mid, part(estimate.high));
};
