import type { Baseline, MetricSummary, RunEvent, RunOptions } from './events.ts';
import { bytes } from './format.ts';
import { usualRollbackRate } from './gates/baseline-rate.ts';
import { isOff } from './gates/defaults.ts';
import { absoluteThresholds } from './gates/readings.ts';
import type { GateLevel, GateName, GateThresholds } from './gates/types.ts';
import { withGate } from './gates/with-gate.ts';
import { absentMetric } from './impact/absent.ts';
import { type ImpactVerdict, type Judged, judgeMetric, judgeWaits, worstOf } from './impact/judge.ts';
import { type ImpactMoment, momentsOf } from './impact/moments.ts';
import type { MetricName } from './samples.ts';

export type { ImpactVerdict } from './impact/judge.ts';
export type { ImpactMoment } from './impact/moments.ts';

export type ImpactUnit = 'count' | 'per-second' | 'seconds' | 'bytes' | 'number';

/** One line of the production impact (runbook row 14). Numbers are in the metric's own unit. */
export interface ImpactLine {
  /** A `MetricName`, the name of an own gate (`own`), or `waitedForUs`. */
  metric: string;
  own: boolean;
  /** What it is, for people: "rollbacks a second". */
  title: string;
  unit: ImpactUnit;
  /** Before the first build; null when it was not taken. */
  baseline: number | null;
  worst: number | null;
  /** When the worst was, and what was being done; null when it was never read, or there was nothing to see. */
  moment: ImpactMoment | null;
  verdict: ImpactVerdict;
  /** The rule that gave the verdict, as a sentence with its numbers. */
  rule: string;
  /** What it is about was not there, in words: "no replica". Then `baseline` and `worst` are null. */
  absent?: string;
  /** Of `waitedForUs`: the longest wait, seconds; null when it is not on record. */
  longestS?: number | null;
}

export interface Impact {
  lines: ImpactLine[];
  /** The worst of the lines' verdicts; unknown only when all are. */
  verdict: ImpactVerdict;
}

type Summary = Extract<RunEvent, { type: 'metrics.summarised' }>;

interface Metric {
  metric: MetricName;
  title: string;
  unit: ImpactUnit;
  gate: GateName | null;
}

const METRICS: readonly Metric[] = [
  { metric: 'lockWaiters', title: 'sessions waiting on locks', unit: 'count', gate: 'lock-waiters' },
  { metric: 'active', title: 'active sessions', unit: 'count', gate: 'active' },
  { metric: 'connections', title: 'connections', unit: 'count', gate: 'connections' },
  { metric: 'rollbacksPerS', title: 'rollbacks a second', unit: 'per-second', gate: 'rollbacks' },
  { metric: 'deadlocksPerS', title: 'deadlocks a second', unit: 'per-second', gate: null },
  { metric: 'replicaLagS', title: 'lag of the slowest replica', unit: 'seconds', gate: 'replica-lag' },
  { metric: 'retainedWalBytes', title: 'WAL held by the worst slot', unit: 'bytes', gate: 'retained-wal' },
];

/** A number of a line with its unit. */
export const impactNumber = (value: number, unit: ImpactUnit): string => {
  switch (unit) {
    case 'bytes':
      return bytes(value);
    case 'seconds':
      return `${value.toFixed(1)} s`;
    case 'per-second':
      return `${value.toFixed(1)}/s`;
    case 'count':
      return String(Math.round(value));
    case 'number':
      return String(Math.round(value * 100) / 100);
  }
};

const LEVELS: readonly GateLevel[] = ['warn', 'pause', 'abort'];

/** The worst level that each gate has tripped on. */
const trippedLevels = (events: readonly RunEvent[]): Map<string, GateLevel> => {
  const levels = new Map<string, GateLevel>();
  for (const event of events) {
    // A gate that could not be read says nothing of production.
    if (event.type !== 'gate.tripped' || event.value === null) continue;
    const before = levels.get(event.gate);
    if (before === undefined || LEVELS.indexOf(event.level) > LEVELS.indexOf(before))
      levels.set(event.gate, event.level);
  }
  return levels;
};

interface Worst {
  value: number;
  from: string;
  to: string;
}

/** The worst of all summaries; of the one gate that is `below`, the least. */
const worstIn = (
  summaries: readonly Summary[],
  read: (summary: Summary) => MetricSummary | undefined,
  below = false,
): Worst | null => {
  let worst: Worst | null = null;
  for (const summary of summaries) {
    const metric = read(summary);
    if (metric === undefined) continue;
    const value = below ? metric.min : metric.max;
    const past = worst === null || (below ? value < worst.value : value > worst.value);
    const at = below ? undefined : metric.maxAt;
    if (past) worst = { value, from: at ?? summary.from, to: at ?? summary.to };
  }
  return worst;
};

