import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { Actor } from '../run/index.ts';
import { UsageError } from './errors.ts';

/** Who is at this keyboard, for the record. */
export const actor = (): Actor => `${userInfo().username}@${hostname()}`;

/** Without letters and digits that look alike: IDs are read aloud. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** An ID that sorts by time and is not given twice, such as 20261123-192011-x7k2: UTC. */
export const newRunId = (now: Date, random: (most: number) => number = randomInt): string => {
  const time = now.toISOString().replace(/[-:]/g, '').slice(0, 15).replace('T', '-');
  const tail = Array.from({ length: 4 }, () => ALPHABET[random(ALPHABET.length)]).join('');
  return `${time}-${tail}`;
};

/** Where runs are kept when --journal does not say: the XDG base directory for state. */
export const journalDirectory = (given: string | undefined, env: NodeJS.ProcessEnv): string => {
  if (given !== undefined) return resolve(given);
  const state = env.XDG_STATE_HOME;
  // The specification wants a relative one to be ignored.
  return join(state?.startsWith('/') ? state : join(homedir(), '.local', 'state'), 'indexdeck');
};

/** Makes the directory of a new run, for this user alone. */
export const makeRunDirectory = (journal: string, run: string): string => {
  const dir = join(journal, run);
  try {
    mkdirSync(journal, { recursive: true, mode: 0o700 });
    mkdirSync(dir, { mode: 0o700 });
  } catch (cause) {
    throw new UsageError(`cannot make the run's directory ${dir}: ${(cause as Error).message}`, { cause });
  }
  return dir;
};
