import { usualRollbackRate } from '../../run/gates/baseline-rate.ts';
import { absoluteThresholds, readGate } from '../../run/gates/readings.ts';
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

/** The very number that the gate judges. */
const gated =
  (gate: GateName) =>
  (sample: Sample): number | null =>
    readGate(gate, sample).value;

/** In the order they are shown; the place of a number never changes. */
export const METRICS: readonly Metric[] = [
  {
    name: 'waiting on locks',
    gate: 'lock-waiters',
    needs: ['lockWaiters'],
    value: gated('lock-waiters'),
    format: whole,
  },
  { name: 'active', gate: 'active', needs: ['active'], value: gated('active'), format: whole },
  {
    name: 'blocked by us',
    gate: 'blocked-by-us',
    needs: ['blockedByUs'],
    value: gated('blocked-by-us'),
    format: whole,
  },
  {
    name: 'connections',
    gate: 'connections',
    needs: ['connections', 'maxConnections'],
    value: gated('connections'),
    format: percent,
  },
  {
    name: 'rollbacks',
    gate: 'rollbacks',
    needs: ['rollbacksPerS'],
    value: gated('rollbacks'),
    format: rate,
  },
  {
    name: 'oldest xact',
    gate: 'old-transaction',
    needs: ['oldestTransactionS'],
    value: gated('old-transaction'),
    format: age,
  },
  {
    name: 'longest stall',
    gate: 'stalled-build',
    needs: [],
    value: gated('stalled-build'),
    format: age,
    absent: (s) => (s.builds.length === 0 ? 'no build' : null),
  },
  {
    name: 'replica lag',
    gate: 'replica-lag',
    needs: ['replicaLagS'],
    value: gated('replica-lag'),
    format: lag,
    absent: (s) => (s.metrics.replicas === 0 ? 'no replica' : null),
  },
  {
    name: 'retained WAL',
    gate: 'retained-wal',
    needs: ['retainedWalBytes'],
    value: gated('retained-wal'),
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

/** The thresholds in the unit of the metric's value; null for a metric without a gate. */
export const thresholdsOf = ({ gate }: Metric, { options, baseline }: RunState): GateThresholds | null =>
  gate === null
    ? null
    : absoluteThresholds(gate, options.gates[gate], baseline === null ? null : usualRollbackRate(baseline));

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
