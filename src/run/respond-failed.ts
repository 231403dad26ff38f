import { ownError, retryDelayMs } from './errors.ts';
import type { ErrorFacts, EventBody, Leftover } from './events.ts';
import { isRebuilding } from './rebuild.ts';
import { isRenaming } from './rename.ts';
import { DROP_ATTEMPTS } from './respond-rollback.ts';
import { retriesOf } from './short-lock.ts';
import type { RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

const INDEXDECK = 'indexdeck';

/** A time as events have it. */
export const at = (ms: number): string => new Date(ms).toISOString();

const NO_ERROR = ownError('');

/** On the way back a rename is tried as often as a drop, whatever the operator wants of builds: nothing is built by it. */
const attemptsOf = (state: RunState, step: StepState): number =>
  state.rollback !== null && isRenaming(step) ? Math.max(DROP_ATTEMPTS, state.options.retries) : state.options.retries;

/** When to try again after a failure that may pass; null when its attempts are used up, or the run is ending. */
export const nextTry = (state: RunState, step: StepState, now: number, error = NO_ERROR): string | null =>
  state.abort !== null ||
  (state.rollback !== null && !isRebuilding(step) && !isRenaming(step)) ||
  step.passingFailures >= retriesOf(step.step, error, attemptsOf(state, step))
    ? null
    : at(now + retryDelayMs(step.passingFailures + 1));

/** What a failure for good does to the run, by its --on-error policy. */
export const policy = (state: RunState, step: StepState, message: string): EventBody[] => {
  // On the way back, or to the end, what fails holds nothing up.
  if (state.abort !== null || state.purpose === 'rollback' || state.rollback !== null) return [];
  const reason = `${stepName(step.step)} failed: ${message}`;
  switch (state.options.onError) {
    case 'skip':
      return [];
    case 'abort':
      return [{ type: 'abort.started', by: INDEXDECK, reason }];
    case 'pause':
      return [{ type: 'run.paused', cause: 'error', gate: null, by: INDEXDECK, reason }];
  }
};

/** A step failed: what is recorded, and what it does to the run when it is not tried again. */
export const failed = (
  state: RunState,
  step: StepState,
  error: ErrorFacts,
  leftover: Leftover | null,
  retryAt: string | null,
  advice: string,
): EventBody[] => {
  const event: EventBody = {
    type: 'build.failed',
    step: step.id,
    attempt: step.attempt,
    name: stepName(step.step),
    error,
    leftover,
    retryAt,
    advice: retryAt === null ? advice : '',
  };
  return [event, ...(retryAt === null ? policy(state, step, error.message) : [])];
};
