import type { MetricName, Metrics, Sample } from './samples.ts';
import { type BuildMemory, progressOf } from './sampling/progress.ts';
import { ratesBetween } from './sampling/rates.ts';
import { type Reading, someoneWaits } from './sampling/reading.ts';
import { rememberWal, slowestLag, type WalHistory } from './sampling/replicas.ts';
import { blockersTree } from './sampling/tree.ts';

export { type Reading, someoneWaits, type Work } from './sampling/reading.ts';

/** What has to be remembered from reading to reading, besides the reading before. */
export interface SamplingMemory {
  /** By step, backend and work. */
  builds: ReadonlyMap<string, BuildMemory>;
  wal: WalHistory;
  tree: Sample['blockers'];
}

export const newSamplingMemory = (): SamplingMemory => ({ builds: new Map(), wal: [], tree: null });

interface Part<Names extends MetricName> {
  metrics: Pick<Metrics, Names>;
  unreadable: Sample['unreadable'];
}

const sessions = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`);

const hiddenFrom = (count: number): string =>
  `This role may not see what ${sessions(count)} of other roles do: grant it pg_monitor.`;

const activityPart = ({
  activity,
}: Reading): Part<'lockWaiters' | 'active' | 'connections' | 'maxConnections' | 'oldestTransactionS'> => {
  const hiddenTransactions = activity.hiddenTransactions > 0;
  return {
    metrics: {
      lockWaiters: activity.lockWaiters,
      active: activity.active,
      connections: activity.connections,
      maxConnections: activity.maxConnections,
      oldestTransactionS: hiddenTransactions ? null : activity.oldestTransactionS,
    },
    unreadable: {
      ...(activity.active === null ? { active: hiddenFrom(activity.hidden) } : {}),
      ...(hiddenTransactions ? { oldestTransactionS: hiddenFrom(activity.hiddenTransactions) } : {}),
    },
  };
};

const replicationPart = (
  { replication, clockMs }: Reading,
  wal: WalHistory,
): Part<'replicaLagS' | 'replicas' | 'retainedWalBytes' | 'slots'> => {
  if ('refused' in replication) {
    const why = replication.refused;
    return {
      metrics: { replicaLagS: null, replicas: null, retainedWalBytes: null, slots: null },
      unreadable: { replicaLagS: why, replicas: why, retainedWalBytes: why, slots: why },
    };
  }
  const hidden = replication.hiddenReplicas > 0;
  return {
    metrics: {
      replicaLagS: hidden ? null : slowestLag(replication, wal, clockMs),
      replicas: replication.replicas.length + replication.hiddenReplicas,
      retainedWalBytes: replication.retainedBytes,
      slots: replication.slots,
    },
    unreadable: hidden ? { replicaLagS: 'This role may not see how far replicas are: grant it pg_monitor.' } : {},
  };
};

const walAfter = ({ replication, clockMs }: Reading, wal: WalHistory): WalHistory =>
  'refused' in replication ? [] : rememberWal(wal, replication, clockMs);

const treeAfter = (reading: Reading, last: Sample['blockers']): Sample['blockers'] => {
  if (!someoneWaits(reading)) return null;
  return reading.tree === null ? last : blockersTree(reading.tree, reading.works, reading.at);
};

/** `indexdeck watch RUN NAME`: a name has spaces, a run has none. */
const watching = ({ activity }: Reading): Pick<Sample, 'watchers'> => {
  const watchers = activity.watchers.flatMap(({ application, user: role, since }) => {
    const [, run, name = ''] = /^indexdeck watch (\S+) ?(.*)$/s.exec(application) ?? [];
    return run === undefined ? [] : [{ run, name, role, since }];
  });
  return watchers.length === 0 ? {} : { watchers };
};

/**
 * One reading as a sample: rates against the reading before, durations against what is remembered. Pure; all times are
 * the readings' own.
 */
export const toSample = (
  previous: Reading | null,
  reading: Reading,
  memory: SamplingMemory,
): { sample: Sample; memory: SamplingMemory } => {
  const wal = walAfter(reading, memory.wal);
  const tree = treeAfter(reading, memory.tree);
  const builds = reading.works.flatMap((work) => {
    const seen = reading.builds.find((build) => build.pid === work.pid);
    if (seen === undefined) return [];
    const key = `${work.step} ${work.pid} ${work.work}`;
    return [{ key, ...progressOf(work, seen, reading.works, memory.builds.get(key), reading.clockMs) }];
  });

  const activity = activityPart(reading);
  const replication = replicationPart(reading, wal);
  const rates = ratesBetween(previous, reading);
  const { oldestTransaction: oldest, oldestTransactionS } = reading.activity;
  const sample: Sample = {
    at: reading.at,
    tookMs: reading.tookMs,
    metrics: {
      ...activity.metrics,
      ...replication.metrics,
      ...rates.rates,
      blockedByUs: new Set(builds.flatMap(({ progress }) => progress.blocks)).size,
    },
    unreadable: { ...activity.unreadable, ...replication.unreadable, ...rates.unreadable },
    oldestTransaction:
      oldest === null
        ? null
        : { ...oldest, transactionS: oldestTransactionS, waitingS: null, waitsFor: null, blockedBy: [], step: null },
    builds: builds.map(({ progress }) => progress),
    ...watching(reading),
    blockers: tree,
  };
  return { sample, memory: { builds: new Map(builds.map(({ key, memory: after }) => [key, after])), wal, tree } };
};
