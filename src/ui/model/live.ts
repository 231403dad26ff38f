import type { GateLevel, RunState, Sample } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { SYMBOL } from '../theme.ts';
import { age, since } from './format.ts';
import { STALE_MS } from './history.ts';
import { METRICS, type Metric, metricsOf, nextThreshold, thresholdsOf, whyUnknown } from './metrics.ts';
import { cut, fitRow, padEnd, padStart, type Row, row, seg, type Tone, textWidth } from './row.ts';
import { sparkline } from './sparkline.ts';

export interface LiveInput {
  state: RunState;
  sample: Sample | null;
  history: readonly Sample[];
  now: number;
}

interface Reading {
  metric: Metric;
  value: string;
  limit: string;
  level: GateLevel | 'unknown' | null;
  full: number;
  why: string;
}

const LEVEL_TONES: Record<GateLevel | 'unknown', Tone> = { warn: 'warn', pause: 'bad', abort: 'bad', unknown: 'warn' };

const read = (metric: Metric, { state, sample }: LiveInput): Reading => {
  const tripped = state.gates.find((gate) => gate.gate === metric.gate);
  const value = sample === null ? null : metric.value(sample);
  const absent = sample === null ? null : (metric.absent?.(sample) ?? null);
  const thresholds = thresholdsOf(metric, state);
  const limit = nextThreshold(value ?? 0, thresholds, metric.own);
  const reading = {
    metric,
    limit: limit === null || absent !== null ? '' : `/${(metric.formatLimit ?? metric.format)(limit)}`,
    full: limit ?? 0,
    why: tripped === undefined ? '' : plainText(tripped.reason),
  };
  if (absent !== null) return { ...reading, value: absent, level: tripped?.level ?? null };
  if (value !== null) return { ...reading, value: metric.format(value), level: tripped?.level ?? null };
  const why = sample === null ? 'no reading yet' : plainText(whyUnknown(metric, sample));
  return { ...reading, value: 'unknown', level: tripped?.level ?? 'unknown', why: reading.why || why };
};

const NAME = 16;
const VALUE = 9;
const LIMIT = 7;

const cell = (reading: Reading, input: LiveInput, width: number): Row => {
  const tone = reading.level === null ? 'plain' : LEVEL_TONES[reading.level];
  const valueWidth = reading.limit === '' ? VALUE + LIMIT : VALUE;
  const value =
    reading.limit === '' ? padEnd(padStart(reading.value, VALUE), valueWidth) : padStart(reading.value, VALUE);
  const left = row(
    padEnd(cut(reading.metric.name, NAME), NAME),
    seg(cut(value, valueWidth), tone),
    seg(reading.limit === '' ? '' : padEnd(cut(` ${reading.limit}`, LIMIT), LIMIT), 'dim'),
    ' ',
  );
  const room = width - NAME - VALUE - LIMIT - 2;
  if (reading.level !== null && reading.level !== 'unknown') {
    const word = `${SYMBOL.alarm}${reading.level.toUpperCase()}`;
    return fitRow([...left, seg(word, tone), ...curve(reading, input, room - textWidth(word) - 1, ' ')], width);
  }
  return fitRow([...left, ...curve(reading, input, room, '')], width);
};

const curve = (reading: Reading, { history }: LiveInput, width: number, before: string): Row => {
  if (width < 4) return [];
  const points = history.map((sample) => ({ at: Date.parse(sample.at), value: reading.metric.value(sample) }));
  return row(before, seg(sparkline(points, Math.min(width, 30), reading.full), 'dim'));
};

/** Cells beside each other at this width. */
const columnsAt = (width: number): number => Math.max(1, Math.min(4, Math.floor(width / 38)));

/** Rows the pane would like to have at this width. */
export const liveRowsWanted = (width: number, metrics: number = METRICS.length): number =>
  Math.ceil(metrics / columnsAt(width));

/** All in one line, what is tripped or unknown first. */
const oneLine = (readings: readonly Reading[], width: number): Row => {
  const first = readings.filter((reading) => reading.level !== null);
  const rest = readings.filter((reading) => reading.level === null && reading.metric.gate !== null);
  const parts: Row = [...first, ...rest].flatMap((reading) => [
    seg(` ${reading.metric.name} `, 'dim'),
    seg(
      `${reading.level === null || reading.level === 'unknown' ? '' : SYMBOL.alarm}${reading.value}${reading.limit === '' ? '' : ` ${reading.limit}`}`,
      reading.level === null ? 'plain' : LEVEL_TONES[reading.level],
    ),
    seg(' '),
  ]);
  return fitRow(parts, width);
};

/** The live numbers in `height` rows. Each keeps its place; a tripped one without a place takes the last. */
export const liveRows = (input: LiveInput, width: number, height: number): Row[] => {
  if (height < 1) return [];
  const readings = metricsOf(input.state).map((metric) => read(metric, input));
  if (height === 1) return [oneLine(readings, width)];
  const columns = columnsAt(width);
  const shown = readings.slice(0, columns * height);
  const hidden = readings
    .slice(columns * height)
    .filter((reading) => reading.level !== null && reading.level !== 'unknown');
  const urgent = hidden[0];
  if (urgent !== undefined) shown[shown.length - 1] = urgent;
  const cellWidth = Math.floor((width - 1) / columns);
  const rows: Row[] = [];
  for (let at = 0; at < shown.length; at += columns)
    rows.push(
      fitRow([seg(' '), ...shown.slice(at, at + columns).flatMap((reading) => cell(reading, input, cellWidth))], width),
    );
  return rows;
};

/** How old the newest reading is, in words; said as stale over three seconds. */
export const readingAge = (sample: Sample | null, now: number): { text: string; stale: boolean } => {
  if (sample === null) return { text: 'no reading yet', stale: false };
  const ms = since(sample.at, now);
  if (ms > STALE_MS) return { text: `stale: no reading for ${age(ms / 1000)}`, stale: true };
  return { text: `age ${(ms / 1000).toFixed(1)}s`, stale: false };
};

/** What the pane says of its readings at its head. */
export const liveHeading = (state: Pick<RunState, 'phase'> | null, sample: Sample | null, now: number): string => {
  if (state?.phase === 'finished') return 'the run has ended';
  const { text, stale } = readingAge(sample, now);
  return stale || sample === null ? text : 'every 1 s';
};

/** Every number with its thresholds and, where it is unknown or tripped, why: for the details. */
export const liveDetails = (input: LiveInput): string[] =>
  metricsOf(input.state).map((metric) => {
    const reading = read(metric, input);
    const thresholds = thresholdsOf(metric, input.state);
    const limits = (['warn', 'pause', 'abort'] as const)
      .map((level) => ({ level, limit: thresholds?.[level] ?? null }))
      .filter((entry): entry is { level: GateLevel; limit: number } => entry.limit !== null)
      .map(({ level, limit }) => `${level} ${metric.format(limit)}`);
    const head = `${metric.name}: ${reading.value}${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`;
    const level = reading.level === null ? '' : ` ${SYMBOL.alarm} ${reading.level.toUpperCase()}`;
    return `${head}${level}${reading.why === '' ? '' : `: ${reading.why}`}`;
  });
