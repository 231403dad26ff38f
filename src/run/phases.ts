import type { Phase, RunState } from './state.ts';

const WORKING: readonly Phase[] = ['running', 'verifying', 'rolling-back'];

/** Why a command about a run at work makes no sense now; null when it does. */
export const notAtWork = (state: RunState): string | null => {
  if (WORKING.includes(state.phase)) return null;
  if (state.phase === 'finished') return 'the run is finished';
  if (state.phase === 'aborting') return 'the run is being aborted';
  return 'nothing has begun yet';
};
