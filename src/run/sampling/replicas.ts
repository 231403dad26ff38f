import type { ReplicationReading } from './reading.ts';

/** When the end of the WAL was first seen at a position, oldest first; what every replica has replayed is forgotten. */
export type WalHistory = readonly { clockMs: number; bytes: number }[];

/** Bounds the memory that a replica which never moves costs: an hour of a busy server. */
const LONGEST_HISTORY = 3600;

export const rememberWal = (history: WalHistory, reading: ReplicationReading, clockMs: number): WalHistory => {
  const bytes = reading.walBytes;
  if (bytes === null || reading.replicas.length === 0) return [];
  const replayed = Math.min(...reading.replicas.map((replica) => replica.replayed));
  // A position lower than the last is another server's: what was seen before says nothing of it.
  const before = bytes < (history.at(-1)?.bytes ?? 0) ? [] : history;
  const all = bytes > (before.at(-1)?.bytes ?? -1) ? [...before, { clockMs, bytes }] : before;
  return all.filter((seen) => seen.bytes > replayed).slice(-LONGEST_HISTORY);
};

/**
 * Seconds that the slowest replica lags; 0 when there is none. The server's own measure stands still with a replica
 * that stands still, so the time since the WAL went past what it has replayed counts too: never more than the truth.
 */
export const slowestLag = (reading: ReplicationReading, history: WalHistory, clockMs: number): number => {
  const lags = reading.replicas.map(({ replayLagS, replayed }) => {
    if (reading.walBytes !== null && replayed >= reading.walBytes) return 0;
    const missed = history.find((seen) => seen.bytes > replayed);
    const behind = missed === undefined ? 0 : Math.max(0, clockMs - missed.clockMs) / 1000;
    return Math.max(behind, replayLagS ?? 0);
  });
  return Math.max(0, ...lags);
};
