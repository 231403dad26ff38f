import { describeEvent, type RunEvent, type RunState } from '../../run/index.ts';
import { timeOfDay } from './format.ts';
import { fitRow, type Row, row, seg, selectRow, type Tone, wrapText } from './row.ts';

export interface LogLine {
  seq: number;
  time: string;
  text: string;
  tone: Tone;
}

/** Where the reader is, in numbers of events. `seen` is the newest one there was when the reader stopped to follow. */
export interface LogPlace {
  bottom: number;
  cursor: number;
  seen: number;
}

const TONES: Partial<Record<RunEvent['type'], Tone>> = {
  'build.finished': 'ok',
  'build.failed': 'bad',
  'build.lost': 'bad',
  'build.cancelled': 'warn',
  'drop.failed': 'bad',
  'statement.failed': 'bad',
  'analyze.started': 'warn',
  'gate.tripped': 'warn',
  'run.paused': 'warn',
  'abort.started': 'bad',
  'rollback.started': 'bad',
  'index.kept': 'warn',
  'rollback.finished': 'strong',
  'command.refused': 'warn',
  'connection.lost': 'bad',
  'ledger.failed': 'warn',
  'server.changed': 'warn',
  'step.lost': 'warn',
  'recheck.failed': 'bad',
  'section.started': 'strong',
  'section.finished': 'strong',
  'run.finished': 'strong',
  'preflight.failed': 'bad',
  'look.failed': 'bad',
  'record.failed': 'bad',
};

const toneOf = (event: RunEvent): Tone => {
  if ('ok' in event && event.ok === false) return 'bad';
  if (event.type === 'probe.measured' && event.verdict !== null) return event.verdict.ok ? 'ok' : 'bad';
  return TONES[event.type] ?? 'plain';
};

const cache = new WeakMap<RunEvent, LogLine>();

const lineOf = (event: RunEvent, state: RunState): LogLine => {
  const known = cache.get(event);
  if (known !== undefined) return known;
  const text = describeEvent(event, state.steps);
  const line = { seq: event.seq, time: timeOfDay(event.at), text, tone: toneOf(event) };
  cache.set(event, line);
  return line;
};

/** The log's lines, the oldest first. Summaries of the metrics are for reports: the live pane shows the numbers. */
export const logLines = (events: readonly RunEvent[], state: RunState, filter: string): LogLine[] => {
  const wanted = filter.toLowerCase();
  return events
    .filter((event) => event.type !== 'metrics.summarised')
    .map((event) => lineOf(event, state))
    .filter((line) => wanted === '' || `${line.time} ${line.text}`.toLowerCase().includes(wanted));
};

const INDENT = 10;

const drawLine = (line: LogLine, width: number, wrap: boolean, selected: boolean): Row[] => {
  const texts = wrap ? wrapText(line.text, Math.max(10, width - INDENT)) : [line.text];
  const rows = texts.map((text, at) =>
    fitRow(row(seg(at === 0 ? ` ${line.time} ` : ' '.repeat(INDENT), 'dim'), seg(text, line.tone)), width),
  );
  return selected ? rows.map((drawn) => selectRow(drawn, width)) : rows;
};

const indexOfSeq = (lines: readonly LogLine[], seq: number): number => {
  const at = lines.findLastIndex((line) => line.seq <= seq);
  return Math.max(0, at);
};

export interface LogWindow {
  rows: Row[];
  /** Number of the first event that is wholly visible. */
  first: number | null;
  /** Lines below what is visible, and how many of them came since the reader stopped to follow. */
  below: number;
  fresh: number;
}

/** What is visible in `height` rows. `place` null follows the newest line. */
export const windowLog = (
  lines: readonly LogLine[],
  place: LogPlace | null,
  width: number,
  height: number,
  wrap: boolean,
): LogWindow => {
  if (lines.length === 0 || height < 1) return { rows: [], first: null, below: 0, fresh: 0 };
  let bottom = place === null ? lines.length - 1 : indexOfSeq(lines, place.bottom);
  const cursor = place === null ? -1 : indexOfSeq(lines, place.cursor);
  const blocks: Row[][] = [];
  let used = 0;
  let first = bottom;
  const draw = (at: number): Row[] => {
    const line = lines[at];
    return line === undefined ? [] : drawLine(line, width, wrap, at === cursor);
  };
  for (let at = bottom; at >= 0 && used < height; at--) {
    const block = draw(at);
    if (used > 0 && used + block.length > height) break;
    blocks.unshift(block);
    used += block.length;
    first = at;
  }
  // Room left at the top of the log: show what follows instead of nothing.
  while (used < height && bottom < lines.length - 1) {
    const block = draw(bottom + 1);
    if (used + block.length > height) break;
    blocks.push(block);
    used += block.length;
    bottom += 1;
  }
  const below = lines.slice(bottom + 1);
  const fresh = place === null ? 0 : below.filter((line) => line.seq > place.seen).length;
  return { rows: blocks.flat().slice(0, height), first: lines[first]?.seq ?? null, below: below.length, fresh };
};

/** One line up or down, or many; past the newest line the log follows again. */
export const moveInLog = (
  lines: readonly LogLine[],
  place: LogPlace | null,
  by: number,
  size: { width: number; height: number; wrap: boolean },
): LogPlace | null => {
  const last = lines.at(-1);
  if (last === undefined) return null;
  if (place === null && by >= 0) return null;
  const start = place ?? { bottom: last.seq, cursor: last.seq, seen: last.seq };
  const from = indexOfSeq(lines, start.cursor);
  const to = from + by;
  if (to >= lines.length) return null;
  const cursor = Math.max(0, to);
  // A line takes a row at least: what is further down than `height` lines cannot be visible together with the cursor.
  let bottom = Math.min(indexOfSeq(lines, start.bottom), cursor + size.height);
  if (cursor > bottom) bottom = cursor;
  const firstVisible = (at: number): number => {
    const there = { ...start, bottom: lines[at]?.seq ?? 0 };
    const { first } = windowLog(lines, there, size.width, size.height, size.wrap);
    return first === null ? 0 : indexOfSeq(lines, first);
  };
  while (bottom > cursor && firstVisible(bottom) > cursor) bottom -= 1;
  return { bottom: lines[bottom]?.seq ?? last.seq, cursor: lines[cursor]?.seq ?? last.seq, seen: start.seen };
};
