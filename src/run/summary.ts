import type { EventBody, MetricSummary, WaitsForUs } from './events.ts';
import type { MetricName, Sample } from './samples.ts';

/** Samples are not recorded one by one: this is how long one summary of them covers, in milliseconds. */
export const SUMMARY_EVERY_MS = 10_000;

interface Running {
  min: number;
  max: number;
  /** When the most was seen first, ISO. */
  maxAt: string;
  sum: number;
  count: number;
}

/** What has been seen since the last summary. */
export interface SummaryMemory {
  from: string | null;
  to: string | null;
  samples: number;
  metrics: Partial<Record<MetricName, Running>>;
  own: Record<string, Running>;
  waits: Waits | null;
}

/** Sessions that waited for builders of ours, by pid. */
interface Waits {
  pids: ReadonlySet<number>;
  longestS: number;
  steps: ReadonlySet<number>;
}

export const newSummaryMemory = (): SummaryMemory => ({
  from: null,
  to: null,
  samples: 0,
  metrics: {},
  own: {},
  waits: null,
});

const addWaits = (waits: Waits | null, { builds }: Sample): Waits | null => {
  const blocking = builds.filter(({ blocks }) => blocks.length > 0);
  if (blocking.length === 0) return waits;
  return {
    pids: new Set([...(waits?.pids ?? []), ...blocking.flatMap(({ blocks }) => blocks)]),
    longestS: Math.max(waits?.longestS ?? 0, ...blocking.map(({ blocksS }) => blocksS)),
    steps: new Set([...(waits?.steps ?? []), ...blocking.map(({ step }) => step)]),
  };
};

const waitsOf = ({ pids, longestS, steps }: Waits): WaitsForUs => ({
  sessions: pids.size,
  longestS: round(longestS),
  steps: [...steps].sort((a, b) => a - b),
});

const add = (running: Running | undefined, value: number, at: string): Running =>
  running === undefined
    ? { min: value, max: value, maxAt: at, sum: value, count: 1 }
    : {
        min: Math.min(running.min, value),
        max: Math.max(running.max, value),
        maxAt: value > running.max ? at : running.maxAt,
        sum: running.sum + value,
        count: running.count + 1,
      };

const round = (value: number): number => Math.round(value * 1000) / 1000;

const summaries = (running: Record<string, Running>): Record<string, MetricSummary> =>
  Object.fromEntries(
    Object.entries(running).map(([name, { min, max, maxAt, sum, count }]) => [
      name,
      { min: round(min), mean: round(sum / count), max: round(max), maxAt },
    ]),
  );

const toEvent = (memory: SummaryMemory): Extract<EventBody, { type: 'metrics.summarised' }> => {
  const own = summaries(memory.own);
  return {
    type: 'metrics.summarised',
    from: memory.from ?? '',
    to: memory.to ?? '',
    samples: memory.samples,
    metrics: summaries(memory.metrics),
    ...(Object.keys(own).length === 0 ? {} : { own }),
    ...(memory.waits === null ? {} : { waits: waitsOf(memory.waits) }),
  };
};

/** The memory after one more sample, and the summary when its time has come. A metric that was never read is absent. */
export const summarise = (
  memory: SummaryMemory,
  sample: Sample,
): { memory: SummaryMemory; summary: Extract<EventBody, { type: 'metrics.summarised' }> | null } => {
  const metrics = { ...memory.metrics };
  for (const [name, value] of Object.entries(sample.metrics))
    if (value !== null) metrics[name as MetricName] = add(metrics[name as MetricName], value, sample.at);
  const own = { ...memory.own };
  for (const [name, { value, at }] of Object.entries(sample.own ?? {}))
    if (value !== null) own[name] = add(own[name], value, at);
  const next = {
    from: memory.from ?? sample.at,
    to: sample.at,
    samples: memory.samples + 1,
    metrics,
    own,
    waits: addWaits(memory.waits, sample),
  };
  const full = Date.parse(sample.at) - Date.parse(next.from) >= SUMMARY_EVERY_MS;
  return full ? { memory: newSummaryMemory(), summary: toEvent(next) } : { memory: next, summary: null };
};

/** The summary of what came since the last one, at the end of a run; null when nothing did. */
export const lastSummary = (memory: SummaryMemory): Extract<EventBody, { type: 'metrics.summarised' }> | null =>
  memory.samples === 0 ? null : toEvent(memory);
