import {
  type Finding,
  type Level,
  preflightSummary,
  type RunState,
  sideBySideLines,
  summaryHead,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { SYMBOL } from '../theme.ts';
import { type CheckItem, checkedItem, checkItems } from './checklist.ts';
import { age, plural, since, timeOfDay } from './format.ts';
import { windowTop } from './progress.ts';
import { cut, fitRow, padEnd, type Row, row, seg, selectRow, spread, type Tone, textWidth, wrapText } from './row.ts';

export interface ChecklistInput {
  state: RunState;
  now: number;
  /** When preflight was looked at last, ISO; null while that is not known. */
  looked: string | null;
  /** The key of the item that somebody moved the cursor to. */
  cursor: string | null;
  focused: boolean;
}

/** The rows that are seen, and how many are above and below. */
export interface Window {
  rows: Row[];
  above: number;
  below: number;
}

interface Line {
  row: Row;
  item: CheckItem | null;
}

const GROUPS: Record<Level, { title: string; symbol: string; tone: Tone }> = {
  blocks: { title: 'BLOCKS: nothing can be built before this is dealt with', symbol: SYMBOL.failed, tone: 'bad' },
  warning: { title: 'WARNING: it can go on, but look at this first', symbol: SYMBOL.alarm, tone: 'warn' },
  note: { title: 'NOTE', symbol: SYMBOL.skipped, tone: 'info' },
  ok: { title: 'OK', symbol: SYMBOL.done, tone: 'ok' },
};

const WIDEST_CODE = 22;

const indented = (text: string, lead: string, width: number, tone: Tone): Row[] =>
  wrapText(text, Math.max(8, width - textWidth(lead))).map((line, at) =>
    row(seg(at === 0 ? lead : ' '.repeat(textWidth(lead))), seg(line, tone)),
  );

const newestLook = ({ state, looked }: ChecklistInput): string | null => {
  const { toldAt } = state.checklist;
  if (looked === null || toldAt === null) return looked ?? toldAt;
  return looked > toldAt ? looked : toldAt;
};

/** When it was looked at last: what is below is of then. */
const lookedRow = (input: ChecklistInput): Row => {
  const { state, now } = input;
  const { failed } = state.checklist;
  if (state.phase === 'preflight')
    return row(seg(` ${SYMBOL.working} looking at the server, the tables and what stands there already`, 'info'));
  const at = newestLook(input);
  if (at === null) return row(seg(' not looked at yet', 'warn'));
  if (failed !== null)
    return row(seg(` ${SYMBOL.alarm} not seen since ${timeOfDay(at)} UTC: ${plainText(failed.error.message)}`, 'warn'));
  const again = state.phase === 'ready' || state.phase === 'blocked' ? '; it is looked at again by itself' : '';
  return row(seg(` looked at ${age(since(at, now) / 1000)} ago${again}`, 'dim'));
};

/** What will be built, how long and how large, in a few rows. */
const headRows = (input: ChecklistInput, width: number): Row[] => {
  const { state } = input;
  const { plan, preflight, jobs, steps } = state;
  const files = plan.files.map(plainText).join(', ');
  const findings = preflight?.findings ?? plan.findings;
  const again = state.resumedAt === null ? {} : { steps };
  const summary = preflightSummary({ plan, preflight, findings, jobs, ...again });
  const { blocks, warning, waived, note, ok } = summary.findings;
  const counts = [
    `${blocks} blocking`,
    plural(warning, 'warning'),
    ...(waived > 0 ? [`${waived} waived`] : []),
    plural(note, 'note'),
    `${ok} in order`,
  ].join(', ');
  const told = state.purpose === 'rollback' ? [] : summaryHead(summary);
  return [
    row(seg(` ${files}`, 'strong')),
    ...told.map(({ word, text }) => row(seg(` ${word.padEnd(7)}`, 'dim'), text)),
    row(seg(' finds  ', 'dim'), seg(counts, blocks > 0 ? 'bad' : warning > 0 ? 'warn' : 'ok')),
    lookedRow(input),
  ].map((line) => fitRow(line, width));
};

const marks = ({ mark, at }: CheckItem, now: number): Row => {
  if (mark === 'cleared' && at !== null) return row(seg(`cleared ${age(since(at, now) / 1000)} ago`, 'ok'));
  if (mark === 'new' && at !== null) return row(seg(`NEW ${age(since(at, now) / 1000)} ago`, 'strong'));
  return mark === 'waived' ? row(seg('WAIVED', 'strong')) : [];
};

const itemRow = (item: CheckItem, codeWidth: number, now: number, width: number): Row => {
  const { finding, group, mark } = item;
  const { symbol, tone } = mark === 'cleared' ? { symbol: SYMBOL.done, tone: 'ok' as const } : GROUPS[group];
  const code = padEnd(cut(plainText(finding.code), codeWidth), codeWidth);
  return spread(
    row(seg(` ${symbol} ${code} `, tone), seg(plainText(finding.what), mark === 'cleared' ? 'dim' : 'plain')),
    marks(item, now),
    width,
  );
};

/** Definitions side by side, and values of the data. */
const shown = ({ compare, examples = [] }: Finding, width: number): Row[] => [
  ...(compare === undefined ? [] : sideBySideLines(compare, width - 5)).map(({ text, caret }) =>
    row(seg('     '), seg(plainText(text), caret ? 'warn' : 'plain')),
  ),
  ...examples.flatMap((example) => indented(plainText(example), '     ', width, 'plain')),
];

/** Why and what to do, under the item that the cursor is on. */
const unfolded = ({ finding, mark }: CheckItem, room: number, width: number): Row[] =>
  mark === 'cleared'
    ? []
    : [
        ...(textWidth(plainText(finding.what)) <= room
          ? []
          : indented(plainText(finding.what), '     ', width, 'plain')),
        ...shown(finding, width),
        ...(finding.why === '' ? [] : indented(plainText(finding.why), '     why: ', width, 'dim')),
        ...(finding.advice === '' ? [] : indented(plainText(finding.advice), '     do:  ', width, 'plain')),
      ];

const groupTitle = (items: readonly CheckItem[], level: Level): Row => {
  const { title, tone } = GROUPS[level];
  const cleared = items.filter(({ mark }) => mark === 'cleared').length;
  const open = items.length - cleared;
  const count = cleared === 0 ? `${open}` : `${open}, ${cleared} cleared`;
  return row(seg(` ${title} (${count})`, open === 0 ? 'ok' : tone));
};

const errorRows = (state: RunState, width: number): Row[] => {
  if (state.preflightError === null) return [];
  const { error, advice } = state.preflightError;
  return [
    ...indented(`preflight could not look: ${plainText(error.message)}`, ` ${SYMBOL.failed} `, width, 'bad'),
    ...(error.detail === null ? [] : indented(plainText(error.detail), '     ', width, 'plain')),
    ...indented(plainText(advice), '     do:  ', width, 'plain'),
  ];
};

const allLines = (input: ChecklistInput, items: readonly CheckItem[], width: number, isLow: boolean): Line[] => {
  const { state, now, cursor, focused } = input;
  const on = checkedItem(items, cursor);
  const codeWidth = Math.min(
    WIDEST_CODE,
    Math.max(8, ...items.map(({ finding }) => textWidth(plainText(finding.code)))),
    Math.max(8, Math.floor(width / 3)),
  );
  const groups = (['blocks', 'warning', 'note', 'ok'] as const).flatMap((level): Line[] => {
    const within = items.filter(({ group }) => group === level);
    if (within.length === 0) return [];
    const lines = within.flatMap((item): Line[] => {
      const drawn = itemRow(item, codeWidth, now, width);
      const isOn = item.key === on?.key;
      const first = { row: isOn && focused && cursor !== null ? selectRow(drawn, width) : drawn, item };
      const more = isOn && !isLow ? unfolded(item, width - codeWidth - 4, width) : [];
      return [first, ...more.map((line) => ({ row: line, item: null }))];
    });
    return [{ row: groupTitle(within, level), item: null }, ...lines];
  });
  const plain = (rows: readonly Row[]): Line[] => rows.map((line) => ({ row: line, item: null }));
  const settings = state.purpose === 'deploy' ? (state.preflight?.settings ?? []) : [];
  return [
    ...plain(headRows(input, width)),
    ...plain(errorRows(state, width)),
    ...(state.preflightError === null ? groups : []),
    ...plain(
      settings.flatMap(({ name, value, why }) =>
        indented(`${plainText(name)} = ${plainText(value)}: ${plainText(why)}`, ' set ', width, 'dim'),
      ),
    ),
  ];
};

/** Lower than this the item under the cursor is not unfolded: Enter shows it whole. */
const LOW = 8;

/** The checklist before the go, with the item that the cursor is on in sight. */
export const checklistRows = (input: ChecklistInput, width: number, height: number): Window => {
  const items = checkItems(input.state, input.now);
  const lines = allLines(input, items, width, height < LOW);
  const on = checkedItem(items, input.cursor);
  const at = lines.findIndex(({ item }) => item !== null && item.key === on?.key);
  const isLast = items.length > 0 && on === items.at(-1);
  // Until somebody moves it, it is read from its beginning; behind the last item come the settings.
  const top = input.cursor === null ? 0 : windowTop(isLast ? lines.length : Math.max(0, at), lines.length, height);
  const rows = lines.slice(top, top + height).map((line) => fitRow(line.row, width));
  return { rows, above: top, below: Math.max(0, lines.length - top - rows.length) };
};
