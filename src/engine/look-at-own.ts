import type { RollbackFactsRow } from '../queries/rollback_facts.ts';
import { type DropOutcome, isToBeDropped, ownError, type RunState } from '../run/index.ts';
import { reasonToKeep } from './catalog/keep.ts';
import type { Droppable } from './dropper.ts';

/** What the last look says: drop it, or it is gone already, or leave it alone. */
export type Look = 'drop' | 'gone' | Exclude<DropOutcome, { kind: 'done' }>;

/** It is left alone for now. */
export const notNow = (message: string): Look => ({ kind: 'failed', error: ownError(message) });

/**
 * An index that this run created, or that its plan drops, valid or half dropped, by what the catalog says right before: it must
 * be the very one, and nothing may depend on it.
 */
export const lookAtOwn = (row: RollbackFactsRow | undefined, state: RunState, index: Droppable): Look => {
  if (row === undefined) return notNow('the catalog did not say what stands there: not touched');
  const made = new Set(state.created.map(({ oid }) => oid));
  const due = state.created.filter((each) => index.why !== 'rollback' || isToBeDropped(state, each));
  const keep = reasonToKeep(row, index, { made, chosen: new Set(due.map(({ oid }) => oid)) });
  if (keep !== null) return { kind: 'kept', ...keep };
  if (!row.there) return 'gone';
  return row.busy === null ? 'drop' : notNow(`pid ${row.busy} is at work on it: not touched`);
};
