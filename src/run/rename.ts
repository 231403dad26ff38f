import { quoteIdent, quoteQualified } from '../plan/ident.ts';
import type { Action, Slot } from './effects.ts';
import type { EventBody, Found } from './events.ts';
import type { RunState, StepState } from './state.ts';

/** The last step of a replacement. */
export type Renaming = StepState & { step: Extract<StepState['step'], { kind: 'rename-index' }> };

export const isRenaming = (step: StepState): step is Renaming => step.step.kind === 'rename-index';

/** The index of this run that the step renames; undefined when it is not built, or not there any more. */
export const renamedBy = (state: RunState, { step }: Renaming): RunState['created'][number] | undefined => {
  const builder = state.steps.find((each) => each.step.kind === 'create-index' && each.step.name === step.from);
  return state.created.find((index) => index.step === builder?.id);
};

/** The statement that gives what was found the name `to`. */
export const renameSql = ({ schema, name }: Extract<Found, { kind: 'to-rename' }>, to: string): string =>
  `ALTER INDEX ${quoteQualified(schema, name)} RENAME TO ${quoteIdent(to)}`;

/** The index that was looked at just now gets the name `to`: forth, or on the way back. */
export const renaming = (step: StepState, to: string, { id, pid, backendStart }: Slot): Action => {
  if (step.found?.kind !== 'to-rename') throw new Error(`step ${step.id} was not looked at`);
  const sql = renameSql(step.found, to);
  const intent: EventBody = { type: 'statement.started', step: step.id, sql, pid, backendStart };
  return { intent, effect: { kind: 'statement', step: step.id, slot: id, sql } };
};

/** The names that an index of this run may have: one of a replacement either of two, where an engine was lost in between. */
export const namesOf = (state: RunState, created: { step: number; name: string }): string[] => {
  const builder = state.steps[created.step]?.step;
  return builder?.kind === 'create-index' && builder.replaces !== undefined
    ? [builder.name, builder.replaces]
    : [created.name];
};

/** A rename whose outcome the way back has to turn round, or to find out: it has been begun, and not been undone. */
export const isToBeUndone = (state: RunState, step: Renaming): boolean =>
  step.attempt > 0 && step.status !== 'rebuilt' && step.status !== 'skipped' && renamedBy(state, step) !== undefined;
