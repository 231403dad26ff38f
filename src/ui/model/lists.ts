import type { RunEvent, RunState } from '../../run/index.ts';
import { blockerDetails, blockerRows } from './blockers.ts';
import type { Layout, Pane } from './layout.ts';
import { type LogLine, logLines } from './log.ts';
import { resultRows } from './result.ts';
import type { Row } from './row.ts';
import type { Snapshot } from './ui-state.ts';

/** What the first pane shows: the checklist before go, the result at the end, progress between them. */
export const firstPane = (state: RunState | null): 'findings' | 'progress' | 'result' => {
  if (state === null || ['preflight', 'ready', 'surveyed', 'blocked'].includes(state.phase)) return 'findings';
  return state.phase === 'finished' ? 'result' : 'progress';
};

/** The whole text of the first pane when it is a text; null when it is a list with a cursor. */
export const firstPaneText = (
  state: RunState | null,
  width: number,
  events: readonly RunEvent[] = [],
): Row[] | null => {
  if (state === null) return [];
  return firstPane(state) === 'result' ? resultRows(state, width, events) : null;
};

/** Rows a pane has for its content, the title left out; a page for a pane that is not on the screen. */
export const contentSize = (layout: Layout, pane: Pane): { width: number; height: number } => {
  const rect = layout.panes[pane];
  if (rect === undefined) return { width: layout.columns, height: Math.max(1, layout.body.height) };
  return { width: rect.width, height: Math.max(1, rect.height - (rect.titled ? 1 : 0)) };
};

export const shownLog = (snapshot: Snapshot, filter: string): LogLine[] =>
  snapshot.view.state === null ? [] : logLines(snapshot.view.events, snapshot.view.state, filter);

/** Lines of the blockers pane in all. */
export const blockerCount = (snapshot: Snapshot, width: number): number =>
  snapshot.view.state === null
    ? 0
    : blockerRows(snapshot.view.state, snapshot.view.sample, snapshot.now, width, 1, 0).count;

export const blockersText = (snapshot: Snapshot): string[] =>
  snapshot.view.state === null ? [] : blockerDetails(snapshot.view.sample, snapshot.view.state);
