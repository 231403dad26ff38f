import type { DropIndexStep } from '../plan/types.ts';
import { isPassing, ownError, QUERY_CANCELED, retryDelayMs } from './errors.ts';
import type { EventBody, Found } from './events.ts';
import type { DropOutcome } from './inputs.ts';
import { oidNow } from './reindex.ts';
import { at, failed, nextTry, policy } from './respond-failed.ts';
import { DROP_ATTEMPTS } from './respond-rollback.ts';
import type { RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

/** Builds of the plan before this drop, on its table, that have not come to a good end: what it drops may be needed. */
const unbuiltBefore = (state: RunState, drop: StepState): StepState | undefined =>
  state.steps.find(
    ({ id, step, tableOid, status }) =>
      id < drop.id &&
      step.kind === 'create-index' &&
      tableOid !== null &&
      tableOid === drop.tableOid &&
      status !== 'done' &&
      status !== 'equal',
  );

const isBuilt = (state: RunState, name: string): boolean =>
  state.steps.some(({ step, status }) => step.kind === 'create-index' && step.name === name && status === 'done');

/** What was found under the name of an index that the plan drops, right before: it must be the very one that was shown. */
export const dropLookedAt = (
  state: RunState,
  step: StepState,
  { ifExists, name, replacedBy }: DropIndexStep,
  found: Found,
  now: number,
): EventBody[] => {
  const seen: EventBody = { type: 'index.inspected', step: step.id, found };
  const no = (message: string, advice: string, retryAt: string | null = null): EventBody[] => [
    seen,
    ...failed(state, step, ownError(message), null, retryAt, advice),
  ];
  if (found.kind === 'none')
    return ifExists
      ? [
          seen,
          { type: 'index.skipped', step: step.id, name: stepName(step.step), reason: 'absent', oid: null, by: null },
        ]
      : no(`there is no index ${name}`, 'Write IF EXISTS if that is fine, or leave it out.');
  if (found.kind === 'other-relation') return no(`${name} is ${found.what}, not an index`, 'Correct the name.');
  if (found.kind !== 'to-drop') return no('what stands there could not be read', 'Try it again.');
  // By its OID it is the same one still, if the plan itself has rebuilt it meanwhile.
  if (step.shown === null || found.oid !== oidNow(state, step.shown))
    return no(
      `it is not the index that was shown before the go (oid ${found.oid} now, ${step.shown ?? 'none'} then): not touched`,
      'Abort and resume: what is to be dropped is looked at and shown anew.',
    );
  if (found.problem !== null) {
    const advice = 'Deal with that, then try it again, or leave it out.';
    return no(found.problem.why, advice, found.problem.passing ? nextTry(state, step, now) : null);
  }
  if (replacedBy !== undefined && !isBuilt(state, replacedBy))
    return no(
      `${replacedBy}, which is to take its place, is not built by this run: it is not dropped`,
      'Try that one again first, then this one; or leave both out.',
    );
  const unbuilt = unbuiltBefore(state, step);
  if (unbuilt !== undefined)
    return no(
      `${stepName(unbuilt.step)}, which stands before it in the plan, is not built: what it may stand in for is not dropped`,
      'Try that one again first, then this one; or leave it out.',
    );
  return [seen];
};

/** Whether the same drop may do a little later. One that has begun is gone on with, whatever stopped it. */
const mayPass = (state: RunState, step: StepState, outcome: Extract<DropOutcome, { kind: 'failed' }>): boolean => {
  if (step.dropFailures + 1 >= DROP_ATTEMPTS) return false;
  if (outcome.standing !== 'valid') return state.abort === null || isPassing(outcome.error);
  if (state.abort !== null || state.rollback !== null || step.cancel?.cause === 'operator') return false;
  return isPassing(outcome.error) || outcome.error.sqlstate === QUERY_CANCELED;
};

/** A drop that the plan asks for came to its end. */
export const plannedDropEnded = (state: RunState, step: StepState, outcome: DropOutcome, now: number): EventBody[] => {
  if (step.leftover === null) return [];
  const { oid, schema, name } = step.leftover;
  const about = { step: step.id, oid, name, why: 'planned' as const };
  if (outcome.kind === 'done') return [{ type: 'index.dropped', ...about, schema, durationMs: outcome.durationMs }];
  if (outcome.kind === 'kept' && outcome.gone) return [{ type: 'index.dropped', ...about, schema, durationMs: 0 }];
  const ended = outcome.kind === 'kept' ? { error: ownError(outcome.why), standing: 'valid' as const } : outcome;
  const { error, standing } = ended;
  const passes = outcome.kind === 'failed' && mayPass(state, step, outcome);
  const retryAt = passes ? at(now + retryDelayMs(step.dropFailures + 1)) : null;
  const event: EventBody = {
    type: 'drop.failed',
    ...about,
    error,
    retryAt,
    ...(standing === undefined ? {} : { standing }),
  };
  return retryAt === null ? [event, ...policy(state, step, error.message)] : [event];
};
