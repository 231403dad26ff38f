/** The panes. `detail` is the fourth: who blocks whom. */
export type Pane = 'progress' | 'live' | 'log' | 'detail';

export const PANES: readonly Pane[] = ['progress', 'live', 'log', 'detail'];

export const PANE_TITLES: Record<Pane, string> = { progress: 'Progress', live: 'Live', log: 'Log', detail: 'Blockers' };

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
  /** The first row is a title. */
  titled: boolean;
}

export interface Layout {
  columns: number;
  rows: number;
  /** Rows of the head: where and what, attention, how far. The less room, the fewer of them. */
  head: { status: boolean; progress: boolean; attention: boolean; notices: number };
  footer: boolean;
  panes: Partial<Record<Pane, Rect>>;
  /** Where a dialog may be. */
  body: Rect;
  /** Log lines are broken instead of cut. */
  wrapLog: boolean;
}

export interface LayoutInput {
  columns: number;
  rows: number;
  focus: Pane;
  zoomed: boolean;
  /** Rows that the live pane would like to have at a width. */
  liveWanted(width: number): number;
  /** Rows of reasons that must be seen besides the one that needs attention. */
  notices: number;
  /** The first pane is a text to be read, before go and at the end: it gets the room of the others. */
  reading: boolean;
}

const WIDE = 120;

/** The head in its order of importance: state, keys, what needs attention, how far. */
const headFor = (rows: number, notices: number): Layout['head'] => ({
  status: rows >= 1,
  attention: rows >= 3,
  progress: rows >= 4,
  notices: Math.max(0, Math.min(notices, rows >= 24 ? 4 : rows >= 16 ? 2 : rows >= 12 ? 1 : 0)),
});

const stack = (body: Rect, parts: [Pane, number][]): Layout['panes'] => {
  const panes: Layout['panes'] = {};
  let y = body.y;
  for (const [pane, height] of parts) {
    if (height < 1) continue;
    panes[pane] = { x: body.x, y, width: body.width, height, titled: height > 1 };
    y += height;
  }
  return panes;
};

/** One above the other. The log shrinks first, then the metrics become one line, then only the progress is left. */
const narrow = (body: Rect, liveWanted: number, reading: boolean): Layout['panes'] => {
  const { height } = body;
  if (height < 4) return stack(body, [['progress', height]]);
  if (height < 9)
    return stack(body, [
      ['progress', height - 1],
      ['live', 1],
    ]);
  const room = height >= 18 ? Math.max(5, Math.floor(height / 3.6)) : height >= 14 ? 4 : 1;
  const live = reading ? 1 : Math.min(liveWanted + 1, room);
  const log = Math.max(0, Math.min(Math.floor(height * (reading ? 0.22 : 0.3)), height - live - 7));
  const logHeight = log < 2 ? 0 : log;
  return stack(body, [
    ['progress', height - live - logHeight],
    ['live', live],
    ['log', logHeight],
  ]);
};

/** Numbers in one band on top, progress and blockers side by side, the log over the full width. */
const wide = (body: Rect, liveWanted: number): Layout['panes'] => {
  const live = Math.min(liveWanted + 1, Math.max(2, Math.floor(body.height / 4)));
  const log = Math.max(3, Math.floor((body.height - live) * 0.38));
  const middle = body.height - live - log;
  const left = Math.floor(body.width * 0.6);
  return {
    live: { x: 0, y: body.y, width: body.width, height: live, titled: true },
    progress: { x: 0, y: body.y + live, width: left, height: middle, titled: true },
    detail: { x: left + 1, y: body.y + live, width: body.width - left - 1, height: middle, titled: true },
    log: { x: 0, y: body.y + live + middle, width: body.width, height: log, titled: true },
  };
};

/** Where everything is. Never refuses: what has no room is left out, the state and the keys last. */
export const layout = (input: LayoutInput): Layout => {
  const columns = Math.max(1, input.columns);
  const rows = Math.max(1, input.rows);
  const head = headFor(rows, input.notices);
  const footer = rows >= 2;
  const top = Number(head.status) + Number(head.progress) + Number(head.attention) + head.notices;
  const height = Math.max(0, rows - top - Number(footer));
  const body: Rect = { x: 0, y: top, width: columns, height, titled: false };
  const isWide = columns >= WIDE && height >= 14;
  const base = {
    columns,
    rows,
    head,
    footer,
    body,
    wrapLog: columns >= WIDE || (input.zoomed && input.focus === 'log'),
  };
  if (height === 0) return { ...base, panes: {} };
  const wanted = input.liveWanted(columns);
  const panes = isWide ? wide(body, wanted) : narrow(body, wanted, input.reading);
  // A pane that has no place of its own is shown alone when it is asked for.
  if (input.zoomed || panes[input.focus] === undefined) return { ...base, panes: stack(body, [[input.focus, height]]) };
  return { ...base, panes };
};
