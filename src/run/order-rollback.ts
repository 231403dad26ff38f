import type { Actor, Command } from './commands.ts';
import type { EventBody } from './events.ts';
import { isPart } from './parts.ts';
import { droppable, rebuildable } from './rollback.ts';
import type { RunState } from './state.ts';
import { accept, refuse, type Verdict } from './verdict.ts';

/** Why there is no way back from here; null when there is. */
const noWayBack = (state: RunState): string | null => {
  switch (state.phase) {
    case 'running':
    case 'verifying':
    case 'surveyed':
      return null;
    case 'rolling-back':
      return 'the run is being rolled back already';
    case 'aborting':
      return 'the run is being aborted: roll it back when that is done';
    case 'finished':
      return 'the run is finished: indexdeck rollback starts the way back';
    default:
      return 'nothing has begun yet';
  }
};

/** What a rollback would have to do besides dropping what is built. */
const hasUnfinished = (state: RunState): boolean =>
  state.steps.some((step) => ['building', 'dropping'].includes(step.status) || step.leftover !== null);

export const orderSurvey = (state: RunState): Verdict => {
  const no = noWayBack(state);
  if (no !== null) return refuse(no);
  if (state.surveying) return refuse('that is being looked at already');
  return accept('looking at what a rollback would drop');
};

/** A rollback is an order of its own: whatever else an operator or a failure held is not held any more. */
const lifted = (state: RunState, by: Actor): EventBody[] =>
  state.pauses
    .filter(({ cause }) => cause !== 'gate' && cause !== 'connection')
    .map(({ cause, gate }) => ({ type: 'run.continued', cause, gate, by }));

/** What was asked for, and is not touched: said at once. What is gone already is no work. */
const notTouched = (state: RunState, chosen: (oid: number) => boolean): EventBody[] =>
  (state.survey?.indexes ?? []).flatMap((index): EventBody[] => {
    const { step, oid, schema, name, standing, kept } = index;
    // What is still under way for it comes to its end first.
    if (state.steps[step]?.status === 'building' || state.steps[step]?.leftover) return [];
    if (kept === null || droppable(index) || rebuildable(index) || !chosen(oid)) return [];
    return [{ type: 'index.kept', step, oid, schema, name, why: kept, gone: standing === 'gone' }];
  });

/**
 * The operator's word to drop what this run created: only after a look that was shown, with the database's name typed, and
 * only what the run's own events say it created.
 */
export const orderRollback = (
  state: RunState,
  { oids, all, confirm, probe = false }: Extract<Command, { type: 'roll-back' }>,
  by: Actor,
): Verdict => {
  const no = noWayBack(state);
  if (no !== null) return refuse(no);
  if (state.survey === null) return refuse('what it would drop has not been looked at yet');
  if (confirm !== state.database.database)
    return refuse(`a rollback asks for the name of the database, ${state.database.database}, to be typed`);
  if (probe && state.probes.length === 0) return refuse('this run has no probes to be measured afterwards');
  const created = new Set([...state.created, ...state.removed].map(({ oid }) => oid));
  const foreign = oids.filter((oid) => !created.has(oid));
  if (foreign.length > 0) return refuse(`this run created no index with oid ${foreign.join(', ')}: it is not touched`);
  if (all ? created.size === 0 && !hasUnfinished(state) : oids.length === 0)
    return refuse('there is nothing to roll back: this run has created nothing of it');
  const parts = state.created.filter(({ oid, step }) => oids.includes(oid) && isPart(state, step)).length;
  return accept(
    'rolling back',
    {
      type: 'rollback.started',
      oids: [...oids],
      ...(parts === 0 ? {} : { parts }),
      all,
      by,
      ...(probe ? { probe } : {}),
    },
    ...lifted(state, by),
    ...notTouched(state, (oid) => all || oids.includes(oid)),
  );
};
