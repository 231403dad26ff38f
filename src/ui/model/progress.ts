import {
  type BuildProgress,
  bytesRange,
  estimateOf,
  gaveUp,
  isStuck,
  partsDone,
  partsOf,
  type RunState,
  type Sample,
  type SectionState,
  type StepState,
  shortTimeRange,
  stepEstimate,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { stepName } from '../../run/steps.ts';
import { SYMBOL } from '../theme.ts';
import { age, bytes, clockTime, since } from './format.ts';
import { backendDoes, backendName } from './people.ts';
import { cut, cutMiddle, fitRow, padEnd, padStart, type Row, row, seg, selectRow, textWidth } from './row.ts';
import { buildingWord, isActive, isTerminal, type Mark, phaseWords, stepMark } from './words.ts';

/** A line of the progress pane: a section, or a step of an unfolded one. */
export type ProgressItem = { kind: 'section'; section: number } | { kind: 'step'; step: number };

/** Sections that were folded or unfolded by hand; the others are open while something in them goes on. */
export type Folds = Readonly<Record<number, boolean>>;

/** Those of a section that are to be seen: the parts of an index until it is whole. */
const stepsOf = (state: RunState, section: SectionState): StepState[] =>
  section.steps
    .map((id) => state.steps[id])
    .filter((step): step is StepState => step !== undefined && !step.gone)
    .filter(({ parent, status }) => {
      const whole = parent === null ? undefined : state.steps[parent];
      return whole === undefined || !isTerminal(whole) || status === 'dropping' || status === 'failed';
    });

/** Open by itself: under way, or with a failure that waits for a word. */
const opensItself = (state: RunState, section: SectionState): boolean =>
  (section.startedAt !== null && section.finishedAt === null) ||
  stepsOf(state, section).some((step) => isActive(step) || (step.status === 'failed' && state.phase !== 'finished'));

export const isOpen = (state: RunState, index: number, folds: Folds): boolean => {
  const section = state.sections[index];
  return folds[index] ?? (section !== undefined && opensItself(state, section));
};

/** All lines of the pane, in order. */
export const progressItems = (state: RunState, folds: Folds): ProgressItem[] =>
  state.sections.flatMap((section, index): ProgressItem[] => [
    { kind: 'section', section: index },
    ...(isOpen(state, index, folds)
      ? stepsOf(state, section).map(({ id }): ProgressItem => ({ kind: 'step', step: id }))
      : []),
  ]);

export const sameItem = (a: ProgressItem | null, b: ProgressItem | null): boolean =>
  a !== null &&
  b !== null &&
  a.kind === b.kind &&
  (a.kind === 'section' ? a.section : a.step) === (b.kind === 'section' ? b.section : b.step);

/** Where the eye should be when nobody moved the cursor: the first thing that goes on, else a section that has begun, else the next. */
export const naturalItem = (state: RunState, items: readonly ProgressItem[]): ProgressItem | null => {
  const active = items.find((item) => item.kind === 'step' && isActiveId(state, item.step));
  const unfinished = items.filter(
    (item) => item.kind === 'section' && state.sections[item.section]?.finishedAt === null,
  );
  const begun = unfinished.find((item) => item.kind === 'section' && state.sections[item.section]?.startedAt !== null);
  return active ?? begun ?? unfinished[0] ?? items.at(-1) ?? null;
};

const isActiveId = (state: RunState, id: number): boolean => {
  const step = state.steps[id];
  return step !== undefined && isActive(step);
};

const CLOCK = 8;

const took = (startedAt: string | null, finishedAt: string | null, now: number): string =>
  startedAt === null ? '' : clockTime(since(startedAt, finishedAt === null ? now : Date.parse(finishedAt)));

const bar = (done: number, total: number, width: number): string => {
  const full = total === 0 ? width : Math.floor((done / total) * width);
  return `[${SYMBOL.bar.repeat(full)}${SYMBOL.barLeft.repeat(width - full)}]`;
};

const sectionRow = (state: RunState, index: number, width: number, now: number): Row => {
  const section = state.sections[index];
  if (section === undefined) return [];
  const steps = stepsOf(state, section).filter(({ parent }) => parent === null);
  const done = steps.filter(isTerminal).length;
  const failed = steps.filter((step) => step.status === 'failed' || isStuck(state, step)).length;
  const finished = section.finishedAt !== null;
  const mark =
    finished && failed === 0
      ? SYMBOL.done
      : failed > 0
        ? SYMBOL.failed
        : section.startedAt === null
          ? ' '
          : SYMBOL.working;
  const tone = finished
    ? failed > 0
      ? 'bad'
      : 'ok'
    : failed > 0
      ? 'bad'
      : section.startedAt === null
        ? 'dim'
        : 'info';
  const counts = `${done}/${steps.length}`;
  const barWidth = width >= 70 && section.startedAt !== null && !finished ? Math.min(20, width - 60) : 0;
  const word = failed > 0 ? ` ${failed} FAILED` : '';
  const room = width - 3 - CLOCK - 2 - 8 - (barWidth > 0 ? barWidth + 3 : 0) - textWidth(word);
  const number = padStart(String(index + 1), String(state.sections.length).length);
  const title = cut(`${number} ${plainText(section.title)}`, room);
  return fitRow(
    row(
      seg(` ${mark} `, tone),
      seg(padEnd(title, room), section.startedAt === null ? 'dim' : 'strong'),
      seg(padStart(counts, 7)),
      seg(word, 'bad'),
      seg(barWidth > 0 ? ` ${bar(done, steps.length, barWidth)}` : '', 'info'),
      seg(padStart(took(section.startedAt, section.finishedAt, now), CLOCK + 2), 'dim'),
    ),
    width,
  );
};

/** What a build does right now: the phase in words, and a percentage or, in a wait, for whom. */
const liveText = (step: StepState, live: BuildProgress | undefined, wide: boolean): string => {
  const name = live?.phase ?? step.phase?.name ?? null;
  if (name === null)
    return live === undefined ? 'starting' : live.work === 'build' || live.work === 'rebuild' ? 'starting' : live.work;
  const no = live?.phase == null ? step.phase?.no : live.phaseNo;
  const of = live?.phase == null ? step.phase?.of : live.phases;
  const words = wide ? plainText(name) : phaseWords(name);
  const phase = no == null ? words : `phase ${no}/${of} ${words}`;
  if (live === undefined) return phase;
  if (!live.waiting)
    return live.percent === null ? phase : `${phase}  ${Math.max(0, Math.min(100, Math.floor(live.percent)))} %`;
  const [blocker] = live.blockers;
  if (blocker !== undefined) {
    const lead = wide ? phase : no == null ? 'waits' : `${no}/${of} waits`;
    return `${lead} on ${backendName(blocker)}, ${backendDoes(blocker)}`;
  }
  const total = live.lockersTotal ?? 0;
  const left = Math.max(0, total - (live.lockersDone ?? 0));
  return total > 0 ? `${phase}  ${left} of ${total} left` : phase;
};

/** How long it was expected to take, while it works and that is all there is to say. */
const expected = (state: RunState, step: StepState, live: BuildProgress | undefined): string => {
  const ms = live === undefined || live.waiting ? null : stepEstimate(state, step.id);
  return ms === null ? '' : `  of ${shortTimeRange(ms)}`;
};

/** The size that an index is expected to have, where there is room for it. */
const expectedSize = (state: RunState, step: StepState, wide: boolean): string => {
  const size = wide ? (estimateOf(state, step.id)?.bytes ?? null) : null;
  return size === null ? '' : `, ~${bytesRange(size)}`;
};

/** What an index that was rebuilt had come to. */
export const sizeBefore = ({ replaces }: StepState): string =>
  replaces?.bytes == null ? '' : ` (${bytes(replaces.bytes)} before)`;

const stepText = (
  state: RunState,
  step: StepState,
  live: BuildProgress | undefined,
  now: number,
  wide: boolean,
): string => {
  const { word } = stepMark(step, live);
  switch (step.status) {
    case 'building':
      if (step.lost || step.cancel !== null) return `${word}: ${liveText(step, live, wide)}`;
      return `${liveText(step, live, wide)}${expected(state, step, live)}`;
    case 'dropping':
      if (step.leftover?.why === 'rollback' || step.leftover?.why === 'planned')
        return `${word}: ${liveText(step, live, wide)}`;
      return `${word} what is left of it${live?.waiting ? ', waits' : ''}`;
    case 'queued':
      return step.retryAt === null
        ? `${word}${expectedSize(state, step, wide)}`
        : `${step.error !== null && gaveUp(step.step, step.error) ? 'lock busy: ' : ''}attempt ${step.attempt + 1} in ${age(Math.max(0, (Date.parse(step.retryAt) - now) / 1000))}`;
    case 'done':
    case 'equal':
      return step.bytes === null ? word : `${word}, ${bytes(step.bytes)}${sizeBefore(step)}`;
    case 'failed':
      return `${word}: ${plainText(step.error?.message ?? step.note ?? step.advice ?? 'no reason given')}`;
    case 'skipped':
      return step.note === null ? word : `${word}: ${plainText(step.note)}`;
    default:
      return word;
  }
};

/** A part says what it is for the index that it stands under; any other step has its own name. */
const rowName = ({ step, parent }: StepState): string => {
  if (parent === null) return plainText(stepName(step));
  if (step.kind === 'attach-partition') return `  attach ${plainText(step.partition.name)}`;
  const only = step.kind === 'create-index' && step.only ? ' (ON ONLY)' : '';
  return `  ${plainText(stepName(step))}${only}`;
};

/** An index of a partitioned table: how much of it is there, and whether the rest can still come. */
const wholeMark = (
  state: RunState,
  step: StepState,
  wide: boolean,
): { mark: Mark; text: string; active: boolean } | null => {
  const parts = partsOf(state, step.id);
  if (parts.length === 0 || step.status !== 'queued') return null;
  const { done, of } = partsDone(state, step.id);
  const active = parts.some(isActive);
  const text = `${done}/${of} parts${done === 0 ? expectedSize(state, step, wide) : ''}`;
  if (isStuck(state, step))
    return { mark: { symbol: SYMBOL.failed, word: 'FAILED', tone: 'bad' }, text: `lacks a part: ${text}`, active };
  const mark: Mark =
    active || done > 0 ? { symbol: SYMBOL.working, word: buildingWord(step), tone: 'info' } : stepMark(step, undefined);
  return { mark, text, active };
};

/** At the right edge: how long it took or has been at it; of one that waits for its turn, about how long it will take. */
const stepClock = (state: RunState, step: StepState, now: number): string => {
  if (step.status === 'skipped' || step.status === 'equal') return '';
  if (step.status !== 'queued') return took(step.startedAt, step.finishedAt, now);
  const ms = step.retryAt === null ? stepEstimate(state, step.id) : null;
  return ms === null ? '' : shortTimeRange(ms);
};

const stepRow = (
  state: RunState,
  step: StepState,
  live: BuildProgress | undefined,
  width: number,
  nameWidth: number,
  now: number,
): Row => {
  const room = width - 5 - nameWidth - 2 - CLOCK - 2;
  const whole = wholeMark(state, step, room >= 60);
  const mark = whole?.mark ?? stepMark(step, live);
  const text = whole?.text ?? stepText(state, step, live, now, room >= 60);
  const clock = stepClock(state, step, now);
  const active = whole?.active ?? isActive(step);
  return fitRow(
    row(
      seg(`   ${mark.symbol} `, mark.tone),
      seg(padEnd(cutMiddle(rowName(step), nameWidth), nameWidth), active ? 'plain' : 'dim'),
      '  ',
      seg(room < 4 ? '' : padEnd(cut(text, room), room), mark.tone),
      seg(padStart(clock, CLOCK + 1), 'dim'),
    ),
    width,
  );
};

/** Wide enough for the longest visible name, but never more than what is needed beside it. */
const nameWidthFor = (state: RunState, items: readonly ProgressItem[], width: number): number => {
  const longest = items
    .map((item) => (item.kind === 'step' ? state.steps[item.step] : undefined))
    .filter((step): step is StepState => step !== undefined)
    .reduce((most, step) => Math.max(most, textWidth(rowName(step))), 10);
  return Math.max(6, Math.min(longest, Math.floor((width - 17) * 0.53)));
};

/** First line of a window of `height` over `count` lines that keeps `at` in its middle. */
export const windowTop = (at: number, count: number, height: number): number =>
  Math.max(0, Math.min(at - Math.floor(height / 2), count - height));

export interface ProgressInput {
  state: RunState;
  sample: Sample | null;
  now: number;
  folds: Folds;
  /** Null: nobody moved it, it goes with what goes on. */
  cursor: ProgressItem | null;
  focused: boolean;
}

/** The visible rows of the progress pane, and how many lines are above and below. */
export const progressRows = (
  input: ProgressInput,
  width: number,
  height: number,
): { rows: Row[]; above: number; below: number } => {
  const { state, sample, now, folds, cursor, focused } = input;
  const items = progressItems(state, folds);
  const at = items.findIndex((item) => sameItem(item, cursor ?? naturalItem(state, items)));
  const top = windowTop(Math.max(0, at), items.length, height);
  const visible = items.slice(top, top + height);
  const nameWidth = nameWidthFor(state, visible, width);
  const rows = visible.map((item) => {
    const step = item.kind === 'step' ? state.steps[item.step] : undefined;
    const drawn =
      item.kind === 'section'
        ? sectionRow(state, item.section, width, now)
        : step === undefined
          ? []
          : stepRow(
              state,
              step,
              sample?.builds.find((build) => build.step === step.id),
              width,
              nameWidth,
              now,
            );
    return focused && cursor !== null && sameItem(item, cursor) ? selectRow(drawn, width) : drawn;
  });
  return { rows, above: top, below: Math.max(0, items.length - top - visible.length) };
};
