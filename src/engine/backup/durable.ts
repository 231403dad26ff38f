import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Has what is in a file, or the names in a directory, survive a crash of the machine. */
export const syncPath = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Gives a finished file or directory its name, for good. */
export const renameDurably = (from: string, to: string): void => {
  renameSync(from, to);
  syncPath(dirname(to));
};

/** Writes a small file for this account alone: it is there whole, or not at all. */
export const writeDurably = (path: string, text: string): void => {
  const partial = `${path}.partial`;
  try {
    writeFileSync(partial, text, { mode: 0o600, flush: true });
    renameDurably(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
};
