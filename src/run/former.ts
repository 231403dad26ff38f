import { engineReason, engineStatus } from './outcome.ts';
import type { FormerEnd, RunState } from './state.ts';

/** How a run ended, all of which an engine that takes it up again would write over. */
const ended = ({
  resumedAt,
  approvedAt,
  finishedAt,
  operator,
  options,
  jobs,
  preflight,
  checklist,
  agreed,
  sections,
  abort,
  purpose,
  rollback,
  verify,
  validations,
  probes,
  analyzed,
  statements,
  outcome,
}: RunState): FormerEnd | null =>
  outcome && {
    ...{
      resumedAt,
      approvedAt,
      finishedAt,
      operator,
      options,
      jobs,
      preflight,
      checklist,
      agreed,
      sections,
      abort,
      purpose,
    },
    ...{ rollback, verify, validations, probes, analyzed, statements, outcome },
  };

/** What stays of the run if the rollback that an engine comes for is never begun; null for a run that had no end. */
export const formerEnd = (state: RunState): FormerEnd | null =>
  // An engine that was killed at its question has changed nothing either.
  state.outcome === null ? state.former : ended(state);

/** The run as it had ended, since the rollback was not begun, and how the engine that came for it ended. */
export const turnedBack = (state: RunState, former: FormerEnd): Partial<RunState> => ({
  ...former,
  former: null,
  turnedBack: { status: engineStatus(state), reason: engineReason(state) },
});
