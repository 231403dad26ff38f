import { Error as ErrorLevel, parse, type Spec, View } from 'vega';
import { Html } from './html.ts';

/** One drawing for wide screens, one for phones: a drawing that shrinks takes its letters along. */
export const WIDTHS = [
  { className: 'wide', width: 1040, labels: 250 },
  { className: 'narrow', width: 344, labels: 112 },
] as const;

export type Width = (typeof WIDTHS)[number];

/** The whole window, in milliseconds since the epoch; never empty. */
export interface Span {
  from: number;
  to: number;
}

const CONFIG: Spec['config'] = {
  axis: {
    labelColor: 'var(--faint)',
    labelFontSize: 11,
    domainColor: 'var(--rule)',
    tickColor: 'var(--rule)',
    gridColor: 'var(--grid)',
    titleColor: 'var(--faint)',
  },
  text: { font: 'system-ui, sans-serif' },
};

/** What a mark says of itself is shown by browsers on hovering, without a script, as its title. */
const withTitles = (svg: string): string =>
  svg.replace(
    /<(path|line) aria-label="([^"]*)" role="graphics-symbol"([^>]*)\/>/g,
    '<$1 role="img"$3><title>$2</title></$1>',
  );

/** An SVG of the specification, of the same bytes each time: it has no clipping and no gradients, and so no identifiers. */
export const draw = async (spec: Spec, { className }: Width, label: string): Promise<Html> => {
  const view = new View(parse({ ...spec, background: 'transparent', description: label }, CONFIG), {
    renderer: 'none',
    logLevel: ErrorLevel,
  });
  const svg = await view.toSVG();
  view.finalize();
  return new Html(withTitles(svg).replace('class="marks"', `class="chart ${className}"`));
};

/** The axis of time, UTC: with seconds only where the window is short. */
export const timeAxis = ({ from, to }: Span, { className }: Width): NonNullable<Spec['axes']>[number] => ({
  orient: 'bottom',
  scale: 'x',
  grid: true,
  format: to - from < 10 * 60_000 ? '%H:%M:%S' : '%H:%M',
  tickCount: className === 'wide' ? 10 : 4,
  labelOverlap: true,
});

export const timeScale = ({ from, to }: Span): NonNullable<Spec['scales']>[number] => ({
  name: 'x',
  type: 'utc',
  domain: [from, to],
  range: 'width',
});
