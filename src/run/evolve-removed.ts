import type { RunEvent } from './events.ts';
import type { BuildEvent } from './evolve-build.ts';
import type { RunState, StepState } from './state.ts';

/**
 * A drop that the plan asks for has failed. What is still valid is as it was, and the step is looked at anew. What is not,
 * since the drop was stopped in the middle, has to be dropped to its end.
 */
export const plannedDropFailed = (
  step: StepState,
  event: Extract<RunEvent, { type: 'drop.failed' }>,
): Partial<StepState> => {
  const { error, retryAt, standing, at } = event;
  const failed = { lost: false, cancel: null, error, dropFailures: step.dropFailures + 1 };
  if (standing !== 'valid')
    return { ...failed, status: retryAt === null ? 'failed' : 'dropping', dropRetryAt: retryAt };
  const cutShort = step.cancel?.cause === 'abort' || step.cancel?.cause === 'rollback';
  return {
    ...failed,
    status: retryAt === null && !cutShort ? 'failed' : 'queued',
    leftover: null,
    found: null,
    retryAt,
    dropRetryAt: null,
    finishedAt: at,
  };
};

/**
 * Steps that counted what this drop has dropped as there already: a drop that had failed, and is tried again, comes after the build
 * of the same name that the plan has behind it.
 */
export const toBuildAfter = (state: RunState, event: BuildEvent): ReadonlySet<number> => {
  const drop = state.steps[event.step];
  if (event.type !== 'index.dropped' || event.why !== 'planned' || drop === undefined) return new Set();
  const counted = state.steps.filter(
    ({ id, step, status, tableOid }) =>
      id > drop.id &&
      status === 'equal' &&
      step.kind === 'create-index' &&
      step.name === event.name &&
      tableOid === drop.tableOid,
  );
  return new Set(counted.map(({ id }) => id));
};

/** What the plan has dropped, after this event. */
export const removedAfter = (state: RunState, event: BuildEvent): RunState['removed'] => {
  const step = state.steps[event.step];
  if (event.type === 'index.dropped' && event.why === 'planned' && step?.leftover?.record !== undefined) {
    const { oid, schema, name, at } = event;
    const { record } = step.leftover;
    return [...state.removed, { step: step.id, oid, schema, name, tableOid: step.tableOid, record, at }];
  }
  const again = event.type === 'step.lost' || (event.type === 'build.finished' && step?.step.kind === 'drop-index');
  return again ? state.removed.filter((index) => index.step !== event.step) : state.removed;
};

/** What a rollback has built again, after this event. */
export const rebuiltAfter = (state: RunState, event: BuildEvent): RunState['rebuilt'] => {
  if (event.type !== 'build.finished') return state.rebuilt;
  const removed = state.removed.find((index) => index.step === event.step);
  if (removed === undefined) return state.rebuilt;
  const { step, oid: was, schema, name, record } = removed;
  return [...state.rebuilt, { step, was, oid: event.oid, schema, name, record }];
};
