import { setTimeout as delay } from 'node:timers/promises';
import { engineIsAlive, enginePid, processExists, type RunEntry } from '../client/index.ts';

/** More than an engine takes after its run's last word: for its last hooks, and its clients' farewell. */
const ENGINE_EXIT_MS = 15_000;

/** Waits for the process of an engine whose run has ended: until then it holds the lock. */
export const engineGone = async (pid: number): Promise<void> => {
  for (const end = performance.now() + ENGINE_EXIT_MS; processExists(pid) && performance.now() < end; ) await delay(50);
};

/**
 * The run as it is once the engine of one that has ended is gone: whoever saw the end may take it up again at once, and
 * would meet an engine that takes no orders any more, or still holds the run's directory.
 */
export const atRest = async (entry: RunEntry | null): Promise<RunEntry | null> => {
  const pid = entry?.state?.phase === 'finished' ? enginePid(entry.dir) : null;
  if (entry === null || pid === null) return entry;
  await engineGone(pid);
  return { ...entry, alive: await engineIsAlive(entry.dir) };
};
