import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';

/** The execution log of a deployment that does not name one. */
const LOG_NAME = 'EXECUTION_LOG.md';

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Why nothing can be appended to the file; null when it can. The file need not be there, but its folder has to be. */
const problemOf = (path: string): string | null => {
  try {
    if (!statSync(path).isFile()) return 'it is no file';
    accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    if (!isMissing(error)) return (error as Error).message;
  }
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

/** The execution log as a whole path: the engine writes it, from another folder. Refuses one that cannot be written. */
export const writableLog = (named: string): string => {
  const path = resolve(named);
  const problem = problemOf(path);
  if (problem !== null)
    throw new UsageError(`the execution log ${path} cannot be written: ${problem}. Name another one with --log FILE`);
  return path;
};

/**
 * The execution log that nobody named, in the folder we are called from; null, and said, where it cannot be written: a
 * deployment from such a folder was not told to write there.
 */
export const logHere = (io: Io): string | null => {
  const path = resolve(LOG_NAME);
  const problem = problemOf(path);
  if (problem === null) return path;
  say(io, `no execution log is written: ${path}: ${problem}. --log FILE names one; "indexdeck report" makes it later`);
  return null;
};

/**
 * The execution log of a run that is taken up again: as given now, or as the run has it. What cannot be written here is
 * said, and no reason to hold up whoever mends something.
 */
export const logAgain = (named: string | undefined, recorded: string | null | undefined, io: Io): string | null => {
  if (named !== undefined) return writableLog(named);
  if (recorded == null) return null;
  const problem = problemOf(recorded);
  if (problem !== null)
    say(io, `the execution log ${recorded} cannot be written here: ${problem}. --log FILE names another one`);
  return recorded;
};
