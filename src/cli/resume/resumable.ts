import type { RunEntry } from '../../client/index.ts';
import type { RunState } from '../../run/index.ts';
import { UsageError } from '../errors.ts';

/** The state of a run that can be gone on with; refuses one that goes on, or has nothing left to do. */
export const resumable = ({ run, state, alive, problem }: RunEntry): RunState => {
  if (alive) throw new UsageError(`run ${run} goes on: indexdeck attach ${run} takes part in it`);
  if (problem !== null) throw new UsageError(`run ${run} cannot be gone on with: ${problem}`);
  if (state === null) throw new UsageError(`run ${run} recorded nothing: deploy its plan again`);
  if (state.rolledBack)
    throw new UsageError(
      `run ${run} was rolled back, or is about to be: indexdeck rollback ${run} goes on with that; to build again, deploy its plan`,
    );
  const status = state.outcome?.status;
  if (status === 0) throw new UsageError(`run ${run} is done and verified: there is nothing to go on with`);
  // A resume that was blocked leaves what was built before, and is tried again.
  if (status === 3 && state.resumedAt === null)
    throw new UsageError(`run ${run} changed nothing, since preflight blocked: deploy its plan again`);
  return state;
};
