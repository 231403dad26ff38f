import { Error as ErrorLevel, parse, type Spec, View } from 'vega';
import { Html } from './html.ts';

/**
 * One drawing for wide screens, one for phones: a drawing that shrinks takes its letters along. All of a width have their
 * time at the same place, so that they can be read from top to bottom; `labels` is the room left of it, in pixels.
 */
export const WIDTHS = [
  { className: 'wide', width: 1072, labels: 262, ticks: 8 },
  { className: 'narrow', width: 360, labels: 118, ticks: 3 },
] as const;

export type Width = (typeof WIDTHS)[number];

/** The whole window, in milliseconds since the epoch; never empty. */
export interface Span {
  from: number;
  to: number;
}

const RIGHT = 14;
const FONT_SIZE = 11;
/** Of a letter in a name, on average, in pixels: only the reader's browser knows its font. */
const LETTER = 6.6;

const CONFIG: Spec['config'] = {
  axis: {
    labelColor: 'var(--faint)',
    labelFontSize: FONT_SIZE,
    domainColor: 'var(--rule)',
    tickColor: 'var(--rule)',
    gridColor: 'var(--grid)',
  },
  text: { fontSize: FONT_SIZE },
};

/** What a mark says of itself is shown by browsers on hovering, without a script, as its title. */
const withTitles = (svg: string): string =>
  svg.replace(
    /<(path|line) aria-label="([^"]*)" role="graphics-symbol"([^>]*)\/>/g,
    '<$1 role="img"$3><title>$2</title></$1>',
  );

/** What is common to all drawings: their size, and the place of the time in it. */
export const frame = ({ width, labels }: Width, height: number): Spec => ({
  width: width - labels - RIGHT,
  height,
  padding: { left: labels, right: RIGHT, top: 8, bottom: 22 },
  autosize: 'none',
});

/**
 * An SVG of the specification, of the same bytes each time: it has no clipping and no gradients, and so no identifiers that
 * would count on.
 */
export const draw = async (spec: Spec, { className }: Width, label: string): Promise<Html> => {
  const runtime = parse({ ...spec, background: 'transparent', description: label }, CONFIG);
  const view = new View(runtime, { renderer: 'none', logLevel: ErrorLevel });
  const svg = await view.toSVG();
  view.finalize();
  return new Html(withTitles(svg).replace('class="marks"', `class="chart ${className}"`));
};

/** The axis of time, UTC: with seconds only where the window is short. */
export const timeAxis = ({ from, to }: Span, { ticks }: Width): NonNullable<Spec['axes']>[number] => ({
  orient: 'bottom',
  scale: 'x',
  grid: true,
  format: to - from < 10 * 60_000 ? '%H:%M:%S' : '%H:%M',
  tickCount: ticks,
});

export const timeScale = ({ from, to }: Span): NonNullable<Spec['scales']>[number] => ({
  name: 'x',
  type: 'utc',
  domain: [from, to],
  range: 'width',
});

/** The pauses behind everything else, from top to bottom. */
export const pauseBands = (more: Record<string, { field: string }> = {}): NonNullable<Spec['marks']>[number] => ({
  type: 'rect',
  from: { data: 'pauses' },
  encode: {
    enter: {
      x: { scale: 'x', field: 'from' },
      x2: { scale: 'x', field: 'to' },
      y: { value: 0 },
      height: { signal: 'height' },
      fill: { value: 'var(--pause)' },
      ...more,
    },
  },
});

/** A name in the room left of the time; what does not fit is taken out of its middle, since names differ at both ends. */
export const fitted = (name: string, { labels }: Width): string => {
  const most = Math.floor((labels - 12) / LETTER);
  if (name.length <= most) return name;
  const head = Math.ceil((most - 1) / 2);
  return `${name.slice(0, head)}…${name.slice(name.length - (most - 1 - head))}`;
};
