import type { RunState } from '../../run/index.ts';
import type { Stroke } from '../keymap.ts';
import type { Role } from '../model/header.ts';
import type { Row, Tone } from '../model/row.ts';
import type { Dialog, Effect } from '../model/ui-state.ts';

export interface DialogContext {
  /** The state as it is now, also while the display is frozen. */
  state: RunState | null;
  role: Role;
  /** The number of the newest preflight's event. */
  preflight: number;
  /** Rows that a long text has. */
  page: number;
}

/** What a dialog shows. */
export interface DialogView {
  title: string;
  tone: Tone;
  rows: Row[];
  /** What can be pressed, in one line: it is there however small the screen is. */
  answers: string;
  /** First visible row of a text that scrolls. */
  top: number;
}

/** What a key does to a dialog. `dialog` null closes it. */
export interface DialogAnswer {
  dialog: Dialog | null;
  effects: Effect[];
  /** Said to who asked. */
  notice?: string;
}

/** One kind of dialog. All pure. */
export interface DialogKind<D extends Dialog> {
  view(dialog: D, context: DialogContext, width: number): DialogView;
  answer(dialog: D, stroke: Stroke, context: DialogContext): DialogAnswer;
  /** What several characters at once do; absent: nothing. Pasted text comes as such, too, and is marked. */
  text?(dialog: D, text: string, pasted: boolean): DialogAnswer;
  /** False as soon as the question has lost its object: it is closed and that is said. */
  stands?(dialog: D, context: DialogContext): boolean;
}

export const close: DialogAnswer = { dialog: null, effects: [] };

export const stay = (dialog: Dialog): DialogAnswer => ({ dialog, effects: [] });

/** Where a scrolled text begins after a key; null when the key does not scroll. */
export const scrolled = (top: number, stroke: Stroke, page: number): number | null => {
  const by: Record<string, number> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    'page-up': -page,
    'page-down': page,
    g: -Number.MAX_SAFE_INTEGER,
    home: -Number.MAX_SAFE_INTEGER,
    G: Number.MAX_SAFE_INTEGER,
    end: Number.MAX_SAFE_INTEGER,
  };
  const step = by[stroke];
  return step === undefined ? null : Math.max(0, top + step);
};
