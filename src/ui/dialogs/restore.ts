import type { NamedBackup, RunState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { plural } from '../model/format.ts';
import { type Row, row, wrapText } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { isActive } from '../model/words.ts';
import { close, type DialogKind } from './dialog.ts';
import { nameRows, typedName } from './typed-name.ts';

type Restore = Extract<Dialog, { kind: 'restore' }>;

const NONE =
  'This run names no backup to go back to. One is taken with "indexdeck backup --output PATH", before a deployment, and named with "indexdeck deploy --backup PATH_OR_ID". Any archive of pg_dump is restored with "indexdeck restore --backup PATH".';

const ahead = (state: RunState, { id, path, takenAt }: NamedBackup): string[] => {
  const { host, database } = state.database;
  const active = state.steps.filter(isActive).length;
  const run =
    state.phase === 'finished'
      ? 'The run has ended.'
      : `The run is aborted: ${active === 0 ? 'nothing runs right now' : `${plural(active, 'running step')} will be cancelled`}, leftovers are dropped.`;
  return [
    `Back to the backup ${plainText(id ?? path)}, as of ${takenAt ?? 'an unknown time'}: whatever was written to ${plainText(host)}/${plainText(database)} since then is lost.`,
    `${run} The screen closes, and when the engine is gone "indexdeck restore" looks, says what it would do, and asks once more.`,
    'Type the name of the database in full, then press Enter.',
  ];
};

const backupOf = (state: RunState | null): NamedBackup | null => state?.options.backup ?? null;

const NAME = typedName<Restore>({
  no: close,
  yes: () => ({ dialog: null, effects: [{ type: 'exit', exit: { how: 'restore' } }] }),
});

/** Back to the backup: the database's name, typed in full. Enter alone is a no; pasting is not typing. */
export const restoreDialog: DialogKind<Restore> = {
  view: (dialog, { state }, width) => {
    const backup = backupOf(state);
    const lines = (texts: readonly string[]): Row[] =>
      texts.flatMap((each) => wrapText(each, width)).map((line) => row(line));
    if (state === null || backup === null)
      return { title: 'No backup is named', tone: 'warn', rows: lines([NONE]), answers: 'any key: back', top: 0 };
    return {
      title: 'RESTORE the database from its backup?',
      tone: 'bad',
      rows: [...lines(ahead(state, backup)), ...nameRows(dialog, state, 'nothing was done')],
      answers: 'Enter: go on to the restore, if the name is right   Esc: no',
      top: 0,
    };
  },
  answer: (dialog, stroke, context) =>
    backupOf(context.state) === null ? close : NAME.answer(dialog, stroke, context),
  text: NAME.text,
};
