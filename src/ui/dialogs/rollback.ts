import {
  describeSurveyed,
  droppable,
  isUsed,
  type RunState,
  rebuildable,
  rollbackSum,
  rollbackWarnings,
  type SurveyedIndex,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { type Row, row, seg, selectRow, textWidth, wrapText } from '../model/row.ts';
import type { Dialog } from '../model/ui-state.ts';
import { close, type DialogContext, type DialogKind, stay } from './dialog.ts';
import { nameRows, typedName } from './typed-name.ts';

type Choose = Extract<Dialog, { kind: 'rollback' }>;
type Name = Extract<Dialog, { kind: 'rollback-name' }>;

/** A line to choose from: a section with what is in it, or one index. */
type Line = { title: string; indexes: SurveyedIndex[] } | { index: SurveyedIndex };

const LIVING = ['surveyed', 'running', 'verifying'];

const linesOf = (state: RunState): Line[] =>
  state.sections.flatMap(({ title }, at): Line[] => {
    const indexes = (state.survey?.indexes ?? []).filter(({ step }) => state.steps[step]?.section === at);
    if (indexes.length === 0) return [];
    return [{ title: `${at + 1} ${title}`, indexes }, ...indexes.map((index) => ({ index }))];
  });

/** A rollback has something to do about it: drops it, or builds it again. */
const isUndone = (index: SurveyedIndex): boolean => droppable(index) || rebuildable(index);

const oidsOf = (line: Line | undefined): number[] => {
  if (line === undefined) return [];
  return ('index' in line ? [line.index] : line.indexes).filter(isUndone).map(({ oid }) => oid);
};

const chosen = (state: RunState, off: readonly number[]): SurveyedIndex[] =>
  (state.survey?.indexes ?? []).filter((index) => isUndone(index) && !off.includes(index.oid));

/** Out when all of it is in, else in. */
const toggled = (off: readonly number[], oids: readonly number[]): number[] => {
  const allIn = oids.every((oid) => !off.includes(oid));
  return allIn ? [...off, ...oids] : off.filter((oid) => !oids.includes(oid));
};

const box = (oids: readonly number[], off: readonly number[]): string => {
  const out = oids.filter((oid) => off.includes(oid)).length;
  if (oids.length === 0) return '[-]';
  return out === 0 ? '[x]' : out === oids.length ? '[ ]' : '[~]';
};

/** Columns before a name. */
const LEAD = 6;

/** In as many rows as it takes: how an index is dropped, and what is lost with it, must not be cut off. */
const lineRows = (state: RunState, line: Line, off: readonly number[], now: number, width: number): Row[] => {
  const mark = box(oidsOf(line), off);
  if (!('index' in line)) return [row(seg(`${mark} ${plainText(line.title)}`, 'strong'))];
  const { index } = line;
  const tone = index.kept !== null ? 'dim' : isUsed(index) ? 'warn' : 'plain';
  const name = `${plainText(index.name)}  `;
  const text = describeSurveyed(state, index, now);
  const [first = ''] = wrapText(text, Math.max(8, width - LEAD - textWidth(name)));
  const more = wrapText(text.slice(first.length).trimStart(), Math.max(8, width - LEAD - 2));
  return [
    row(`  ${mark} `, seg(name, 'strong'), seg(first, tone)),
    ...more.filter((each) => each !== '').map((each) => row(' '.repeat(LEAD + 2), seg(each, tone))),
  ];
};

const where = ({ database: { host, port, database } }: RunState): string => plainText(`${host}:${port}/${database}`);

const MOVES: Record<string, number> = { up: -1, k: -1, down: 1, j: 1 };

/** Nothing has been dropped yet, and nobody else has begun to. */
const stands = (_dialog: Dialog, { state }: DialogContext): boolean => state !== null && LIVING.includes(state.phase);

/** What a rollback would drop, by section and by hand. The run goes on beneath the question. */
export const rollbackDialog: DialogKind<Choose> = {
  view: ({ off, at, now }, { state, page }, width) => {
    const title = `Drop what this run made, from ${state === null ? '' : where(state)}?`;
    const answers = 'Space: in or out   j k: move   Enter: go on, asks for the name   n, Esc: no';
    if (state === null || state.survey === null)
      return { title, tone: 'bad', rows: [row('Looking at what is there, and at how it is used…')], answers, top: 0 };
    const lines = linesOf(state);
    const picked = chosen(state, off);
    const drawn = lines.map((line, n) => {
      const [first = row(''), ...more] = lineRows(state, line, off, now, width);
      return n === at ? [selectRow(first, width), ...more] : [first, ...more];
    });
    const before = drawn.slice(0, at).flat().length;
    const warnings = rollbackWarnings(state, state.survey).flatMap((text) => wrapText(text, width).map((t) => row(t)));
    const head = wrapText(`Chosen: ${rollbackSum(picked)}.`, width).map((text) => row(seg(text, 'bad')));
    // The line under the cursor is kept in sight; beyond the last one the warnings follow.
    const end = before + (drawn[at]?.length ?? 0);
    const top = at < lines.length ? Math.max(0, Math.min(before, end + 1 - Math.max(1, page - 2))) : before;
    return { title, tone: 'bad', rows: [...head, ...drawn.flat(), row(''), ...warnings], answers, top };
  },
  answer: (dialog, stroke, { state }) => {
    if (stroke === 'n' || stroke === 'escape' || stroke === 'q') return { ...close, notice: 'nothing was dropped' };
    if (state === null || state.survey === null) return stay(dialog);
    const lines = linesOf(state);
    const by = MOVES[stroke];
    if (by !== undefined) return stay({ ...dialog, at: Math.max(0, Math.min(lines.length, dialog.at + by)) });
    if (stroke === 'space') return stay({ ...dialog, off: toggled(dialog.off, oidsOf(lines[dialog.at])) });
    if (stroke !== 'enter') return stay(dialog);
    const oids = chosen(state, dialog.off).map(({ oid }) => oid);
    if (oids.length === 0 && state.survey.unfinished.length === 0)
      return { ...stay(dialog), notice: 'nothing is chosen' };
    return stay({ kind: 'rollback-name', oids, all: dialog.off.length === 0, text: '', wrong: false });
  },
  stands,
};

/** The database's name, typed in full. Enter alone is a no; pasting is not typing. */
export const rollbackNameDialog: DialogKind<Name> = {
  view: (dialog, { state }, width) => {
    const { oids } = dialog;
    const indexes = (state?.survey?.indexes ?? []).filter(({ oid }) => oids.includes(oid));
    const lead = `${rollbackSum(indexes)} will be dropped from ${state === null ? '' : where(state)}. This cannot be undone: they have to be built again. Type the name of the database in full, then press Enter.`;
    return {
      title: 'ROLLBACK: type the name of the database',
      tone: 'bad',
      rows: [...wrapText(lead, width).map((line) => row(line)), ...nameRows(dialog, state, 'nothing was dropped')],
      answers: 'Enter: drop, if the name is right   Esc: no',
      top: 0,
    };
  },
  ...typedName<Name>({
    no: { ...close, notice: 'nothing was dropped' },
    yes: ({ oids, all, text: confirm }) => ({
      dialog: null,
      effects: [{ type: 'send', command: { type: 'roll-back', oids, all, confirm }, what: 'rollback' }],
    }),
  }),
  stands,
};
