import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** How long another writer is waited for, which needs no more than one write. */
const PATIENCE_MS = 5_000;
/** A lock as old as this was left by a writer that died. */
const STALE_MS = 10_000;
const RETRY_MS = 50;

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

const ageOf = async (path: string): Promise<number> => Date.now() - (await stat(path)).mtimeMs;

/**
 * Holds a lock file beside the log while `act` runs. A lock that cannot be made, or is held on and on, keeps nobody from
 * writing: one write with O_APPEND is never mixed with another's on a local file system. The lock is for the others.
 */
const locked = async <T>(path: string, act: () => Promise<T>): Promise<T> => {
  const lock = `${path}.lock`;
  let held: FileHandle | null = null;
  for (const end = performance.now() + PATIENCE_MS; held === null && performance.now() < end; ) {
    try {
      held = await open(lock, 'wx');
      await held.writeFile(`${process.pid}@${hostname()}\n`);
    } catch (error) {
      if (!isTaken(error)) break;
      // It may be gone by now.
      if ((await ageOf(lock).catch(() => 0)) > STALE_MS) await rm(lock, { force: true });
      else await delay(RETRY_MS);
    }
  }
  try {
    return await act();
  } finally {
    await held?.close();
    if (held !== null) await rm(lock, { force: true }).catch(() => undefined);
  }
};

/** Opened to append, and made with the rights that the operator's files have if it is not there. */
const openLog = async (path: string, umask: number): Promise<FileHandle> => {
  try {
    const made = await open(path, 'ax');
    // Not every file system has such rights.
    await made.chmod(0o666 & ~umask).catch(() => undefined);
    return made;
  } catch (error) {
    if (!isTaken(error)) throw error;
    return await open(path, 'a');
  }
};

/**
 * Appends an entry in one write: whole, or not at all. What is in the file already is never touched. `umask` is that of
 * the operator's shell: the engine's own lets nobody else read anything.
 */
export const appendEntry = (path: string, entry: string, umask: number): Promise<void> =>
  locked(path, async () => {
    const log = await openLog(path, umask);
    try {
      const { size } = await log.stat();
      const bytes = Buffer.from(entry);
      const { bytesWritten } = await log.write(bytes);
      if (bytesWritten === bytes.length) {
        await log.datasync();
        return;
      }
      // A disk that is full takes a part. Nobody else has written behind it, or theirs stays.
      if ((await log.stat()).size === size + bytesWritten) await log.truncate(size);
      throw new Error(`only ${bytesWritten} of ${bytes.length} bytes could be written: is the disk full?`);
    } finally {
      await log.close();
    }
  });
