import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

/** A file system of its own that can be full. */
export interface SmallDisk {
  readonly path: string;
  /** Writes a file until not one more byte fits. */
  fill(): void;
  resize(size: string): Promise<void>;
}

/** Mounts one of this size, such as `1m`, until the test ends; null where that is not allowed. */
export async function smallDisk(size: string): Promise<SmallDisk | null> {
  // Not below a folder that the server's account cannot enter.
  const path = await mkdtemp('/tmp/indexdeck-disk-');
  await chmod(path, 0o755);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=777`, 'tmpfs', path]);
  } catch {
    await rm(path, { recursive: true });
    return null;
  }
  onTestFinished(async () => {
    await run('umount', ['-l', path]);
    await rm(path, { recursive: true });
  });
  return {
    path,
    fill() {
      const file = openSync(join(path, 'filler'), 'w');
      try {
        for (;;) writeSync(file, Buffer.alloc(4096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    resize: async (to) => {
      await run('mount', ['-o', `remount,size=${to}`, path]);
    },
  };
}
