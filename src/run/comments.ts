import type { EventBody } from './events.ts';
import { isStuck } from './parts.ts';
import type { RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

/** The plan's COMMENT ON INDEX. */
type Commenting = StepState & { step: Extract<StepState['step'], { kind: 'comment' }> };

const isCommenting = (step: StepState): step is Commenting => step.step.kind === 'comment';

/** The step before it that makes the index which it is about, or gives it its name; undefined: it was there before. */
const makerOf = (state: RunState, { id, step: { schema, name } }: Commenting): StepState | undefined =>
  state.steps.findLast(
    ({ id: before, parent, step }) =>
      before < id &&
      parent === null &&
      (step.kind === 'create-index' || step.kind === 'rename-index') &&
      step.name === name &&
      (schema === null || step.schema === null || step.schema === schema),
  );

/** What has its name is not the index that the plan means: that one was not made, or did not get its name. */
const lacksIndex = (state: RunState, step: Commenting): boolean => {
  const maker = makerOf(state, step);
  return (
    maker !== undefined &&
    (maker.status === 'failed' || maker.status === 'skipped' || maker.gone || isStuck(state, maker))
  );
};

/** Says of a comment whose turn has come that it is left out, where it would be written on another index; else null. */
export const leftOutComment = (state: RunState, step: StepState): EventBody | null =>
  isCommenting(step) && lacksIndex(state, step)
    ? { type: 'index.skipped', step: step.id, name: stepName(step.step), reason: 'unmade', oid: null, by: null }
    : null;

/** It was left out since its index was not made: only that leaves out a comment which was never begun. */
export const isLeftOutComment = (step: StepState): boolean =>
  isCommenting(step) && step.status === 'skipped' && step.attempt === 0;

/** The comments that were left out since this step had failed: they are due again when it is tried again. */
export const commentsOn = (state: RunState, maker: StepState): StepState[] =>
  state.steps.filter((step) => isCommenting(step) && isLeftOutComment(step) && makerOf(state, step)?.id === maker.id);
