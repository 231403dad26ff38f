import { partsOf } from '../parts.ts';
import type { RunState, StepState } from '../state.ts';
import type { StepEstimate } from './estimate-indexes.ts';
import { type Range, sum } from './range.ts';
import { workedMs } from './worked.ts';

type Steps = Pick<RunState, 'steps'>;
type Known = Pick<RunState, 'steps' | 'estimates'>;

const byStep = new WeakMap<readonly StepEstimate[], ReadonlyMap<number, StepEstimate>>();

/** What a step's build was expected to come to when it was looked at last; undefined where nothing was said of it. */
export const estimateOf = ({ estimates }: Pick<RunState, 'estimates'>, step: number): StepEstimate | undefined => {
  const known = byStep.get(estimates) ?? new Map(estimates.map((each) => [each.step, each]));
  byStep.set(estimates, known);
  return known.get(step);
};

/** The estimates of a look by the run's own steps: each part has its own then, by its table. */
export const estimatesByStep = (estimates: readonly StepEstimate[], state: Steps): StepEstimate[] =>
  estimates.flatMap(({ parts = [], ...whole }) => {
    const leaves = new Map(leavesOf(state, whole.step).map(({ id, tableOid }) => [tableOid, id]));
    return [
      whole,
      ...parts.flatMap(({ table, ...part }): StepEstimate[] => {
        const step = leaves.get(table);
        return step === undefined ? [] : [{ step, ...part }];
      }),
    ];
  });

/** The indexes on partitions that the step's index is made of; none for an index that is built itself. */
export const leavesOf = (state: Steps, step: number): StepState[] =>
  partsOf(state, step).filter(({ step: part, gone }) => !gone && part.kind === 'create-index' && !part.only);

/** What was expected of an index and what came, both of the same: of one that is made of others, of those that had an estimate. */
export interface Outcome {
  bytes: Range | null;
  ms: Range | null;
  actualBytes: number | null;
  actualMs: number | null;
}

const total = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : values.reduce<number>((all, value) => all + (value ?? 0), 0);

/** What a step's index took without waits, of one that is made of others those that were built, together; null when it is not whole. */
export const workedOn = (state: Steps, step: StepState): number | null => {
  const parts = leavesOf(state, step.id).filter(({ status }) => status === 'done');
  if (step.finishedAt === null) return null;
  return parts.length === 0
    ? workedMs(step, Date.parse(step.finishedAt))
    : total(parts.map((part) => builtOf(part).actualMs));
};

const builtOf = (step: StepState): Pick<Outcome, 'actualBytes' | 'actualMs'> => {
  const built = step.status === 'done' && step.finishedAt !== null;
  return {
    actualBytes: built ? step.bytes : null,
    actualMs: built ? workedMs(step, Date.parse(step.finishedAt ?? '')) : null,
  };
};

const outcomeOf = (state: Known, step: StepState): Outcome => {
  const estimate = estimateOf(state, step.id);
  return { bytes: estimate?.bytes ?? null, ms: estimate?.ms ?? null, ...builtOf(step) };
};

/** Of a step's index: built by itself, or of its parts together, once all of it is there. */
export const estimateOutcome = (state: Known, step: StepState): Outcome => {
  const parts = leavesOf(state, step.id).map((part) => outcomeOf(state, part));
  if (parts.length === 0) return outcomeOf(state, step);
  const [sized, timed] = [parts.filter(({ bytes }) => bytes !== null), parts.filter(({ ms }) => ms !== null)];
  const added = (ranges: readonly (Range | null)[]): Range | null =>
    ranges.length === 0 ? null : sum(ranges.filter((one) => one !== null));
  const done = step.status === 'done';
  return {
    bytes: added(sized.map(({ bytes }) => bytes)),
    ms: added(timed.map(({ ms }) => ms)),
    actualBytes: done && sized.length > 0 ? total(sized.map(({ actualBytes }) => actualBytes)) : null,
    actualMs: done && timed.length > 0 ? total(timed.map(({ actualMs }) => actualMs)) : null,
  };
};
