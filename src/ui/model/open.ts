import { plainText } from '../../run/plain-text.ts';
import { checkDetails } from './check-details.ts';
import { type CheckItem, checkedItem, checkItems } from './checklist.ts';
import { sectionDetails, stepDetails, stepTitle } from './details.ts';
import { blockersText, contentSize, firstPane, firstPaneText, shownLog } from './lists.ts';
import { liveDetails } from './live.ts';
import type { LogLine } from './log.ts';
import type { PressContext } from './press.ts';
import { isOpen, naturalItem, type ProgressItem, progressItems } from './progress.ts';
import { rowText } from './row.ts';
import { type Pressed, say, type UiState } from './ui-state.ts';

const itemUnderCursor = (ui: UiState, { shown }: PressContext): ProgressItem | null => {
  const { state } = shown.view;
  return state === null ? null : (ui.cursor ?? naturalItem(state, progressItems(state, ui.folds)));
};

const checkUnderCursor = (ui: UiState, { shown }: PressContext): CheckItem | null => {
  const { state } = shown.view;
  return state === null ? null : checkedItem(checkItems(state, shown.now), ui.check);
};

const lineUnderCursor = (ui: UiState, { shown }: PressContext): LogLine | undefined => {
  const lines = shownLog(shown, ui.filter);
  const { log } = ui;
  return log === null ? lines.at(-1) : lines.findLast((line) => line.seq <= log.cursor);
};

const openItem = (ui: UiState, context: PressContext): UiState => {
  const { state, sample } = context.shown.view;
  const item = itemUnderCursor(ui, context);
  if (state === null || item === null) return ui;
  if (item.kind === 'section') {
    const folds = { ...ui.folds, [item.section]: !isOpen(state, item.section, ui.folds) };
    return { ...ui, folds, cursor: item };
  }
  const step = state.steps[item.step];
  if (step === undefined) return ui;
  return {
    ...ui,
    dialog: { kind: 'details', title: stepTitle(step), lines: stepDetails(state, step, sample), top: 0 },
  };
};

/** All about the section of the line under the cursor. */
export const openSection = (ui: UiState, context: PressContext): UiState => {
  const { state } = context.shown.view;
  const item = firstPane(state) === 'progress' ? itemUnderCursor(ui, context) : null;
  const index = item?.kind === 'step' ? state?.steps[item.step]?.section : item?.section;
  if (state === null || index === undefined) return say(ui, 'there is no section under the cursor', context.live.now);
  const [title = '', ...lines] = sectionDetails(state, index);
  return { ...ui, dialog: { kind: 'details', title, lines, top: 0 } };
};

/** Enter: a section unfolds, everything else opens as text in front of the panes. */
export const openDetails = (ui: UiState, context: PressContext): UiState => {
  const { shown, layout } = context;
  const { state, sample } = shown.view;
  if (state === null) return ui;
  const open = (title: string, lines: readonly string[]): UiState => ({
    ...ui,
    dialog: { kind: 'details', title, lines, top: 0 },
  });
  switch (ui.focus) {
    case 'progress': {
      const shows = firstPane(state);
      if (shows === 'progress') return openItem(ui, context);
      if (shows === 'findings') {
        const item = checkUnderCursor(ui, context);
        return item === null ? ui : open(plainText(item.finding.code), checkDetails(state, item));
      }
      const text = firstPaneText(state, Math.max(20, layout.columns - 6), shown.view.events) ?? [];
      return open(
        'Result',
        text.map((line) => rowText(line).trimEnd()),
      );
    }
    case 'live':
      return open('Live numbers', liveDetails({ state, sample, history: shown.history, now: shown.now }));
    case 'log': {
      const line = lineUnderCursor(ui, context);
      return line === undefined ? ui : open(`Event ${line.seq} at ${line.time} UTC`, [line.text]);
    }
    case 'detail':
      return open('Who waits for whom', blockersText(shown));
  }
};

/** The text of the line under the cursor, for the clipboard. */
const textUnderCursor = (ui: UiState, context: PressContext): string => {
  const { state, sample } = context.shown.view;
  if (state === null) return '';
  if (ui.focus === 'log') {
    const line = lineUnderCursor(ui, context);
    return line === undefined ? '' : `${line.time} ${line.text}`;
  }
  if (ui.focus === 'live')
    return liveDetails({ state, sample, history: context.shown.history, now: context.shown.now }).join('\n');
  if (ui.focus === 'detail') return blockersText(context.shown).join('\n');
  if (firstPane(state) === 'findings') {
    const item = checkUnderCursor(ui, context);
    return item === null ? '' : [item.finding.code, ...checkDetails(state, item)].join('\n');
  }
  const { width } = contentSize(context.layout, 'progress');
  const text = firstPaneText(state, width, context.shown.view.events);
  if (text !== null) return text.map((line) => rowText(line).trimEnd()).join('\n');
  const item = itemUnderCursor(ui, context);
  if (item === null) return '';
  if (item.kind === 'section') return state.sections[item.section]?.title ?? '';
  const step = state.steps[item.step];
  return step === undefined ? '' : [stepTitle(step), ...stepDetails(state, step, sample)].join('\n');
};

/** Copy what the cursor is on. */
export const copyRow = (ui: UiState, context: PressContext): Pressed => {
  const text = textUnderCursor(ui, context);
  if (text === '') return { ui: say(ui, 'nothing to copy here', context.live.now), effects: [] };
  return {
    ui: say(ui, 'sent to the clipboard of your terminal, if it allows that', context.live.now, 'info'),
    effects: [{ type: 'copy', text }],
  };
};
