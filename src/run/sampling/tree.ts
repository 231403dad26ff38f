import type { Backend, Sample } from '../samples.ts';
import type { TreeReading, Work } from './reading.ts';

/** Backends that a sample carries: about what a screen can show. */
const MOST_BACKENDS = 20;
/** pids that a backend names as its blockers. */
const MOST_BLOCKERS = 20;

/** By pid: how many waits lie between it and one who waits for nobody. A circle of waits has no such end. */
const depths = (nodes: readonly TreeReading[]): Map<number, number> => {
  const depth = new Map<number, number>();
  let ring = nodes.filter((node) => node.blockedBy.length === 0);
  for (let level = 0; ring.length > 0; level++) {
    for (const node of ring) depth.set(node.pid, level);
    ring = nodes.filter((node) => !depth.has(node.pid) && node.blockedBy.some((pid) => depth.has(pid)));
  }
  return depth;
};

/**
 * Who waits for whom: those that wait for nobody first, the one with most sessions behind it on top; then those that
 * wait, the longest waiting first at each level.
 */
export const blockersTree = (read: readonly TreeReading[], works: readonly Work[], at: string): Sample['blockers'] => {
  const behind = new Map<number, number>();
  for (const pid of read.flatMap((node) => node.blockedBy)) behind.set(pid, (behind.get(pid) ?? 0) + 1);
  // One that got its lock while we looked neither waits nor is waited for.
  const nodes = read.filter((node) => node.blockedBy.length > 0 || behind.has(node.pid));
  if (nodes.length === 0) return null;

  const depth = depths(nodes);
  const depthOf = (pid: number): number => depth.get(pid) ?? Number.MAX_SAFE_INTEGER;
  const ordered = nodes.toSorted(
    (a, b) =>
      depthOf(a.pid) - depthOf(b.pid) ||
      (depthOf(a.pid) === 0 ? (behind.get(b.pid) ?? 0) - (behind.get(a.pid) ?? 0) : 0) ||
      (b.waitingS ?? 0) - (a.waitingS ?? 0) ||
      a.pid - b.pid,
  );
  const backends = ordered.slice(0, MOST_BACKENDS).map(
    ({ waitersInAll: _, ...node }): Backend => ({
      ...node,
      // Those nearest to the root matter; the rest is the queue itself.
      blockedBy: node.blockedBy.toSorted((a, b) => depthOf(a) - depthOf(b) || a - b).slice(0, MOST_BLOCKERS),
      step: works.find((work) => work.pid === node.pid)?.step ?? null,
    }),
  );
  const followed = read.filter((node) => node.waitsFor !== null).length;
  const notFollowed = Math.max(0, (read[0]?.waitersInAll ?? 0) - followed);
  return { at, backends, leftOut: nodes.length - backends.length + notFollowed };
};
