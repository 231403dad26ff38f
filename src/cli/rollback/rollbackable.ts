import type { RunEntry } from '../../client/index.ts';
import { type RunState, rebuiltStay } from '../../run/index.ts';
import { UsageError } from '../errors.ts';

/** The state of a run that has something to roll back. */
export const rollbackable = ({ run, state, problem }: RunEntry): RunState => {
  if (problem !== null) throw new UsageError(`run ${run} cannot be rolled back: ${problem}`);
  if (state === null) throw new UsageError(`run ${run} recorded nothing: there is nothing to roll back`);
  const begun = state.steps.some((step) => step.status === 'building' || step.leftover !== null);
  if (state.created.length > 0 || state.removed.length > 0 || begun) return state;
  const back = state.rolledBack ? ': all that it created was dropped' : '';
  const stay = rebuiltStay(state);
  throw new UsageError(`run ${run} has nothing left to roll back${back}${stay === null ? '' : `; ${stay}`}`);
};
