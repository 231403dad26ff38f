import { checkItems, movedTo } from './checklist.ts';
import { blockerCount, contentSize, firstPane, firstPaneText, shownLog } from './lists.ts';
import { moveInLog } from './log.ts';
import type { PressContext } from './press.ts';
import { naturalItem, progressItems, sameItem } from './progress.ts';
import type { UiState } from './ui-state.ts';

type By = number | 'page-up' | 'page-down';

const lines = (by: By, page: number): number => (by === 'page-up' ? -page : by === 'page-down' ? page : by);

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most));

const moveCursor = (ui: UiState, by: number, { shown }: PressContext): UiState => {
  const { state } = shown.view;
  if (state === null) return ui;
  if (firstPane(state) === 'findings') return { ...ui, check: movedTo(checkItems(state, shown.now), ui.check, by) };
  const items = progressItems(state, ui.folds);
  const from = items.findIndex((item) => sameItem(item, ui.cursor ?? naturalItem(state, items)));
  const cursor = items[clamp(from + by, items.length - 1)] ?? null;
  return { ...ui, cursor };
};

/** Move in the focused pane: the cursor of a list, or the first line of a text. */
export const moveDown = (ui: UiState, by: By, context: PressContext): UiState => {
  const { shown, layout } = context;
  const { width, height } = contentSize(layout, ui.focus);
  const step = lines(by, Math.max(1, height - 1));
  switch (ui.focus) {
    case 'progress': {
      const text = firstPaneText(shown.view.state, width, shown.view.events);
      if (text === null) return moveCursor(ui, step, context);
      const most = Math.max(0, text.length - height);
      return { ...ui, listTop: clamp(Math.min(ui.listTop, most) + step, most) };
    }
    case 'log':
      return {
        ...ui,
        log: moveInLog(shownLog(shown, ui.filter), ui.log, step, { width, height, wrap: layout.wrapLog }),
      };
    case 'detail': {
      const most = Math.max(0, blockerCount(shown, width) - height);
      return { ...ui, detailTop: clamp(Math.min(ui.detailTop, most) + step, most) };
    }
    case 'live':
      return ui;
  }
};

const FAR = 1_000_000;

/** To the first or the last line. At its end the log follows again. */
export const toEnd = (ui: UiState, end: 'top' | 'bottom', context: PressContext): UiState => {
  if (ui.focus === 'log' && end === 'bottom') return { ...ui, log: null };
  return moveDown(ui, end === 'top' ? -FAR : FAR, context);
};
