import type { Question } from '../../run/index.ts';
import type { Dialog } from '../model/ui-state.ts';
import { abortDialog, interruptDialog, quitDialog } from './abort.ts';
import type { DialogKind } from './dialog.ts';
import { blockersDialog, endSessionDialog } from './end-session.ts';
import { confirmDialog, leftoversDialog } from './go.ts';
import { setDialog, takeOverDialog } from './operate.ts';
import { restoreDialog } from './restore.ts';
import { rollbackDialog, rollbackNameDialog } from './rollback.ts';
import { cancelDialog, skipDialog } from './steps.ts';
import { detailsDialog, filterDialog, helpDialog } from './texts.ts';

const KINDS: { [K in Dialog['kind']]: DialogKind<Extract<Dialog, { kind: K }>> } = {
  help: helpDialog,
  details: detailsDialog,
  abort: abortDialog,
  quit: quitDialog,
  interrupt: interruptDialog,
  skip: skipDialog,
  'cancel-build': cancelDialog,
  leftovers: leftoversDialog,
  confirm: confirmDialog,
  rollback: rollbackDialog,
  'rollback-name': rollbackNameDialog,
  restore: restoreDialog,
  'take-over': takeOverDialog,
  blockers: blockersDialog,
  'end-session': endSessionDialog,
  set: setDialog,
  filter: filterDialog,
};

/** The rules of a dialog's kind. The table above makes sure that they are the right ones. */
export const kindOf = (dialog: Dialog): DialogKind<Dialog> => KINDS[dialog.kind] as unknown as DialogKind<Dialog>;

/** True for a dialog into which text is typed. */
export const isField = (dialog: Dialog | null): boolean =>
  dialog !== null && ['confirm', 'rollback-name', 'restore', 'set', 'end-session', 'filter'].includes(dialog.kind);

const QUESTIONS: Partial<Record<Dialog['kind'], Question>> = {
  abort: 'abort',
  quit: 'leave',
  interrupt: 'leave',
  skip: 'skip',
  'cancel-build': 'cancel-build',
  leftovers: 'go',
  confirm: 'go',
  rollback: 'rollback',
  'rollback-name': 'rollback',
  restore: 'restore',
  'take-over': 'take-over',
  blockers: 'end-session',
  'end-session': 'end-session',
};

/** What the operator is being asked, for everybody who watches; null: nothing that concerns them. */
export const questionOf = (dialog: Dialog | null): Question | null =>
  dialog === null ? null : (QUESTIONS[dialog.kind] ?? null);
