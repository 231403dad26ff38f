import { startGo } from '../dialogs/go.ts';
import { commandFor, type Stroke, type UiCommand } from '../keymap.ts';
import { answerText, answerWith } from './answer.ts';
import { askEndBlocker } from './end-blocker.ts';
import type { Role } from './header.ts';
import { type Layout, PANES, type Pane } from './layout.ts';
import { moveDown, toEnd } from './move.ts';
import { copyRow, openDetails, openSection } from './open.ts';
import { order } from './orders.ts';
import { askRollback } from './rollback.ts';
import { initialUi, type Pressed, preflightSeq, type Snapshot, say, type UiState } from './ui-state.ts';
import { ownWaiting, whoIsHere } from './who.ts';

/** What a key press is judged by. */
export interface PressContext {
  /** As it is now. */
  live: Snapshot;
  /** As it is drawn: an older one while the display is frozen. */
  shown: Snapshot;
  role: Role;
  layout: Layout;
}

const only = (ui: UiState): Pressed => ({ ui, effects: [] });

const focusOn = (ui: UiState, pane: Pane): UiState => ({
  ...ui,
  focus: pane,
  before: ui.focus === 'detail' ? ui.before : ui.focus,
});

/** Tab goes through what is on the screen. */
const nextPane = (ui: UiState, layout: Layout, by: number): UiState => {
  const order = ui.zoomed ? PANES : PANES.filter((pane) => layout.panes[pane] !== undefined);
  const at = order.indexOf(ui.focus);
  return focusOn(ui, order[(at + by + order.length) % order.length] ?? 'progress');
};

const back = (ui: UiState): UiState => {
  if (ui.zoomed) return { ...ui, zoomed: false };
  if (ui.focus === 'detail') return { ...ui, focus: ui.before };
  if (ui.filter !== '') return { ...ui, filter: '', log: null };
  if (ui.log !== null && ui.focus === 'log') return { ...ui, log: null };
  return { ...ui, cursor: initialUi.cursor, check: initialUi.check, listTop: 0 };
};

const quit = (ui: UiState, context: PressContext): Pressed => {
  const { state, link } = context.live.view;
  if (state?.phase === 'finished') return { ui, effects: [{ type: 'exit', exit: { how: 'finished' } }] };
  const begun = state !== null && state.approvedAt !== null;
  if (context.role === 'operator' && state !== null && !begun)
    return { ui, effects: [{ type: 'exit', exit: { how: 'declined' } }] };
  if (state === null || link.status === 'ended' || context.role !== 'operator')
    return { ui, effects: [{ type: 'exit', exit: { how: 'detached' } }] };
  return only({ ...ui, dialog: { kind: 'quit' } });
};

/** The newest of one's own orders that wait. */
const withdraw = (ui: UiState, live: Snapshot): Pressed => {
  const mine = ownWaiting(live.view).at(-1);
  if (mine === undefined) return only(say(ui, 'no order of yours waits: all were answered', live.now, 'info'));
  return { ui, effects: [{ type: 'withdraw', order: mine.id }] };
};

/** Why a yes is no answer now. */
const notYet = ({ view: { state } }: Snapshot): string => {
  if (state?.phase === 'surveyed') return 'a rollback is not begun by y: D shows it, and asks for the name';
  if (state?.phase === 'preflight') return 'there is no question yet: the database is being looked at';
  return 'nothing can be built: something blocks. r looks again, n leaves';
};

const freeze = (ui: UiState, { live }: PressContext): UiState => ({ ...ui, frozen: ui.frozen === null ? live : null });

