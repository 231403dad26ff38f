import type { RunEvent } from './events.ts';
import type { BuildEvent } from './evolve-build.ts';
import type { RunState, StepState } from './state.ts';

/** What this run has rebuilt, after this event. */
export const reindexedAfter = (state: RunState, event: BuildEvent): RunState['reindexed'] => {
  if (event.type === 'step.lost') return state.reindexed.filter(({ step }) => step !== event.step);
  const replaces = state.steps[event.step]?.replaces ?? null;
  if (event.type !== 'build.finished' || event.replaced === undefined || replaces === null) return state.reindexed;
  const { oid: was, schema, name, definition, bytes: bytesBefore } = replaces;
  const { step, oid, bytes, at } = event;
  return [...state.reindexed, { step, was, oid, schema, name, definition, bytesBefore, bytes, at }];
};

/** The new index has its name, and the server may not have come to drop the old one. */
export const reindexFinished = (event: Extract<RunEvent, { type: 'build.finished' }>): Partial<StepState> => {
  const { leftover } = event;
  if (leftover === undefined) return {};
  const { oid, schema, name } = leftover;
  return { status: 'dropping', leftover: { oid, schema, name, why: 'replaced', afterwards: 'done' } };
};

/** What is left of the old one is dropped, or need not be. The new one is what counts. */
const REPLACED: Partial<StepState> = {
  status: 'done',
  leftover: null,
  cancel: null,
  lost: false,
  dropFailures: 0,
  dropRetryAt: null,
  error: null,
  advice: null,
};

/** What becomes of a rebuild whose old index was being dropped; null: as with any other drop. */
export const replacedDropped = (
  step: StepState,
  event: Extract<RunEvent, { type: 'index.dropped' | 'drop.failed' }>,
): Partial<StepState> | null => {
  if (step.leftover?.why !== 'replaced') return null;
  return event.type === 'index.dropped' || event.settled ? REPLACED : null;
};