/** A gate's thresholds in the unit of its metric; null when there is none, or it is off. */
const thresholdsOf = (
  gate: GateName | null,
  { gates }: RunOptions,
  baseline: Baseline | null,
  summaries: readonly Summary[],
): GateThresholds | null => {
  if (gate === null || isOff(gates[gate])) return null;
  const { warn, pause, abort } = absoluteThresholds(gate, gates[gate], baseline && usualRollbackRate(baseline));
  if (gate !== 'connections') return { warn, pause, abort };
  const most = worstIn(summaries, ({ metrics }) => metrics.maxConnections)?.value ?? null;
  if (most === null) return null;
  const share = (percent: number | null): number | null => (percent === null ? null : (percent / 100) * most);
  return { warn: share(warn), pause: share(pause), abort: share(abort) };
};

const baselineOf = (metric: MetricName, baseline: Baseline | null): number | null => {
  if (baseline === null) return null;
  // The rate is the mean of several seconds, not the last one.
  if (metric === 'rollbacksPerS') return baseline.rollbacksPerS;
  if (metric === 'active' || metric === 'connections') return baseline[metric];
  return baseline.metrics?.[metric] ?? null;
};

const judgeDeadlocks = (worst: number | null): Judged => {
  if (worst === null) return { verdict: 'unknown', rule: 'it could not be read' };
  return worst > 0
    ? { verdict: 'impact', rule: 'deadlocks were counted: transactions were rolled back for them' }
    : { verdict: 'none', rule: 'no deadlock was counted' };
};

/** The options of the run as they were in the end: thresholds may be changed while it runs. */
const optionsOf = (events: readonly RunEvent[]): RunOptions | null => {
  let options: RunOptions | null = null;
  for (const event of events) {
    if (event.type === 'run.started' || event.type === 'run.resumed') options = event.options;
    else if (event.type === 'gate.changed' && options !== null) options = withGate(options, event.gate, event.to);
  }
  return options;
};

const absentLine = (metric: MetricName, title: string, unit: ImpactUnit, absent: string): ImpactLine => ({
  metric,
  own: false,
  title,
  unit,
  baseline: null,
  worst: null,
  moment: null,
  verdict: 'none',
  rule: `there is ${absent}`,
  absent,
});

/** How production fared from the go to the end (runbook row 14): pure, of the run's events alone. */
export const impactOf = (events: readonly RunEvent[]): Impact => {
  const summaries = events.filter((event): event is Summary => event.type === 'metrics.summarised');
  const options = optionsOf(events);
  const baseline = events.findLast((event) => event.type === 'baseline.taken') ?? null;
  if (options === null) return { lines: [], verdict: 'unknown' };
  const tripped = trippedLevels(events);
  const moment = momentsOf(events);
  const momentOf = (worst: Worst | null): ImpactMoment | null => worst && moment(worst.from, worst.to);

  const metrics = METRICS.map(({ metric, title, unit, gate }): ImpactLine => {
    const none = absentMetric(metric, events);
    if (none !== null) return absentLine(metric, title, unit, none);
    const worst = worstIn(summaries, (summary) => summary.metrics[metric]);
    const before = baselineOf(metric, baseline);
    const judged =
      metric === 'deadlocksPerS'
        ? judgeDeadlocks(worst?.value ?? null)
        : judgeMetric({
            baseline: before,
            worst: worst?.value ?? null,
            thresholds: thresholdsOf(gate, options, baseline, summaries),
            tripped: gate === null ? null : (tripped.get(gate) ?? null),
            below: false,
            format: (value) => impactNumber(value, unit),
          });
    const about = { metric, own: false, title, unit, baseline: before, worst: worst?.value ?? null };
    return { ...about, moment: momentOf(worst), ...judged };
  });

  const own = (options.ownGates ?? []).map((gate): ImpactLine => {
    const worst = worstIn(summaries, (summary) => summary.own?.[gate.name], gate.below);
    const judged = judgeMetric({
      baseline: null,
      worst: worst?.value ?? null,
      thresholds: isOff(gate.thresholds) ? null : gate.thresholds,
      tripped: tripped.get(gate.name) ?? null,
      below: gate.below,
      format: (value) => `${impactNumber(value, 'number')}${gate.unit === null ? '' : ` ${gate.unit}`}`,
    });
    const about = { metric: gate.name, own: true, title: gate.name, unit: 'number' as const, baseline: null };
    return { ...about, worst: worst?.value ?? null, moment: momentOf(worst), ...judged };
  });

  const lines = [...metrics, waitsLine(events, summaries, momentOf), ...own];
  return { lines, verdict: worstOf(lines.map(({ verdict }) => verdict)) };
};

const waitsLine = (
  events: readonly RunEvent[],
  summaries: readonly Summary[],
  momentOf: (worst: Worst | null) => ImpactMoment | null,
): ImpactLine => {
  const most = worstIn(summaries, ({ metrics }) => metrics.blockedByUs);
  const waits = summaries.flatMap((summary) => summary.waits ?? []);
  const longestS = waits.length === 0 ? null : Math.max(...waits.map((wait) => wait.longestS));
  const cancelled = events.some((event) => event.type === 'cancel.requested' && event.cause === 'gate');
  return {
    metric: 'waitedForUs',
    own: false,
    title: 'sessions waiting for our builds',
    unit: 'count',
    baseline: null,
    worst: most?.value ?? null,
    moment: most !== null && most.value > 0 ? momentOf(most) : null,
    longestS,
    ...judgeWaits(most?.value ?? null, longestS, cancelled),
  };
};
