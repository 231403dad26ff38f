import { ownError } from './errors.ts';
import type { EventBody, Found } from './events.ts';
import { isRenaming, renamedBy } from './rename.ts';
import { failed } from './respond-failed.ts';
import type { RunState, StepState } from './state.ts';

const ADVICE =
  'Try again what stands before it first, then this one; the new index serves queries under its passing name too.';

/**
 * What was found of an index that is to be renamed, right before. It must be the one that this run built, and its new name must be
 * free, which it is once the old one is dropped. An engine that was lost may have renamed it already.
 */
export const renameLookedAt = (state: RunState, step: StepState, found: Found): EventBody[] => {
  if (!isRenaming(step)) return [];
  const seen: EventBody = { type: 'index.inspected', step: step.id, found };
  const no = (message: string): EventBody[] => [seen, ...failed(state, step, ownError(message), null, null, ADVICE)];
  const { from, name } = step.step;
  const index = renamedBy(state, step);
  if (index === undefined) return no(`${from}, which is to be called ${name}, is not built by this run`);
  if (found.kind !== 'to-rename' || found.oid !== index.oid) return no(`${from} is not there any more`);
  if (found.name === name) return [seen, { type: 'statement.finished', step: step.id, durationMs: 0 }];
  if (found.name !== from) return no(`${from} was renamed to ${found.name} by somebody else`);
  if (found.taken !== null) return no(`the name ${name} is taken (oid ${found.taken}): the old index is not dropped`);
  return [seen];
};

/** The same on the way back, where it gets its passing name again. */
export const renameBackLookedAt = (state: RunState, step: StepState, found: Found): EventBody[] => {
  if (!isRenaming(step) || step.status === 'running') return [];
  const seen: EventBody = { type: 'index.inspected', step: step.id, found };
  const index = renamedBy(state, step);
  const isIt = found.kind === 'to-rename' && found.oid === index?.oid;
  // It has its passing name already, is gone, or was renamed by somebody: what comes next says so.
  if (!isIt || found.name !== step.step.name)
    return [seen, { type: 'statement.finished', step: step.id, durationMs: 0 }];
  return [seen];
};
