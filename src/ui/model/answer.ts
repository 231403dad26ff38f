import type { DialogAnswer, DialogContext } from '../dialogs/dialog.ts';
import { kindOf } from '../dialogs/index.ts';
import type { Stroke } from '../keymap.ts';
import type { PressContext } from './press.ts';
import { type Dialog, type Pressed, preflightSeq, say, type UiState } from './ui-state.ts';

/** What a dialog may look at. */
export const dialogContext = ({
  live,
  role,
  layout,
}: Pick<PressContext, 'live' | 'role' | 'layout'>): DialogContext => ({
  state: live.view.state,
  role,
  preflight: preflightSeq(live.view.events),
  page: Math.max(1, layout.body.height - 4),
});

const settle = (ui: UiState, before: Dialog, answer: DialogAnswer, now: number): Pressed => {
  const { dialog, effects, notice } = answer;
  const filtering = before.kind === 'filter';
  const filter = !filtering ? ui.filter : dialog?.kind === 'filter' ? dialog.text : before.text;
  const next = { ...ui, dialog, filter };
  return { ui: notice === undefined ? next : say(next, notice, now, 'info'), effects };
};

/** A key for the open dialog. Ctrl-C asks from everywhere. */
export const answerWith = (ui: UiState, dialog: Dialog, stroke: Stroke, context: PressContext): Pressed => {
  const { now } = context.live;
  if (stroke === 'ctrl-c' && dialog.kind !== 'interrupt')
    return {
      ui: { ...ui, dialog: context.live.view.state?.phase === 'finished' ? null : { kind: 'interrupt' } },
      effects: [],
    };
  if (!standing(dialog, context)) return { ui: voided(ui, now), effects: [] };
  if (dialog.kind === 'filter' && stroke === 'escape') return { ui: { ...ui, dialog: null, filter: '' }, effects: [] };
  return settle(ui, dialog, kindOf(dialog).answer(dialog, stroke, dialogContext(context)), now);
};

/** Several characters at once, for a dialog into which one types. */
export const answerText = (
  ui: UiState,
  dialog: Dialog,
  text: string,
  pasted: boolean,
  context: PressContext,
): Pressed => {
  const answer = kindOf(dialog).text?.(dialog, text, pasted);
  return answer === undefined ? { ui, effects: [] } : settle(ui, dialog, answer, context.live.now);
};

/** Whether the question still has its object. */
export const standing = (dialog: Dialog, context: Pick<PressContext, 'live' | 'role' | 'layout'>): boolean =>
  kindOf(dialog).stands?.(dialog, dialogContext(context)) ?? true;

/** The question is void: what it was about has changed beneath it. */
export const voided = (ui: UiState, now: number): UiState =>
  say({ ...ui, dialog: null }, 'the question is closed: what it was about has changed', now);