/** What a command of the keymap does. Nothing here waits for anybody. */
const perform = (ui: UiState, command: UiCommand, context: PressContext): Pressed => {
  const { live, layout } = context;
  switch (command) {
    case 'go': {
      const { state, events } = live.view;
      if (state === null) return only(ui);
      const { dialog, effects } = startGo(state, preflightSeq(events));
      return { ui: { ...ui, dialog }, effects };
    }
    case 'not-yet':
      return only(say(ui, notYet(live), live.now));
    case 'decline':
      return { ui, effects: [{ type: 'exit', exit: { how: 'declined' } }] };
    case 'rollback':
      return askRollback(ui, live);
    case 'abort':
      return only({ ...ui, dialog: { kind: 'abort' } });
    case 'end-blocker':
      return askEndBlocker(ui, live);
    case 'take-over':
      return only({ ...ui, dialog: { kind: 'take-over' } });
    case 'set':
      return only({ ...ui, dialog: { kind: 'set', text: '', wrong: null } });
    case 'withdraw':
      return withdraw(ui, live);
    case 'who':
      return only({ ...ui, dialog: { kind: 'details', title: 'Who is here', lines: whoIsHere(live), top: 0 } });
    case 'restore':
      return only({ ...ui, dialog: { kind: 'restore', text: '', wrong: false } });
    case 'recheck':
    case 'pause':
    case 'continue':
    case 'skip':
    case 'retry':
    case 'cancel-build':
    case 'jobs-more':
    case 'jobs-fewer':
      return order(ui, command, live);
    case 'next-pane':
      return only(nextPane(ui, layout, 1));
    case 'previous-pane':
      return only(nextPane(ui, layout, -1));
    case 'pane-progress':
      return only(focusOn(ui, 'progress'));
    case 'pane-live':
      return only(focusOn(ui, 'live'));
    case 'pane-log':
      return only(focusOn(ui, 'log'));
    case 'pane-detail':
      return only(focusOn(ui, 'detail'));
    case 'blockers':
      return only(ui.focus === 'detail' ? { ...ui, focus: ui.before, zoomed: false } : focusOn(ui, 'detail'));
    case 'up':
      return only(moveDown(ui, -1, context));
    case 'down':
      return only(moveDown(ui, 1, context));
    case 'page-up':
      return only(moveDown(ui, 'page-up', context));
    case 'page-down':
      return only(moveDown(ui, 'page-down', context));
    case 'top':
      return only(toEnd(ui, 'top', context));
    case 'bottom':
      return only(toEnd(ui, 'bottom', context));
    case 'details':
      return only(openDetails(ui, context));
    case 'section':
      return only(openSection(ui, context));
    case 'zoom':
      return only({ ...ui, zoomed: !ui.zoomed });
    case 'freeze':
      return only(freeze(ui, context));
    case 'filter':
      return only({ ...focusOn(ui, 'log'), dialog: { kind: 'filter', text: ui.filter }, log: null });
    case 'copy':
      return copyRow(ui, context);
    case 'help':
      return only({ ...ui, dialog: { kind: 'help', top: 0 } });
    case 'back':
      return only(back(ui));
    case 'quit':
      return quit(ui, context);
    case 'redraw':
      return { ui, effects: [{ type: 'redraw' }] };
    case 'interrupt':
      return live.view.state?.phase === 'finished' ? quit(ui, context) : only({ ...ui, dialog: { kind: 'interrupt' } });
    case 'suspend':
      return only(say(ui, 'Ctrl-Z does nothing here: q detaches, and the engine goes on', live.now, 'info'));
  }
};

/** One key. */
export const pressKey = (ui: UiState, stroke: Stroke, context: PressContext): Pressed => {
  if (ui.dialog !== null) return answerWith(ui, ui.dialog, stroke, context);
  const command = commandFor(stroke, context.live.view.state?.phase ?? null, context.role);
  return command === null ? only(ui) : perform(ui, command, context);
};

/** Several characters at once, or a paste: never a shortcut. */
export const pressText = (ui: UiState, text: string, pasted: boolean, context: PressContext): Pressed =>
  ui.dialog === null ? only(ui) : answerText(ui, ui.dialog, text, pasted, context);
