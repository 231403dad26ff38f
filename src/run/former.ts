import { engineReason, engineStatus } from './outcome.ts';
import type { RunState } from './state.ts';

/** What an engine that takes a run up again would write over of its end. */
const ENDED = [
  'resumedAt',
  'approvedAt',
  'finishedAt',
  'operator',
  'options',
  'jobs',
  'preflight',
  'checklist',
  'agreed',
  'sections',
  'abort',
  'purpose',
  'rollback',
  'verify',
  'validations',
  'probes',
  'analyzed',
  'statements',
  'outcome',
] as const satisfies (keyof RunState)[];

type Ended = Pick<RunState, (typeof ENDED)[number]>;

/** How a run had ended before an engine came to roll it back. */
export type FormerEnd = Ended & { outcome: NonNullable<RunState['outcome']> };

const ended = (state: RunState): FormerEnd | null =>
  state.outcome && {
    ...(Object.fromEntries(ENDED.map((part) => [part, state[part]])) as unknown as Ended),
    outcome: state.outcome,
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
