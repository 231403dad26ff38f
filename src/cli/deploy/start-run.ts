import { rmdirSync } from 'node:fs';
import type { ConnectionConfig, EngineConfig, RecordConfig } from '../../engine/config.ts';
import { launchEngine } from '../../engine/launch.ts';
import type { Plan } from '../../plan/index.ts';
import type { RunOptions } from '../../run/index.ts';
import { CliError } from '../errors.ts';
import { actor, journalDirectory, makeRunDirectory, newRunId } from '../identity.ts';
import type { Io } from '../io.ts';
import { recordedSources } from '../read-plan.ts';
import { version } from '../version.ts';

/** A run whose engine listens. */
export interface StartedRun {
  run: string;
  dir: string;
  /** The engine's process. */
  pid: number;
  /** seq of the last event from before this engine: 0 for a new run. */
  past: number;
}

/** A plan that may be deployed, and all that its run needs. */
export interface NewRun {
  plan: Plan;
  /** The plan's files, folders and patterns as they were named. */
  files: readonly string[];
  connection: ConnectionConfig;
  options: RunOptions;
  record: RecordConfig;
  journal: string | undefined;
  io: Io;
}

const removeEmpty = (dir: string): void => {
  try {
    rmdirSync(dir);
  } catch {
    // Something is in it that tells what went wrong.
  }
};

/** Starts a run's engine; that it does not start is no harm to the database. */
export const launch = async (config: Omit<EngineConfig, 'version' | 'operator'>): Promise<number> => {
  try {
    const { pid } = await launchEngine({ ...config, version: version(), operator: actor() });
    return pid;
  } catch (cause) {
    throw new CliError(3, `${(cause as Error).message}. Nothing was changed`, { cause });
  }
};

/** Makes a new run's directory and starts its engine. */
export const startRun = async ({
  plan,
  files,
  connection,
  options,
  record,
  journal,
  io,
}: NewRun): Promise<StartedRun> => {
  const run = newRunId(new Date());
  const dir = makeRunDirectory(journalDirectory(journal, io.env), run);
  const sources = recordedSources(files);
  try {
    const pid = await launch({ run, dir, connection, options, record, start: { kind: 'new', plan, sources } });
    return { run, dir, pid, past: 0 };
  } catch (error) {
    removeEmpty(dir);
    throw error;
  }
};
