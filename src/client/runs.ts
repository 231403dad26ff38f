import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunState } from '../run/index.ts';
import { engineIsAlive } from './engine-alive.ts';
import { History } from './history.ts';
import { readJournal } from './journal-file.ts';

/** A run as its directory has it. */
export interface RunEntry {
  run: string;
  dir: string;
  /** Null when the journal holds nothing yet. */
  state: RunState | null;
  alive: boolean;
  /** What is wrong with the journal; null when nothing is. */
  problem: string | null;
}

const entry = async (dir: string, run: string): Promise<RunEntry> => {
  const { events, problem } = readJournal(dir);
  const history = new History();
  const alive = await engineIsAlive(dir);
  try {
    for (const event of events) history.add(event);
  } catch (error) {
    return {
      run,
      dir,
      state: history.state,
      alive,
      problem: `the journal makes no sense: ${(error as Error).message}`,
    };
  }
  return { run, dir, state: history.state, alive, problem };
};

const directories = (journalDir: string): string[] => {
  try {
    const entries = readdirSync(journalDir, { withFileTypes: true });
    return entries.filter((each) => each.isDirectory()).map((each) => each.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** A run's ID begins with its time, so that IDs sort by age. */
const RUN_ID = /^\d{8}-\d{6}-/;

/** All runs under a journal directory, the newest first. */
export const listRuns = async (journalDir: string): Promise<RunEntry[]> => {
  const names = directories(journalDir).filter((name) => RUN_ID.test(name));
  const newestFirst = names.sort((a, b) => (a < b ? 1 : -1));
  return await Promise.all(newestFirst.map((name) => entry(join(journalDir, name), name)));
};

export type FoundRun = { found: RunEntry } | { ambiguous: RunEntry[] } | { none: true };

/** The run that an ID or the beginning of one names; left out, the newest. */
export const chooseRun = (runs: readonly RunEntry[], beginning: string | null): FoundRun => {
  const exact = runs.find((each) => each.run === beginning);
  const matches = beginning === null ? runs.slice(0, 1) : runs.filter((each) => each.run.startsWith(beginning));
  const [first, ...others] = exact === undefined ? matches : [exact];
  if (first === undefined) return { none: true };
  return others.length === 0 ? { found: first } : { ambiguous: [first, ...others] };
};

/** `chooseRun` among the runs under a journal directory. */
export const findRun = async (journalDir: string, beginning: string | null): Promise<FoundRun> =>
  chooseRun(await listRuns(journalDir), beginning);
