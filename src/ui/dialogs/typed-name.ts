import type { RunState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import type { Stroke } from '../keymap.ts';
import { type Row, row, seg } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { type DialogAnswer, type DialogKind, stay } from './dialog.ts';

const LONGEST = 200;

/** The text of a field after a key; null when the key does nothing to it. */
export const edited = (text: string, stroke: Stroke): string | null => {
  if (stroke === 'backspace') return [...text].slice(0, -1).join('');
  if (stroke === 'ctrl-u') return '';
  const more = stroke === 'space' ? ' ' : [...stroke].length === 1 ? stroke : null;
  return more === null ? null : (text + more).slice(0, LONGEST);
};

/** The text of a field after several characters at once. */
export const extended = (text: string, more: string): string =>
  (text + plainText(more.replace(/[\r\n]/g, ''))).slice(0, LONGEST);

/** What is typed, as a row. */
export const fieldRow = (text: string): Row => row(seg('> ', 'key'), seg(plainText(text), 'strong'), seg('_', 'dim'));

type Named = Extract<Dialog, { text: string; wrong: boolean }>;

/** The field and, after a wrong name, that nothing came of it. `nothing`: such as `nothing was started`. */
export const nameRows = ({ text, wrong }: Named, state: RunState | null, nothing: string): Row[] => {
  const name = plainText(state?.database.database ?? '');
  return [
    fieldRow(text),
    ...(wrong ? [row(seg(`That is not the name: ${nothing}. The name is ${name}.`, 'bad'))] : []),
  ];
};

/**
 * The rules of a dialog that is answered by the database's name, typed in full: Enter alone is a no, and pasting is not typing.
 * `no`: what Escape comes to. `yes`: what the right name comes to.
 */
export const typedName = <D extends Named>({
  no,
  yes,
}: {
  no: DialogAnswer;
  yes(dialog: D, state: RunState): DialogAnswer;
}): Required<Pick<DialogKind<D>, 'answer' | 'text'>> => ({
  answer: (dialog, stroke, { state }) => {
    if (state === null || stroke === 'escape') return no;
    if (stroke === 'enter')
      return dialog.text === state.database.database ? yes(dialog, state) : stay({ ...dialog, text: '', wrong: true });
    const text = edited(dialog.text, stroke);
    if (text === null) return stay(dialog);
    // What was wrong is said until something else is typed.
    return stay({ ...dialog, text, wrong: text === '' ? dialog.wrong : false });
  },
  text: (dialog, text, pasted) =>
    pasted
      ? { ...stay(dialog), notice: 'type the name, do not paste it' }
      : stay({ ...dialog, text: extended(dialog.text, text), wrong: false }),
});
