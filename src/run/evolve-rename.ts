import type { BuildEvent } from './evolve-build.ts';
import { isRenaming, renamedBy } from './rename.ts';
import type { RunState, StepState } from './state.ts';

/** What this run created, after a statement has ended: one that was renamed has its new name, or on the way back its passing one. */
export const renamed = (state: RunState, id: number): RunState['created'] => {
  const step = state.steps[id];
  if (step === undefined || !isRenaming(step)) return state.created;
  const which = renamedBy(state, step);
  const name = state.rollback === null ? step.step.name : step.step.from;
  return state.created.map((index) => (index === which ? { ...index, name } : index));
};

/** A rename that has ended on the way back is undone. */
export const undone = (state: RunState, step: StepState, event: BuildEvent): Partial<StepState> =>
  event.type === 'statement.finished' && state.rollback !== null && isRenaming(step) ? { status: 'rebuilt' } : {};
