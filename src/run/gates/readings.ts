import { bytes, clockTime } from '../format.ts';
import type { Backend, Sample } from '../samples.ts';
import { GATE_UNITS } from './defaults.ts';
import type { GateName, GateThresholds } from './types.ts';

/** What a gate reads from one sample: its value in its own unit, or why there is none. */
export type Reading = { value: number } | { value: null; why: string };

/** Below this rate a rollback gate stays quiet, whatever the baseline: twice next to nothing is nothing. */
const LEAST_ROLLBACKS_PER_S = 1;

const of = (value: number | null, why: string | undefined): Reading =>
  value === null || !Number.isFinite(value) ? { value: null, why: why ?? 'the server gave no value' } : { value };

const stalled = (sample: Sample): number =>
  Math.max(0, ...sample.builds.map((build) => Math.max(build.waiting ? build.phaseS : 0, build.stalledS)));

/** The gate's value in this sample; null with the reason where it cannot be read. */
export const readGate = (gate: GateName, sample: Sample): Reading => {
  const { metrics, unreadable } = sample;
  switch (gate) {
    case 'lock-waiters':
      return of(metrics.lockWaiters, unreadable.lockWaiters);
    case 'blocked-by-us':
      return of(metrics.blockedByUs, unreadable.blockedByUs);
    case 'active':
      return of(metrics.active, unreadable.active);
    case 'connections':
      return metrics.connections === null || metrics.maxConnections === null
        ? of(null, unreadable.connections ?? unreadable.maxConnections)
        : of((100 * metrics.connections) / metrics.maxConnections, undefined);
    case 'rollbacks':
      return of(metrics.rollbacksPerS, unreadable.rollbacksPerS);
    case 'old-transaction':
      return of(metrics.oldestTransactionS, unreadable.oldestTransactionS);
    case 'stalled-build':
      return of(stalled(sample), undefined);
    case 'replica-lag':
      return of(metrics.replicaLagS, unreadable.replicaLagS);
    case 'retained-wal':
      return of(metrics.retainedWalBytes, unreadable.retainedWalBytes);
  }
};

/**
 * The thresholds in the unit of the reading. Those of `rollbacks` are times the usual rate (`usualRollbackRate`), and
 * never less than one a second.
 */
export const absoluteThresholds = (
  gate: GateName,
  thresholds: GateThresholds,
  usualRollbacksPerS: number | null,
): GateThresholds => {
  if (gate !== 'rollbacks') return thresholds;
  // With nothing to compare with it can only warn.
  if (usualRollbacksPerS === null) return { warn: thresholds.warn === null ? null : 1, pause: null, abort: null };
  const times = (factor: number | null): number | null =>
    factor === null ? null : Math.max(LEAST_ROLLBACKS_PER_S, factor * usualRollbacksPerS);
  return { warn: times(thresholds.warn), pause: times(thresholds.pause), abort: times(thresholds.abort) };
};

/** A value with its unit, as the log and the screen say it. */
export const formatGateValue = (gate: GateName, value: number): string => {
  if (gate === 'rollbacks') return `${value.toFixed(1)}/s`;
  switch (GATE_UNITS[gate]) {
    case 'percent':
      return `${value.toFixed(0)} %`;
    case 'seconds':
      return value < 60 ? `${value.toFixed(value < 10 ? 1 : 0)} s` : clockTime(value * 1000);
    case 'bytes':
      return bytes(value);
    default:
      return String(Math.round(value));
  }
};

const named = (backend: Backend): string => {
  const who = [backend.application || null, backend.user].filter(Boolean).join(', ');
  return `pid ${backend.pid}${who === '' ? '' : ` (${who})`}${backend.state === null ? '' : `, ${backend.state}`}`;
};

/** Who or what is behind the value, where the sample tells; empty otherwise. */
export const culprit = (gate: GateName, sample: Sample): string => {
  switch (gate) {
    case 'old-transaction':
      return sample.oldestTransaction === null ? '' : `: ${named(sample.oldestTransaction)}`;
    case 'lock-waiters': {
      const root = sample.blockers?.backends.find((backend) => backend.blockedBy.length === 0);
      return root === undefined ? '' : `, behind ${named(root)}`;
    }
    case 'blocked-by-us':
    case 'stalled-build': {
      const [blocker] = sample.builds.flatMap((build) => build.blockers);
      return gate === 'stalled-build' && blocker !== undefined ? `, waits on ${named(blocker)}` : '';
    }
    default:
      return '';
  }
};

/** What the gate looks at, as the start of a sentence. */
export const GATE_SUBJECTS: Readonly<Record<GateName, string>> = {
  'lock-waiters': 'sessions waiting on locks',
  'blocked-by-us': 'sessions waiting for our builds',
  active: 'active sessions',
  connections: 'connections in use',
  rollbacks: 'rollbacks',
  'old-transaction': 'oldest transaction a build would wait for',
  'stalled-build': 'a build without progress',
  'replica-lag': 'slowest replica behind by',
  'retained-wal': 'WAL held by the worst replication slot',
};
