import type { Spec } from 'vega';
import { duration } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { draw, fitted, frame, pauseBands, type Span, timeAxis, timeScale, type Width } from './chart.ts';
import type { Html } from './html.ts';

type Bar = Report['builds'][number];

/** What a phase is to a reader: eight names of the server are four kinds of work. */
export type PhaseKind = 'build' | 'validate' | 'wait' | 'drop';

const kindOf = (work: Bar['work'], name: string, waiting: boolean): PhaseKind => {
  if (waiting) return 'wait';
  if (work === 'drop') return 'drop';
  return name.startsWith('index validation') ? 'validate' : 'build';
};

interface Piece {
  row: string;
  from: number;
  to: number;
  kind: PhaseKind;
  label: string;
}

const ROW_HEIGHT = 17;

const rowOf = ({ step }: Bar): string => String(step);

const within = ({ from, to }: Span, time: number): number => Math.min(Math.max(time, from), to);

/** A bar's phases, and what comes before the first of them. */
const piecesOf = (bar: Bar, span: Span): Piece[] => {
  const row = rowOf(bar);
  const end = bar.to === null ? span.to : Date.parse(bar.to);
  const begin = Date.parse(bar.from);
  const first = bar.phases[0];
  const opening = { name: '', waiting: false, from: bar.from, to: first?.from ?? null };
  const what = bar.work === 'drop' ? 'drop' : `build${bar.attempt > 1 ? `, attempt ${bar.attempt}` : ''}`;
  return [opening, ...bar.phases]
    .map(({ name, waiting, from, to }) => {
      const [start, stop] = [Math.max(begin, Date.parse(from)), to === null ? end : Date.parse(to)];
      const label = `${bar.name}: ${name === '' ? what : name}, ${duration(stop - start)}`;
      return { row, from: within(span, start), to: within(span, stop), kind: kindOf(bar.work, name, waiting), label };
    })
    .filter(({ from, to }) => to > from);
};

const ENDS: Partial<Record<Bar['end'], string>> = {
  failed: 'failed',
  cancelled: 'cancelled',
  lost: 'its connection was lost',
};

const endsOf = (bar: Bar, span: Span) => {
  const how = ENDS[bar.end];
  if (how === undefined || bar.to === null) return [];
  return [{ row: rowOf(bar), at: within(span, Date.parse(bar.to)), label: `${bar.name}: ${how}` }];
};

const pausesOf = ({ pauses }: Report, span: Span) =>
  pauses.map(({ from, to, cause, by, reason }) => ({
    from: within(span, Date.parse(from)),
    to: within(span, to === null ? span.to : Date.parse(to)),
    label: `paused (${cause}) by ${by}: ${reason}`,
  }));

const spec = (report: Report, span: Span, size: Width): Spec => {
  const rows = new Map(report.builds.map((bar) => [rowOf(bar), fitted(bar.name, size)]));
  return {
    ...frame(size, Math.max(1, rows.size) * ROW_HEIGHT),
    data: [
      { name: 'names', values: [...rows].map(([row, name]) => ({ row, name })) },
      { name: 'pauses', values: pausesOf(report, span) },
      { name: 'pieces', values: report.builds.flatMap((bar) => piecesOf(bar, span)) },
      { name: 'ends', values: report.builds.flatMap((bar) => endsOf(bar, span)) },
    ],
    scales: [
      timeScale(span),
      { name: 'y', type: 'band', domain: [...rows.keys()], range: 'height', padding: 0.25 },
      {
        name: 'kind',
        type: 'ordinal',
        domain: ['build', 'validate', 'wait', 'drop'],
        range: ['var(--build)', 'var(--validate)', 'var(--wait)', 'var(--drop)'],
      },
    ],
    axes: [timeAxis(span, size)],
    marks: [
      pauseBands({ description: { field: 'label' } }),
      {
        type: 'rect',
        from: { data: 'pieces' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'from' },
            // What took no time on this scale happened all the same.
            width: { signal: "max(1.5, scale('x', datum.to) - scale('x', datum.from))" },
            y: { scale: 'y', field: 'row' },
            height: { scale: 'y', band: 1 },
            fill: { scale: 'kind', field: 'kind' },
            description: { field: 'label' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'names' },
        encode: {
          enter: {
            x: { value: -8 },
            y: { scale: 'y', field: 'row', band: 0.5 },
            align: { value: 'right' },
            baseline: { value: 'middle' },
            text: { field: 'name' },
            fill: { value: 'var(--ink)' },
          },
        },
      },
      {
        type: 'symbol',
        from: { data: 'ends' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'at' },
            y: { scale: 'y', field: 'row', band: 0.5 },
            shape: { value: 'M-1,-1L1,1M-1,1L1,-1' },
            size: { value: 60 },
            stroke: { value: 'var(--bad)' },
            strokeWidth: { value: 2.2 },
            description: { field: 'label' },
          },
        },
      },
    ],
  };
};

/** A row for each index that was worked on: its builds and drops by phase, waits marked, pauses behind them. */
export const timelineChart = (report: Report, span: Span, width: Width): Promise<Html> =>
  draw(spec(report, span, width), width, 'Timeline of the builds, by phase');
