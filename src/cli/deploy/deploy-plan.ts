import { rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunClient } from '../../client/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import { launchEngine } from '../../engine/launch.ts';
import type { Plan } from '../../plan/index.ts';
import type { ExitStatus } from '../../run/index.ts';
import { CliError } from '../errors.ts';
import { actor, journalDirectory, makeRunDirectory, newRunId } from '../identity.ts';
import { chooseUi, type Io, terminalOf } from '../io.ts';
import { type GivenOptions, runOptions } from '../options/deploy-options.ts';
import type { Output } from '../output/output.ts';
import { version } from '../version.ts';
import { approve, saidInAdvance } from './approve.ts';
import type { Consent } from './consent.ts';
import { followRun, leave, runStatus } from './follow-run.ts';
import { AbortOnSignal } from './interrupt.ts';

export interface Deployment {
  plan: Plan;
  connection: ConnectionConfig;
  given: GivenOptions;
  consent: Consent;
  io: Io;
  out: Output;
}

/** What was said about a backup, beside the journal: it has no event of its own yet. */
const recordWaiver = (dir: string, reason: string): void => {
  const record = { noBackup: reason, by: actor(), at: new Date().toISOString() };
  writeFileSync(join(dir, 'backup.json'), `${JSON.stringify(record)}\n`, { mode: 0o600 });
};

const removeEmpty = (dir: string): void => {
  try {
    rmSync(join(dir, 'backup.json'), { force: true });
    rmdirSync(dir);
  } catch {
    // Something is in it that tells what went wrong.
  }
};

const launch = async (
  { plan, connection, given }: Deployment,
  run: string,
  dir: string,
  person: boolean,
  tui: boolean,
) => {
  try {
    await launchEngine({
      run,
      dir,
      version: version(),
      plan,
      connection,
      operator: actor(),
      options: runOptions(given, person, tui),
    });
  } catch (cause) {
    removeEmpty(dir);
    throw new CliError(3, `${(cause as Error).message}. Nothing was changed`, { cause });
  }
};

/** Starts an engine on a plan that may be deployed, follows it to its end, and gives its exit status. */
export const deployPlan = async (deployment: Deployment): Promise<ExitStatus> => {
  const { given, consent, io, out } = deployment;
  const terminal = terminalOf(io);
  const ui = chooseUi(given.ui, io);
  const run = newRunId(new Date());
  const dir = makeRunDirectory(journalDirectory(given.journal, io.env), run);
  if (given.noBackup !== undefined) recordWaiver(dir, given.noBackup);
  const signals = terminal === null ? new AbortOnSignal(io) : null;
  const leaving = new AbortController();
  try {
    await launch(deployment, run, dir, terminal !== null, ui === 'tui');
    const client = new RunClient({ dir, role: 'operator', name: actor() });
    signals?.attach(client);
    if (ui === 'plain') out.line(`run ${run}, journal in ${dir}`);
    // The screen asks by itself, unless all was said in advance.
    if (ui !== 'tui' || saidInAdvance(consent, given.environment ?? null))
      void approve(client, consent, ui === 'tui' ? null : terminal, leaving.signal);
    const following = await followRun(client, {
      io,
      out,
      ui,
      role: 'operator',
      terminal: ui === 'tui' ? null : terminal,
    });
    leaving.abort();
    await leave(client, following, io, run);
    // Left before the end: what was asked is not done yet.
    return following === 'ended' ? runStatus(client, dir, io) : 5;
  } finally {
    signals?.dispose();
  }
};
