import { rmdirSync } from 'node:fs';
import { launchEngine } from '../../engine/launch.ts';
import type { RunOptions } from '../../run/index.ts';
import { CliError } from '../errors.ts';
import { actor, journalDirectory, makeRunDirectory, newRunId } from '../identity.ts';
import { version } from '../version.ts';
import type { Deployment } from './deploy-plan.ts';

/** A run whose engine listens. */
export interface StartedRun {
  run: string;
  dir: string;
  /** The engine's process. */
  pid: number;
}

const removeEmpty = (dir: string): void => {
  try {
    rmdirSync(dir);
  } catch {
    // Something is in it that tells what went wrong.
  }
};

/** Makes the run's directory and starts its engine. */
export const startRun = async (deployment: Deployment, options: RunOptions): Promise<StartedRun> => {
  const { plan, connection, given, io } = deployment;
  const run = newRunId(new Date());
  const dir = makeRunDirectory(journalDirectory(given.journal, io.env), run);
  try {
    const engine = { run, dir, version: version(), plan, connection, operator: actor(), options };
    const { pid } = await launchEngine(engine);
    return { run, dir, pid };
  } catch (cause) {
    removeEmpty(dir);
    throw new CliError(3, `${(cause as Error).message}. Nothing was changed`, { cause });
  }
};
