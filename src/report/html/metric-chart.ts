import type { Spec } from 'vega';
import { bytes, clockTime } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { draw, frame, pauseBands, type Span, timeAxis, timeScale, type Width } from './chart.ts';
import type { Html } from './html.ts';

type Metric = Report['metrics'][number];

const HEIGHT = 84;
/** A threshold further away than this many times what was seen would flatten the curve: it is said, not drawn. */
const FAR = 3;

/** A value of the metric with its unit. */
export const metricValue = ({ unit }: Pick<Metric, 'unit'>, value: number): string => {
  if (unit === 'bytes') return bytes(Math.round(value));
  if (unit === 's') return value < 60 ? `${Number(value.toFixed(1))} s` : clockTime(value * 1000);
  const number = Number(value.toFixed(value < 10 ? 1 : 0));
  return unit === null ? String(number) : `${number}${unit.startsWith('/') ? '' : ' '}${unit}`;
};

export const worstOf = ({ points, below }: Metric): number =>
  below ? Math.min(...points.map(({ min }) => min)) : Math.max(...points.map(({ max }) => max));

/** In pixels: nearer than this two labels would lie on each other. */
const LABEL_HEIGHT = 13;

/** The thresholds that are near, and a label for each that has room for one. */
const thresholds = (metric: Metric, most: number, perPixel: number) => {
  let last = Number.NEGATIVE_INFINITY;
  return (['warn', 'pause', 'abort'] as const).flatMap((level) => {
    const value = metric[level];
    if (value === null || value > most) return [];
    const label = `${level} ${metricValue(metric, value)}`;
    const hasRoom = (value - last) / perPixel >= LABEL_HEIGHT;
    if (hasRoom) last = value;
    return [{ value, label, shown: hasRoom ? label : '' }];
  });
};

const spec = (report: Report, metric: Metric, span: Span, width: Width): Spec => {
  const highest = Math.max(...metric.points.map(({ max }) => max), 0);
  const reach = Math.max(highest, 1) * FAR;
  const near = [metric.warn, metric.pause, metric.abort].filter((value) => value !== null && value <= reach);
  const top = Math.max(highest, ...near.map(Number), 1) * 1.15;
  const drawn = thresholds(metric, reach, top / HEIGHT);
  const times = metric.points.flatMap(({ from, to, min, mean, max }) =>
    [from, to].map((at) => ({
      at: Math.min(Math.max(Date.parse(at), span.from), span.to),
      min,
      mean,
      max,
    })),
  );
  return {
    ...frame(width, HEIGHT),
    data: [
      { name: 'points', values: times },
      { name: 'thresholds', values: drawn },
      {
        name: 'pauses',
        values: report.pauses.map(({ from, to }) => ({
          from: Math.max(Date.parse(from), span.from),
          to: to === null ? span.to : Math.min(Date.parse(to), span.to),
        })),
      },
    ],
    scales: [timeScale(span), { name: 'y', type: 'linear', domain: [0, top], range: 'height' }],
    axes: [
      timeAxis(span, width),
      {
        orient: 'left',
        scale: 'y',
        tickCount: 3,
        ...(metric.unit === 'bytes' ? { format: '.2s' } : { format: '~s' }),
        domain: false,
      },
    ],
    marks: [
      pauseBands(),
      {
        type: 'area',
        from: { data: 'points' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'at' },
            y: { scale: 'y', field: 'min' },
            y2: { scale: 'y', field: 'max' },
            fill: { value: 'var(--area)' },
          },
        },
      },
      {
        type: 'line',
        from: { data: 'points' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'at' },
            y: { scale: 'y', field: 'mean' },
            stroke: { value: 'var(--line)' },
            strokeWidth: { value: 1.6 },
          },
        },
      },
      {
        type: 'rule',
        from: { data: 'thresholds' },
        encode: {
          enter: {
            x: { value: 0 },
            x2: { signal: 'width' },
            y: { scale: 'y', field: 'value' },
            stroke: { value: 'var(--bad)' },
            strokeDash: { value: [4, 3] },
            description: { field: 'label' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'thresholds' },
        encode: {
          enter: {
            x: { signal: 'width - 3' },
            y: { scale: 'y', field: 'value', offset: -3 },
            align: { value: 'right' },
            text: { field: 'shown' },
            fontSize: { value: 10 },
            fill: { value: 'var(--bad)' },
          },
        },
      },
    ],
  };
};

/** One metric over the window: mean, and the range between least and most, with the thresholds that are near. */
export const metricChart = (report: Report, metric: Metric, span: Span, width: Width): Promise<Html> =>
  draw(spec(report, metric, span, width), width, metric.title);
