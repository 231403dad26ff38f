import { isPassing, QUERY_CANCELED, retryDelayMs } from './errors.ts';
import type { EventBody, LeftIndex } from './events.ts';
import type { DropOutcome, Input } from './inputs.ts';
import { compareCatalog } from './rollback.ts';
import { retriesOf } from './short-lock.ts';
import type { RunState, StepState } from './state.ts';

/** An index that could not be dropped this often is work for a person. */
export const DROP_ATTEMPTS = 5;

/** Whether the same drop may do a little later: never for a right that is missing, and not while the run is ending. */
const mayPass = (state: RunState, step: StepState, outcome: Extract<DropOutcome, { kind: 'failed' }>): boolean => {
  const attempts = retriesOf(step.step, outcome.error, DROP_ATTEMPTS);
  if (state.abort !== null || step.dropFailures + 1 >= attempts) return false;
  return isPassing(outcome.error) || outcome.error.sqlstate === QUERY_CANCELED;
};

const withoutKind = ({ kind: _, ...rest }: Extract<DropOutcome, { kind: 'done' }>) => rest;

/** A drop of a rollback came to its end. One that failed for good is left and said; the others go on. */
export const rollbackDropEnded = (state: RunState, step: StepState, outcome: DropOutcome, now: number): EventBody[] => {
  if (step.leftover === null) return [];
  const { oid, schema, name } = step.leftover;
  const about = { step: step.id, oid, name };
  if (outcome.kind === 'done')
    return [{ type: 'index.dropped', ...about, schema, ...withoutKind(outcome), why: 'rollback' }];
  if (outcome.kind === 'kept') return [{ type: 'index.kept', ...about, schema, why: outcome.why, gone: outcome.gone }];
  const { error, standing } = outcome;
  const delayMs = retryDelayMs(step.dropFailures + 1);
  const retryAt = mayPass(state, step, outcome) ? new Date(now + delayMs).toISOString() : null;
  return [
    { type: 'drop.failed', ...about, error, retryAt, why: 'rollback', ...(standing === undefined ? {} : { standing }) },
  ];
};

/** The catalog was looked at after the last drop. */
export const rollbackChecked = (
  state: RunState,
  { present, still, rebuilt = [] }: Extract<Input, { kind: 'rollback-checked' }>,
): EventBody[] => {
  const { rollback } = state;
  if (rollback === null || state.phase !== 'rolling-back') return [];
  const { dropped, left } = rollback;
  const remains: LeftIndex[] = dropped
    .filter(({ oid }) => still.includes(oid))
    .map((index) => ({ ...index, why: 'the server said that it was dropped, and it is still in the catalog' }));
  const unlike = state.rebuilt.flatMap(({ oid, schema, name }): LeftIndex[] => {
    const problem = rebuilt.find((index) => index.oid === oid)?.problem ?? null;
    return problem === null ? [] : [{ oid, schema, name, why: problem }];
  });
  const differences = compareCatalog(state, present);
  const again = state.rebuilt.map(({ was, oid, schema, name }) => ({ was, oid, schema, name }));
  return [
    {
      type: 'rollback.finished',
      dropped,
      left: [...left, ...remains, ...unlike],
      ...(again.length === 0 ? {} : { rebuilt: again }),
      differences,
    },
  ];
};
