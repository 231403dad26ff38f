import { partMark } from './counted.ts';
import type { EventType, RunEvent } from './events.ts';
import type { BuildEvent } from './evolve-build.ts';
import { isRenaming } from './rename.ts';
import type { RollbackState, RunState, StepState } from './state.ts';

const ROLLBACK_EVENTS = [
  'rollback.surveyed',
  'rollback.started',
  'index.kept',
  'rollback.finished',
] as const satisfies EventType[];

/** An event about the way back as a whole; the drops themselves are events about a step. */
export type RollbackEvent = Extract<RunEvent, { type: (typeof ROLLBACK_EVENTS)[number] }>;

export const isRollbackEvent = (event: RunEvent): event is RollbackEvent =>
  (ROLLBACK_EVENTS as readonly string[]).includes(event.type);

/** What a failed build left, and could not be dropped, is tried once more. So is a rename: who failed may have been lost in the middle. */
const triedAgain = (step: StepState): StepState => {
  if (step.status !== 'failed') return step;
  if (isRenaming(step)) return { ...step, status: 'queued', found: null, retryAt: null, passingFailures: 0 };
  return step.leftover === null ? step : { ...step, status: 'dropping', dropFailures: 0, dropRetryAt: null };
};

const started = (state: RunState, event: Extract<RunEvent, { type: 'rollback.started' }>): Partial<RunState> => ({
  phase: 'rolling-back',
  approvedAt: state.approvedAt ?? event.at,
  rolledBack: true,
  former: null,
  rollback: {
    by: event.by,
    at: event.at,
    oids: event.oids,
    all: event.all,
    probe: event.probe ?? false,
    dropped: [],
    left: [],
    finishedAt: null,
    differences: null,
  },
  steps: state.steps.map(triedAgain),
  probes: state.probes.map(({ rolledBack: _, ...each }) => each),
  // What was verified is not what will be there.
  verify: null,
});

const kept = (state: RunState, event: Extract<RunEvent, { type: 'index.kept' }>): Partial<RunState> => {
  const { step: id, oid, schema, name, why, gone } = event;
  const step = (each: StepState): StepState => ({
    ...each,
    status: gone ? 'dropped' : 'done',
    oid: gone ? null : each.oid,
    leftover: null,
    cancel: null,
    lost: false,
    kept: !gone,
    note: why,
  });
  return {
    steps: state.steps.map((each) => (each.id === id ? step(each) : each)),
    created: gone ? state.created.filter((index) => index.oid !== oid) : state.created,
    rollback: state.rollback && {
      ...state.rollback,
      left: [...state.rollback.left, { oid, schema, name, why, ...partMark(state, id) }],
    },
  };
};

/** What an event about the way back changes in the run. */
export const evolveRollback = (state: RunState, event: RollbackEvent): Partial<RunState> => {
  switch (event.type) {
    case 'rollback.surveyed': {
      const { at, indexes, unfinished, statsReset } = event;
      // Before anything has begun it is what the operator's word is waited for.
      const phase = state.phase === 'preflight' ? 'surveyed' : state.phase;
      return { phase, surveying: false, survey: { at, indexes, unfinished, statsReset } };
    }
    case 'rollback.started':
      return started(state, event);
    case 'index.kept':
      return kept(state, event);
    case 'rollback.finished': {
      const { at, left, differences } = event;
      return { rollback: state.rollback && { ...state.rollback, left, differences, finishedAt: at } };
    }
  }
};

/**
 * A drop of a rollback that failed. What is still valid serves queries as before. What is not, since the drop was stopped in
 * the middle, must not stay: it is dropped before anything else happens to the step.
 */
export const rollbackDropFailed = (
  step: StepState,
  event: Extract<RunEvent, { type: 'drop.failed' }>,
): Partial<StepState> => {
  const { error, retryAt, standing } = event;
  const failed = { lost: false, cancel: null, error, dropFailures: step.dropFailures + 1, dropRetryAt: retryAt };
  if (standing === 'valid') return { ...failed, status: 'done', leftover: null };
  return { ...failed, status: retryAt === null ? 'failed' : 'dropping' };
};

/** An index that the plan dropped could not be built again. */
const notRebuilt = (
  state: RunState,
  rollback: RollbackState,
  event: Extract<BuildEvent, { type: 'build.failed' | 'build.cancelled' }>,
): { rollback?: RollbackState } => {
  const removed = state.removed.find((index) => index.step === event.step);
  if (removed === undefined) return {};
  const { oid, schema, name } = removed;
  const reason = event.type === 'build.failed' ? event.error.message : event.reason;
  const why = `it could not be built again: ${reason}`;
  return { rollback: { ...rollback, left: [...rollback.left, { oid, schema, name, why }] } };
};

/** What an event about a step adds to the record of the rollback. */
export const listed = (state: RunState, event: BuildEvent): { rollback?: RollbackState } => {
  const { rollback } = state;
  if (rollback === null) return {};
  if ((event.type === 'build.failed' || event.type === 'build.cancelled') && event.retryAt === null)
    return notRebuilt(state, rollback, event);
  if (event.type !== 'index.dropped' && event.type !== 'drop.failed') return {};
  if (event.why !== 'rollback') return {};
  const { oid, name } = event;
  if (event.type === 'index.dropped') {
    const also = state.created.filter((index) => event.with?.includes(index.oid) === true);
    const dropped = [
      { oid, schema: event.schema, name, ...partMark(state, event.step) },
      ...also.map((index) => ({
        oid: index.oid,
        schema: index.schema ?? '',
        name: index.name,
        ...partMark(state, index.step),
      })),
    ];
    return { rollback: { ...rollback, dropped: [...rollback.dropped, ...dropped] } };
  }
  if (event.retryAt !== null) return {};
  const schema = state.steps[event.step]?.leftover?.schema ?? '';
  const failed = { oid, schema, name, why: event.error.message, ...partMark(state, event.step) };
  return { rollback: { ...rollback, left: [...rollback.left, failed] } };
};
