import { countedText, partMark } from '../../run/index.ts';
import { plural } from '../model/format.ts';
import { row, wrapText } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { isActive } from '../model/words.ts';
import { close, type DialogKind, stay } from './dialog.ts';

const LIVING = ['preflight', 'ready', 'surveyed', 'blocked', 'running', 'verifying', 'rolling-back'];

/** Abort: quick, but never by one key alone. Building goes on beneath the question. */
export const abortDialog: DialogKind<Extract<Dialog, { kind: 'abort' }>> = {
  view: (_dialog, { state }, width) => {
    const active = state?.steps.filter(isActive).length ?? 0;
    const built = (state?.created ?? []).map(({ step }) => (state === null ? {} : partMark(state, step)));
    const back =
      'Nothing more is dropped. A drop that waits for somebody is stopped after a moment: its index stays, invalid, until another rollback ends it.';
    const what =
      state?.approvedAt == null
        ? 'The run ends here. Nothing was changed in the database.'
        : state.rollback !== null
          ? back
          : `${active === 0 ? 'Nothing runs right now' : `${plural(active, 'running step')} will be cancelled`}, leftovers are dropped, connections are closed. What is built stays: ${countedText(built)}.`;
    return {
      title: 'Abort this run?',
      tone: 'bad',
      rows: wrapText(what, width).map((text) => row(text)),
      answers: 'A or y: abort   n, Esc, any other key: no',
      top: 0,
    };
  },
  answer: (_dialog, stroke) =>
    stroke === 'A' || stroke === 'y'
      ? { dialog: null, effects: [{ type: 'send', command: { type: 'abort' }, what: 'abort' }] }
      : { ...close, notice: 'not aborted: the run goes on' },
  stands: (_dialog, { state }) => state !== null && LIVING.includes(state.phase),
};

/** Detach: harmless, and still asked once, since q is pressed in a hurry. */
export const quitDialog: DialogKind<Extract<Dialog, { kind: 'quit' }>> = {
  view: (_dialog, { state, role }, width) => ({
    title: 'Leave the screen?',
    tone: 'strong',
    rows: wrapText(
      role !== 'operator'
        ? 'Nothing changes for the run or for the operator.'
        : `The engine goes on without it. Come back with: indexdeck attach ${state?.run ?? ''}`,
      width,
    ).map((text) => row(text)),
    answers: 'q again: detach   any other key: stay',
    top: 0,
  }),
  answer: (_dialog, stroke) =>
    stroke === 'q' ? { dialog: null, effects: [{ type: 'exit', exit: { how: 'detached' } }] } : close,
};

/** Ctrl-C never kills by surprise: it asks what was meant. */
export const interruptDialog: DialogKind<Extract<Dialog, { kind: 'interrupt' }>> = {
  view: (_dialog, { state, role }, width) => {
    const begun = state !== null && state.approvedAt !== null;
    const leave =
      begun || role !== 'operator' ? 'd  detach: leave the screen, the run goes on' : 'd  leave: nothing is built';
    return {
      title: 'Ctrl-C: what do you want?',
      tone: 'strong',
      rows: [
        row(leave),
        ...(role === 'observer' || state?.phase === 'aborting'
          ? []
          : [row('A  abort: cancel what runs and clean up (asks)')]),
        ...wrapText('s  stay', width).map((text) => row(text)),
      ],
      answers: role === 'observer' ? 'd detach   s, Esc stay' : 'd detach   A abort   s, Esc stay',
      top: 0,
    };
  },
  answer: (dialog, stroke, { state, role }) => {
    if (stroke === 'd') {
      const begun = role !== 'operator' || (state !== null && state.approvedAt !== null);
      return { dialog: null, effects: [{ type: 'exit', exit: { how: begun ? 'detached' : 'declined' } }] };
    }
    if (stroke === 'A' && role !== 'observer' && state?.phase !== 'aborting') return stay({ kind: 'abort' });
    if (stroke === 's' || stroke === 'escape' || stroke === 'n') return close;
    return stay(dialog);
  },
  stands: (_dialog, { state }) => state?.phase !== 'finished',
};
