import { CHANGES, handOf, readChange, Unreadable } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { row, seg, wrapText } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { close, type DialogKind, stay } from './dialog.ts';
import { edited, extended, fieldRow } from './typed-name.ts';

type Set = Extract<Dialog, { kind: 'set' }>;

/** The hand: one operates at a time, and it is taken by word. */
export const takeOverDialog: DialogKind<Extract<Dialog, { kind: 'take-over' }>> = {
  view: (_dialog, { state }, width) => {
    const hand = state === null ? null : handOf(state);
    const name = hand === null ? 'Nobody' : plainText(hand.name);
    return {
      title: 'Take over this run?',
      tone: 'warn',
      rows: wrapText(
        `${name} operates it now. That screen stays, may pause and abort, and can take over again. Both screens show it, and it is on record.`,
        width,
      ).map((text) => row(text)),
      answers: 'y: take over   any other key: no',
      top: 0,
    };
  },
  answer: (_dialog, stroke) =>
    stroke === 'y'
      ? { dialog: null, effects: [{ type: 'send', command: { type: 'take-over' }, what: 'take over' }] }
      : close,
  stands: (_dialog, { role }) => role === 'standby',
};

/** A change of gates, jobs or delay, typed as on the command line. */
export const setDialog: DialogKind<Set> = {
  view: ({ text, wrong }, _context, width) => ({
    title: 'Change',
    tone: 'strong',
    rows: [
      ...wrapText(`One of: ${CHANGES}, or pause=10m.`, width).map((line) => row(line)),
      fieldRow(text),
      ...(wrong === null ? [] : wrapText(wrong, width).map((line) => row(seg(line, 'bad')))),
    ],
    answers: 'Enter: change it   Esc: no',
    top: 0,
  }),
  answer: (dialog, stroke, { state }) => {
    if (state === null || stroke === 'escape') return close;
    if (stroke === 'enter') {
      if (dialog.text.trim() === '') return close;
      try {
        const command = readChange(dialog.text, state);
        return { dialog: null, effects: [{ type: 'send', command, what: dialog.text.trim() }] };
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        return stay({ ...dialog, wrong: error.message });
      }
    }
    const text = edited(dialog.text, stroke);
    return stay(text === null ? dialog : { ...dialog, text, wrong: null });
  },
  text: (dialog, text) => stay({ ...dialog, text: extended(dialog.text, text), wrong: null }),
};
