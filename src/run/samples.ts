import type { OwnReading } from './gates/own.ts';

/** The metrics that gates look at and the screen shows. Null means: could not be read (see `Sample.unreadable`). */
export interface Metrics {
  /** Sessions with wait_event_type = 'Lock', our own builders left out. */
  lockWaiters: number | null;
  /** Sessions that wait directly for one of our builders. */
  blockedByUs: number | null;
  /** Active client sessions, our own left out. */
  active: number | null;
  /** Client sessions of the whole server that count against max_connections, ours among them. */
  connections: number | null;
  maxConnections: number | null;
  /** Per second since the sample before; null in the first sample and after a statistics reset. */
  rollbacksPerS: number | null;
  commitsPerS: number | null;
  deadlocksPerS: number | null;
  walBytesPerS: number | null;
  /** Age in seconds of the oldest transaction that a build in this database would wait for; 0 when there is none. */
  oldestTransactionS: number | null;
  /** Seconds the slowest replica lags; 0 when there is none (`replicas` tells). */
  replicaLagS: number | null;
  replicas: number | null;
  /** WAL in bytes held back by the worst replication slot; 0 when there is none (`slots` tells). */
  retainedWalBytes: number | null;
  /** Replication slots; absent in samples of old. */
  slots?: number | null;
}

export type MetricName = keyof Metrics;

/** A server session, as the screen names it. Its texts come from whoever is connected: strip before printing. */
export interface Backend {
  pid: number;
  /** Together with `pid` it names one backend for good: pids are used again. ISO time. */
  backendStart: string | null;
  user: string | null;
  application: string | null;
  client: string | null;
  /** active, idle in transaction, prepared (no pid: 0) and so on. */
  state: string | null;
  query: string | null;
  /** Seconds since its transaction began. */
  transactionS: number | null;
  /** Seconds it has been waiting; null when it waits for nothing or the time is not known. */
  waitingS: number | null;
  /** What it waits for: a lock mode and object in words, or null. */
  waitsFor: string | null;
  /** pids it waits for, the engine's soft blocks among them. */
  blockedBy: number[];
  /** One of this run's builders: its step. */
  step: number | null;
}

/** What one of our builders does right now. */
export interface BuildProgress {
  step: number;
  pid: number;
  work: 'build' | 'rebuild' | 'drop' | 'analyze';
  /** OID of the index being made, as soon as the server tells. */
  indexOid: number | null;
  /** The phase as the server names it; null when it names none (a drop, or the first instant). */
  phase: string | null;
  /** n of `phases`, in the order a concurrent build goes through them; null when `phase` is. */
  phaseNo: number | null;
  phases: number;
  /** 0 to 100 within the phase; null in a wait and where the server counts nothing. Never an estimate. */
  percent: number | null;
  /** True while it waits for others: then `blockers` says for whom, as far as it is known. */
  waiting: boolean;
  lockersTotal: number | null;
  lockersDone: number | null;
  /** Seconds in this phase, as seen by our samples. */
  phaseS: number;
  /** Seconds without any change of phase or counters, as seen by our samples. */
  stalledS: number;
  blockers: Backend[];
  /** pids of sessions that wait directly for this build, and for how many seconds the longest of them, as sampled. */
  blocks: number[];
  blocksS: number;
}

/** An observer elsewhere, as the server shows its session. */
export interface Watcher {
  /** The run that it watches. */
  run: string;
  /** As it calls itself, and the role by the server's word. */
  name: string;
  role: string;
  /** ISO; null where we may not see it. */
  since: string | null;
}

/** One reading of the live metrics. */
export interface Sample {
  /** When the reading was complete, ISO, UTC. */
  at: string;
  /** Milliseconds the reading took. */
  tookMs: number;
  /** In the ledger: how many events it had when the sample was written. */
  seq?: number;
  metrics: Metrics;
  /** Why a metric is null: a sentence for each. */
  unreadable: Partial<Record<MetricName, string>>;
  /** The oldest transaction that a build would wait for. */
  oldestTransaction: Backend | null;
  /** The newest reading of each own gate, by name; absent when there are none. They have intervals of their own. */
  own?: Readonly<Record<string, OwnReading>>;
  builds: BuildProgress[];
  /** Observers who follow a run of this database through the ledger; absent: nobody. They are named by themselves. */
  watchers?: readonly Watcher[];
  /** Who waits for whom, roots first, capped; read less often than the rest, and only while somebody waits. */
  blockers: { at: string; backends: Backend[]; leftOut: number } | null;
}
