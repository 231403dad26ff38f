import type { Dialog } from '../model/ui-state.ts';
import { abortDialog, interruptDialog, quitDialog } from './abort.ts';
import type { DialogKind } from './dialog.ts';
import { confirmDialog, leftoversDialog } from './go.ts';
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
  filter: filterDialog,
};

/** The rules of a dialog's kind. The table above makes sure that they are the right ones. */
export const kindOf = (dialog: Dialog): DialogKind<Dialog> => KINDS[dialog.kind] as unknown as DialogKind<Dialog>;

/** True for a dialog into which text is typed. */
export const isField = (dialog: Dialog | null): boolean =>
  dialog !== null && ['confirm', 'rollback-name', 'restore', 'filter'].includes(dialog.kind);
