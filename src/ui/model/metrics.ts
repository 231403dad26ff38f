import { usualRollbackRate } from '../../run/gates/baseline-rate.ts';
import { absoluteThresholds, readGate } from '../../run/gates/readings.ts';
import {
  formatOwnValue,
  GATE_NAMES,
  type GateName,
  type GateThresholds,
  isOff,
  type MetricName,
  type OwnGate,
  type RunState,
  type Sample,
} from '../../run/index.ts';
import { age, bytes, short } from './format.ts';

/** A number of the live pane: where it comes from, how it reads, and which gate looks at it. */
export interface Metric {
  name: string;
  gate: string | null;
  /** What must be readable for the value to be known. */
  needs: MetricName[];
  value(sample: Sample): number | null;
  format(value: number): string;
  /** A threshold, where it reads otherwise beside the value. */
  formatLimit?(value: number): string;
  /** Said in place of the value, when there is nothing to measure. */
  absent?(sample: Sample): string | null;
  /** The gate of the config file that this number is for. */
  own?: OwnGate;
}

interface BuiltInMetric extends Metric {
  gate: GateName | null;
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
export const METRICS: readonly BuiltInMetric[] = [
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
    absent: (s) => (s.metrics.slots === 0 ? 'no slot' : null),
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

const ownMetric = (gate: OwnGate): Metric => ({
  name: gate.name,
  gate: gate.name,
  needs: [],
  value: (sample) => sample.own?.[gate.name]?.value ?? null,
  format: (value) => formatOwnValue(gate, value),
  formatLimit: (value) => formatOwnValue({ unit: null }, value),
  own: gate,
});

/** The numbers of this run: those of the config file's gates before those that no gate looks at. */
export const metricsOf = ({ options }: RunState): readonly Metric[] => {
  const own = (options.ownGates ?? []).filter((gate) => !isOff(gate.thresholds));
  if (own.length === 0) return METRICS;
  const [gated, others] = [METRICS.filter(({ gate }) => gate !== null), METRICS.filter(({ gate }) => gate === null)];
  return [...gated, ...own.map(ownMetric), ...others];
};

/** The thresholds in the unit of the metric's value; null for a metric without a gate. */
export const thresholdsOf = (metric: Metric, { options, baseline }: RunState): GateThresholds | null => {
  if (metric.own !== undefined) return metric.own.thresholds;
  const gate = GATE_NAMES.find((name) => name === metric.gate);
  if (gate === undefined) return null;
  return absoluteThresholds(gate, options.gates[gate], baseline === null ? null : usualRollbackRate(baseline));
};

const known = ({ warn, pause, abort }: GateThresholds): number[] =>
  [warn, pause, abort].filter((limit): limit is number => limit !== null);

/** The threshold that the value meets next; the last one, once it is past all of them. */
export const nextThreshold = (value: number, thresholds: GateThresholds | null, own?: OwnGate): number | null => {
  if (thresholds === null) return null;
  const limits = own === undefined ? known(thresholds).filter((limit) => limit > 0) : known(thresholds);
  const sorted = limits.sort((a, b) => (own?.below ? b - a : a - b));
  return sorted.find((limit) => (own?.below ? limit < value : limit > value)) ?? sorted.at(-1) ?? null;
};

/** Why the metric is not known, as the sampler said it. */
export const whyUnknown = (metric: Metric, sample: Sample): string => {
  if (metric.own !== undefined) return sample.own?.[metric.own.name]?.why ?? 'no reading yet';
  const reasons = metric.needs.map((need) => sample.unreadable[need]).filter(Boolean);
  return reasons.join('; ') || 'no value yet: a rate needs two readings';
};
