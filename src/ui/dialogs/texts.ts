import { plainText } from '../../run/plain-text.ts';
import { bindingsFor } from '../keymap.ts';
import { padEnd, row, seg, wrapText } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { close, type DialogKind, scrolled, stay } from './dialog.ts';

const SCROLL = 'j k PgUp PgDn: scroll   Esc, q: back';

/** Every key that is there for this role in this state, made from the keymap itself. */
export const helpDialog: DialogKind<Extract<Dialog, { kind: 'help' }>> = {
  view: ({ top }, { state, role }, width) => {
    const bindings = bindingsFor(state?.phase ?? null, role);
    const lines = (changes: boolean) =>
      bindings
        .filter((binding) => binding.changes === changes)
        .flatMap(({ label, help }) =>
          wrapText(help, Math.max(10, width - 12)).map((text, at) =>
            row(seg(padEnd(at === 0 ? ` ${label}` : '', 11), 'key'), text),
          ),
        );
    const acting = lines(true);
    return {
      title: 'Keys',
      tone: 'title',
      rows: [
        ...(acting.length === 0 ? [] : [row(seg('These act on the run', 'strong')), ...acting]),
        row(seg('These only look', 'strong')),
        ...lines(false),
      ],
      answers: SCROLL,
      top,
    };
  },
  answer: (dialog, stroke, { page }) => {
    const top = scrolled(dialog.top, stroke, page);
    if (top !== null) return stay({ ...dialog, top });
    return stroke === 'escape' || stroke === 'q' || stroke === '?' || stroke === 'enter' ? close : stay(dialog);
  },
};

/** All that is known about one line, as it was when it was opened. */
export const detailsDialog: DialogKind<Extract<Dialog, { kind: 'details' }>> = {
  view: ({ title, lines, top }, _context, width) => ({
    title,
    tone: 'title',
    rows: lines.flatMap((line) => {
      const indent = /^ */.exec(line)?.[0] ?? '';
      return wrapText(line.trimStart(), Math.max(10, width - indent.length)).map((text) => row(`${indent}${text}`));
    }),
    answers: `y c: copy   ${SCROLL}`,
    top,
  }),
  answer: (dialog, stroke, { page }) => {
    const top = scrolled(dialog.top, stroke, page);
    if (top !== null) return stay({ ...dialog, top });
    if (stroke === 'y' || stroke === 'c') return { dialog, effects: [{ type: 'copy', text: dialog.lines.join('\n') }] };
    return stroke === 'escape' || stroke === 'q' || stroke === 'enter' ? close : stay(dialog);
  },
};

/** The words that the log's lines must have; drawn in the last row, while the log shows what it comes to. */
export const filterDialog: DialogKind<Extract<Dialog, { kind: 'filter' }>> = {
  view: ({ text }) => ({
    title: 'Filter',
    tone: 'strong',
    rows: [row(seg(' / ', 'key'), seg(plainText(text), 'strong'), seg('_', 'dim'))],
    answers: 'Enter: keep   Esc: no filter',
    top: 0,
  }),
  answer: (dialog, stroke) => {
    const text = (next: string) => stay({ ...dialog, text: next.slice(0, 100) });
    if (stroke === 'enter' || stroke === 'escape') return close;
    if (stroke === 'backspace') return text([...dialog.text].slice(0, -1).join(''));
    if (stroke === 'ctrl-u') return text('');
    if (stroke === 'space') return text(`${dialog.text} `);
    return [...stroke].length === 1 ? text(dialog.text + stroke) : stay(dialog);
  },
  text: (dialog, text) => stay({ ...dialog, text: (dialog.text + plainText(text).trim()).slice(0, 100) }),
};
