import type { GateName, GateThresholds, MetricName, RunState, Sample } from '../../run/index.ts';
import { age, bytes, short } from './format.ts';

/** A number of the live pane: where it comes from, how it reads, and which gate looks at it. */
export interface Metric {
  name: string;
  gate: GateName | null;
  /** What must be readable for the value to be known. */
  needs: MetricName[];
  value(sample: Sample): number | null;
  format(value: number): string;
  /** Said in place of the value, when there is nothing to measure. */
  absent?(sample: Sample): string | null;
}

const whole = (value: number): string => value.toFixed(0);
const rate = (value: number): string => `${short(value)}/s`;
const percent = (value: number): string => `${value.toFixed(0)} %`;
const lag = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)} s` : age(seconds));

const share = ({ metrics: { connections, maxConnections } }: Sample): number | null =>
  connections === null || !maxConnections ? null : (connections / maxConnections) * 100;

/** The longest that one of our builds has waited, or made no progress. */
const stalled = (sample: Sample): number =>
  Math.max(0, ...sample.builds.map((build) => (build.waiting ? build.phaseS : build.stalledS)));

/** In the order they are shown; the place of a number never changes. */
export const METRICS: readonly Metric[] = [
  {
    name: 'waiting on locks',
    gate: 'lock-waiters',
    needs: ['lockWaiters'],
    value: (s) => s.metrics.lockWaiters,
    format: whole,
  },
  { name: 'active', gate: 'active', needs: ['active'], value: (s) => s.metrics.active, format: whole },
  {
    name: 'blocked by us',
    gate: 'blocked-by-us',
    needs: ['blockedByUs'],
    value: (s) => s.metrics.blockedByUs,
    format: whole,
  },
  { name: 'connections', gate: 'connections', needs: ['connections', 'maxConnections'], value: share, format: percent },
  {
    name: 'rollbacks',
    gate: 'rollbacks',
    needs: ['rollbacksPerS'],
    value: (s) => s.metrics.rollbacksPerS,
    format: rate,
  },
  {
    name: 'oldest xact',
    gate: 'old-transaction',
    needs: ['oldestTransactionS'],
    value: (s) => s.metrics.oldestTransactionS,
    format: age,
  },
  {
    name: 'longest stall',
    gate: 'stalled-build',
    needs: [],
    value: stalled,
    format: age,
    absent: (s) => (s.builds.length === 0 ? 'no build' : null),
  },
  {
    name: 'replica lag',
    gate: 'replica-lag',
    needs: ['replicaLagS'],
    value: (s) => s.metrics.replicaLagS,
    format: lag,
    absent: (s) => (s.metrics.replicas === 0 ? 'no replica' : null),
  },
  {
    name: 'retained WAL',
    gate: 'retained-wal',
    needs: ['retainedWalBytes'],
    value: (s) => s.metrics.retainedWalBytes,
    format: bytes,
  },
  {
    name: 'WAL written',
    gate: null,
    needs: ['walBytesPerS'],
    value: (s) => s.metrics.walBytesPerS,
    format: (value) => `${bytes(value)}/s`,
  },
  { name: 'commits', gate: null, needs: ['commitsPerS'], value: (s) => s.metrics.commitsPerS, format: rate },
  { name: 'deadlocks', gate: null, needs: ['deadlocksPerS'], value: (s) => s.metrics.deadlocksPerS, format: rate },
];

/** Rollbacks are judged against the baseline: thresholds as rates, null where there is no baseline to multiply. */
const asRates = (gates: GateThresholds, baseline: number | null): GateThresholds => {
  const times = (factor: number | null, least: number): number | null =>
    factor === null || baseline === null ? null : Math.max(least, factor * baseline);
  return { warn: times(gates.warn, 0), pause: times(gates.pause, 1), abort: times(gates.abort, 1) };
};

/** The thresholds in the unit of the metric's value; null for a metric without a gate. */
export const thresholdsOf = (metric: Metric, state: RunState): GateThresholds | null => {
  if (metric.gate === null) return null;
  const thresholds = state.options.gates[metric.gate];
  return metric.gate === 'rollbacks' ? asRates(thresholds, state.baseline?.rollbacksPerS ?? null) : thresholds;
};

/** The threshold that the value meets next; the highest one, once it is over all of them. */
export const nextThreshold = (value: number, thresholds: GateThresholds | null): number | null => {
  if (thresholds === null) return null;
  const known = [thresholds.warn, thresholds.pause, thresholds.abort].filter(
    (limit): limit is number => limit !== null,
  );
  const sorted = known.filter((limit) => limit > 0).sort((a, b) => a - b);
  return sorted.find((limit) => limit > value) ?? sorted.at(-1) ?? null;
};

/** Why the metric is not known, as the sampler said it. */
export const whyUnknown = (metric: Metric, sample: Sample): string =>
  metric.needs
    .map((need) => sample.unreadable[need])
    .filter(Boolean)
    .join('; ') || 'no value yet: a rate needs two readings';
