import { blockerRows } from '../model/blockers.ts';
import { checklistRows } from '../model/checklist-rows.ts';
import type { Rect } from '../model/layout.ts';
import { PANE_TITLES } from '../model/layout.ts';
import { firstPane, firstPaneText, shownLog } from '../model/lists.ts';
import { liveRows, readingAge } from '../model/live.ts';
import { windowLog } from '../model/log.ts';
import { progressRows } from '../model/progress.ts';
import type { Row } from '../model/row.ts';
import type { Snapshot, UiState } from '../model/ui-state.ts';
import { Pane } from './Pane.tsx';

export interface PaneInput {
  ui: UiState;
  shown: Snapshot;
  rect: Rect;
  focused: boolean;
}

const inner = (rect: Rect): number => rect.height - (rect.titled ? 1 : 0);

const hidden = (above: number, below: number): string => {
  const parts = [above > 0 ? `${above} above` : '', below > 0 ? `${below} below` : ''];
  return parts.filter(Boolean).join(', ');
};

const FIRST_TITLES = { findings: 'Checklist', progress: 'Progress', result: 'Result' } as const;

/** The checklist before go, the progress after it, the result at the end. */
export const ProgressPane = ({ ui, shown, rect, focused }: PaneInput) => {
  const { state, sample } = shown.view;
  const title = FIRST_TITLES[firstPane(state)];
  const text = firstPaneText(state, rect.width, shown.view.events);
  const height = inner(rect);
  let rows: Row[] = [];
  let right = '';
  if (text !== null) {
    const top = Math.max(0, Math.min(ui.listTop, text.length - height));
    rows = text.slice(top, top + height);
    right = hidden(top, Math.max(0, text.length - top - height));
  } else if (state !== null && firstPane(state) === 'findings') {
    const { now, view } = shown;
    const drawn = checklistRows(
      { state, now, looked: view.looked ?? null, cursor: ui.check, focused },
      rect.width,
      height,
    );
    rows = drawn.rows;
    right = hidden(drawn.above, drawn.below);
  } else if (state !== null) {
    const drawn = progressRows(
      { state, sample, now: shown.now, folds: ui.folds, cursor: ui.cursor, focused },
      rect.width,
      height,
    );
    rows = drawn.rows;
    right = hidden(drawn.above, drawn.below);
  }
  return <Pane pane="progress" title={title} rect={rect} focused={focused} right={right} rows={rows} />;
};

/** The numbers that tick, all in one place. */
export const LivePane = ({ shown, rect, focused }: PaneInput) => {
  const { state, sample } = shown.view;
  const reading = readingAge(sample, shown.now);
  const rows =
    state === null ? [] : liveRows({ state, sample, history: shown.history, now: shown.now }, rect.width, inner(rect));
  const ended = state?.phase === 'finished';
  const right = ended
    ? 'the run has ended'
    : reading.stale
      ? reading.text
      : sample === null
        ? 'no reading yet'
        : 'every 1 s';
  return <Pane pane="live" title={PANE_TITLES.live} rect={rect} focused={focused} right={right} rows={rows} />;
};

/** Everything that happened. */
export const LogPane = ({ ui, shown, rect, focused, wrap }: PaneInput & { wrap: boolean }) => {
  const window = windowLog(shownLog(shown, ui.filter), ui.log, rect.width, inner(rect), wrap);
  const place =
    ui.log === null
      ? 'follow'
      : window.fresh > 0
        ? `${window.fresh} new below, G follows`
        : `${window.below} below, G follows`;
  const filter = ui.filter === '' ? '' : `filter "${ui.filter}"  `;
  return (
    <Pane
      pane="log"
      title={`${PANE_TITLES.log} (UTC)`}
      rect={rect}
      focused={focused}
      right={`${filter}${place}`}
      rows={window.rows}
    />
  );
};

/** Who waits for whom. */
export const BlockersPane = ({ ui, shown, rect, focused }: PaneInput) => {
  const { state, sample } = shown.view;
  const drawn =
    state === null
      ? { rows: [], count: 0 }
      : blockerRows(state, sample, shown.now, rect.width, inner(rect), ui.detailTop);
  const top = Math.max(0, Math.min(ui.detailTop, drawn.count - inner(rect)));
  const right = hidden(top, Math.max(0, drawn.count - top - inner(rect)));
  return (
    <Pane pane="detail" title={PANE_TITLES.detail} rect={rect} focused={focused} right={right} rows={drawn.rows} />
  );
};
