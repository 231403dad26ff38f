import { row, selectRow, wrapText } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { close, type DialogKind, stay } from './dialog.ts';
import { nameRows, typedName } from './typed-name.ts';

type Choose = Extract<Dialog, { kind: 'blockers' }>;
type Name = Extract<Dialog, { kind: 'end-session' }>;

const NOTHING = { ...close, notice: 'no session was ended' };
const MOVES: Record<string, number> = { up: -1, k: -1, down: 1, j: 1 };

/** Which of those that others wait for. They are as they were when it was opened: a list that moves decides nothing. */
export const blockersDialog: DialogKind<Choose> = {
  view: ({ found, at }, { page }, width) => ({
    title: 'End which session?',
    tone: 'bad',
    rows: found.map(({ line }, n) => (n === at ? selectRow(row(line), width) : row(line))),
    answers: 'j k: move   Enter: go on, asks for the name   n, Esc: no',
    top: Math.max(0, at + 2 - page),
  }),
  answer: (dialog, stroke) => {
    const { found, at } = dialog;
    if (stroke === 'n' || stroke === 'escape' || stroke === 'q') return NOTHING;
    const by = MOVES[stroke];
    if (by !== undefined) return stay({ ...dialog, at: Math.max(0, Math.min(found.length - 1, at + by)) });
    const blocker = found[at];
    return stroke === 'enter' && blocker !== undefined
      ? stay({ kind: 'end-session', blocker, text: '', wrong: false })
      : stay(dialog);
  },
};

/** The database's name, typed in full. Enter alone is a no; pasting is not typing. */
export const endSessionDialog: DialogKind<Name> = {
  view: (dialog, { state }, width) => {
    const { blocker } = dialog;
    const lead = `${blocker.line}. Its transaction is rolled back and its connection closed: whoever works there loses what was not committed. Type the name of the database in full, then press Enter.`;
    return {
      title: `END the session ${blocker.who}?`,
      tone: 'bad',
      rows: [...wrapText(lead, width).map((line) => row(line)), ...nameRows(dialog, state, 'nothing was ended')],
      answers: 'Enter: end it, if the name is right   Esc: no',
      top: 0,
    };
  },
  ...typedName<Name>({
    no: NOTHING,
    yes: ({ blocker: { pid, backendStart, who }, text: confirm }) => ({
      dialog: null,
      effects: [
        { type: 'send', command: { type: 'end-session', pid, backendStart, who, confirm }, what: `end ${who}` },
      ],
    }),
  }),
};
