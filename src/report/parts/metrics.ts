import {
  absentMetric,
  absoluteThresholds,
  GATE_NAMES,
  GATE_UNITS,
  type GateName,
  type GateThresholds,
  type MetricName,
  type MetricSummary,
  type RunEvent,
  type RunState,
  usualRollbackRate,
} from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Metric = Report['metrics'][number];
type Summary = Extract<RunEvent, { type: 'metrics.summarised' }>;

const TITLES: Readonly<Record<MetricName, string>> = {
  lockWaiters: 'sessions waiting on locks',
  blockedByUs: 'sessions waiting for our builds',
  active: 'active sessions',
  connections: 'connections',
  maxConnections: 'connections allowed',
  rollbacksPerS: 'rollbacks per second',
  commitsPerS: 'commits per second',
  deadlocksPerS: 'deadlocks per second',
  walBytesPerS: 'WAL per second',
  oldestTransactionS: 'oldest transaction',
  replicaLagS: 'slowest replica behind',
  replicas: 'replicas',
  retainedWalBytes: 'WAL held by replication slots',
  slots: 'replication slots',
};

const GATE_OF: Partial<Record<MetricName, GateName>> = {
  lockWaiters: 'lock-waiters',
  blockedByUs: 'blocked-by-us',
  active: 'active',
  connections: 'connections',
  rollbacksPerS: 'rollbacks',
  oldestTransactionS: 'old-transaction',
  replicaLagS: 'replica-lag',
  retainedWalBytes: 'retained-wal',
};

const unitOf = (name: MetricName): string | null => {
  if (name === 'retainedWalBytes' || name === 'walBytesPerS') return 'bytes';
  if (name.endsWith('PerS')) return '/s';
  return name === 'oldestTransactionS' || name === 'replicaLagS' ? 's' : null;
};

const NONE: GateThresholds = { warn: null, pause: null, abort: null };

/** Thresholds in the unit of the metric: those of connections are a share, those of rollbacks times the usual rate. */
const thresholdsOf = (name: MetricName, state: RunState, summaries: readonly Summary[]): GateThresholds => {
  const gate = GATE_OF[name];
  if (gate === undefined) return NONE;
  const given = state.options.gates[gate] ?? NONE;
  if (GATE_UNITS[gate] === 'percent') {
    const most = Math.max(0, ...summaries.map(({ metrics }) => metrics.maxConnections?.max ?? 0));
    const share = (percent: number | null) => (percent === null || most === 0 ? null : (percent * most) / 100);
    return { warn: share(given.warn), pause: share(given.pause), abort: share(given.abort) };
  }
  return absoluteThresholds(gate, given, state.baseline === null ? null : usualRollbackRate(state.baseline));
};

const points = (summaries: readonly Summary[], of: (summary: Summary) => MetricSummary | undefined): Metric['points'] =>
  summaries.flatMap((summary) => {
    const value = of(summary);
    if (value === undefined) return [];
    const { min, mean, max } = value;
    return [{ from: summary.from, to: summary.to, min, mean, max }];
  });

const LEFT_OUT: ReadonlySet<MetricName> = new Set(['maxConnections', 'replicas', 'slots']);

/** The live metrics as they were summarised, with the thresholds of their gates; one that was never read is missing. */
export const metrics = (events: readonly RunEvent[], state: RunState): Metric[] => {
  const summaries = events.filter((event): event is Summary => event.type === 'metrics.summarised');
  const builtIn = (Object.keys(TITLES) as MetricName[])
    .filter((name) => !LEFT_OUT.has(name))
    .map((name): Metric => {
      const { warn, pause, abort } = thresholdsOf(name, state, summaries);
      const gate = GATE_NAMES.find((each) => each === GATE_OF[name]) ?? null;
      const unit = unitOf(name);
      // A line at zero would say that a replica was watched.
      const read = absentMetric(name, events) !== null ? [] : points(summaries, (summary) => summary.metrics[name]);
      return { name, title: TITLES[name], unit, gate, below: false, warn, pause, abort, points: read };
    });
  const own = (state.options.ownGates ?? []).map(
    ({ name, unit, below, thresholds: { warn, pause, abort } }): Metric => {
      const read = points(summaries, (summary) => summary.own?.[name]);
      return { name, title: name, unit, gate: name, below, warn, pause, abort, points: read };
    },
  );
  return [...builtIn, ...own].filter((metric) => metric.points.length > 0);
};
