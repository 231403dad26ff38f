import { type RunState, rebuiltStay } from '../../run/index.ts';
import { type Pressed, type Snapshot, say, type UiState } from './ui-state.ts';

/** There is something that a rollback could drop, build again, or bring to its end. */
export const hasWayBack = (state: RunState): boolean =>
  state.created.length > 0 ||
  state.removed.length > 0 ||
  state.phase === 'surveyed' ||
  state.steps.some((step) => step.lost || step.leftover !== null);

const nothingToDrop = (state: RunState): string => {
  const stay = rebuiltStay(state);
  const none = 'this run has made no index that is still there: there is nothing to drop';
  return stay === null ? none : `${none}; ${stay}`;
};

/**
 * D: the way back. Before anything is dropped the engine looks at what is there: nothing is sent to the database by the screen.
 * On a run that has ended another engine has to be started: that is up to who started the screen.
 */
export const askRollback = (ui: UiState, live: Snapshot): Pressed => {
  const { state } = live.view;
  if (state === null) return { ui, effects: [] };
  if (!hasWayBack(state))
    return {
      ui: say(ui, nothingToDrop(state), live.now),
      effects: [],
    };
  if (state.phase === 'finished') return { ui, effects: [{ type: 'exit', exit: { how: 'rollback' } }] };
  const dialog = { kind: 'rollback', off: [], at: 0, now: live.now } as const;
  // What was looked at a moment ago for this very question is looked at again when it is asked again.
  if (state.phase === 'surveyed' || state.surveying)
    return { ui: { ...ui, dialog: { ...dialog, off: [] } }, effects: [] };
  return {
    ui: { ...ui, dialog: { ...dialog, off: [] } },
    effects: [{ type: 'send', command: { type: 'survey' }, what: 'look at what would be dropped' }],
  };
};
