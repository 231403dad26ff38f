import type { Backend, BuildProgress } from '../samples.ts';

/** A session as the server shows it; the rest of a `Backend` depends on why it is looked at. */
export type SeenBackend = Omit<Backend, 'transactionS' | 'waitingS' | 'waitsFor' | 'blockedBy' | 'step'>;

/** Counters are since the last reset of the statistics, for this database. */
export interface ActivityReading {
  lockWaiters: number;
  active: number | null;
  connections: number;
  maxConnections: number;
  /** Sessions of which our role may not see what they do. */
  hidden: number;
  hiddenTransactions: number;
  oldestTransaction: SeenBackend | null;
  oldestTransactionS: number;
  commits: number | null;
  rollbacks: number | null;
  deadlocks: number | null;
  statsReset: number | null;
  /** Sessions that name themselves as observers' screens; `since` is null where we may not see it. */
  watchers: { application: string; user: string; since: string | null }[];
}

/** Positions in bytes since the beginning of the WAL. */
export interface ReplicationReading {
  walBytes: number | null;
  hiddenReplicas: number;
  replicas: { pid: number; replayLagS: number | null; replayed: number }[];
  retainedBytes: number;
  slots: number;
}

/** What one of our builders was given to do. */
export type Work = Pick<BuildProgress, 'step' | 'pid' | 'work'>;

export interface BuildReading {
  pid: number;
  /** It waits for a heavyweight lock. */
  waiting: boolean;
  indexOid: number | null;
  phase: string | null;
  lockersTotal: number | null;
  lockersDone: number | null;
  blocksTotal: number | null;
  blocksDone: number | null;
  tuplesTotal: number | null;
  tuplesDone: number | null;
  blockers: (SeenBackend & { transactionS: number | null })[];
  /** pids of clients that wait directly for it. */
  blocks: number[];
}

/** A backend that waits or is waited for. */
export type TreeReading = Omit<Backend, 'step'> & { waitersInAll: number };

/** What the server said at one moment. */
export interface Reading {
  /** When it was complete, ISO, UTC. */
  at: string;
  /** The same moment in milliseconds of a clock that never goes back. */
  clockMs: number;
  tookMs: number;
  activity: ActivityReading;
  /** `refused`: the server's reason for not telling. */
  replication: ReplicationReading | { refused: string };
  works: Work[];
  builds: BuildReading[];
  /** Null when it was not read this time. */
  tree: TreeReading[] | null;
}

/** Whether there is anything to see in who waits for whom. */
export const someoneWaits = (reading: Pick<Reading, 'activity' | 'builds'>): boolean =>
  reading.activity.lockWaiters > 0 || reading.builds.some((build) => build.waiting || build.blocks.length > 0);
