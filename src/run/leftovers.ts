import type { CreateIndexStep } from '../plan/types.ts';
import type { RunState } from './state.ts';

/** An invalid index that stands where a planned one belongs, and that this run did not make. */
export interface InvalidLeftover {
  oid: number;
  create: CreateIndexStep;
  /** Every write pays for it already. */
  ready: boolean;
}

/** OIDs of the indexes that the plan drops, as they are shown before the go, in the plan's order. */
export const shownDrops = (state: RunState): number[] =>
  state.steps.flatMap(({ step, shown }) => (step.kind === 'drop-index' && shown !== null ? [shown] : []));

/** The leftovers that the findings name: dropping one needs the operator's word. */
export const invalidLeftovers = (state: RunState): InvalidLeftover[] =>
  (state.preflight?.steps ?? []).flatMap(({ step: id, found }) => {
    const step = state.steps[id];
    // What this run has begun, and lost, is not for anybody to agree to.
    if (found?.kind !== 'invalid' || step?.status !== 'queued' || step.step.kind !== 'create-index') return [];
    // The plan itself drops it first.
    const planned = state.steps.some(({ shown, step: other }) => other.kind === 'drop-index' && shown === found.oid);
    if (planned) return [];
    return [{ oid: found.oid, create: step.step, ready: found.ready }];
  });
