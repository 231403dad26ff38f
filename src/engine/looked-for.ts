import type { CreateIndexStep, DropIndexStep, ReindexStep } from '../plan/types.ts';
import { builtWith, isRenaming, type Renaming, type RunState, rebuildOf, type StepState } from '../run/index.ts';

/** What is looked for in the catalog, right before a step begins. */
export type LookedFor =
  | { what: 'index'; create: CreateIndexStep }
  | { what: 'to-drop'; drop: DropIndexStep }
  | { what: 'to-reindex'; reindex: ReindexStep }
  | { what: 'to-rename'; rename: Renaming };

/**
 * By what the step comes to now: the look may have been asked for before a rollback was ordered, and is answered after it. Fails
 * for a step that nothing is looked at for.
 */
export const lookedFor = (state: RunState, step: StepState): LookedFor => {
  if (isRenaming(step)) return { what: 'to-rename', rename: step };
  const { step: planned } = step;
  if (planned.kind === 'create-index') return { what: 'index', create: builtWith(planned, state.options.settings) };
  if (planned.kind === 'reindex') return { what: 'to-reindex', reindex: planned };
  if (planned.kind !== 'drop-index') throw new Error(`step ${step.id} is not looked at`);
  const again = state.rollback === null ? null : rebuildOf(state, step);
  return again === null ? { what: 'to-drop', drop: planned } : { what: 'index', create: again };
};
