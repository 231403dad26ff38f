import type { Command } from 'commander';
import type { ExitStatus, RunOptions, RunState } from '../../run/index.ts';
import { findTheRun } from '../choose-run.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import type { Consent } from '../deploy/consent.ts';
import { atRest } from '../engine-gone.ts';
import { CliError, UsageError } from '../errors.ts';
import { chooseUi, type Done, type Io, terminalOf } from '../io.ts';
import { mergeOptions, resumedOptions } from '../options/deploy-options.ts';
import { addRollbackFlags, connectionFlags, givenByFlags } from '../options/flags.ts';
import { addRunName, runSelection } from '../options/run-argument.ts';
import type { Ui } from '../options/values.ts';
import { logAgain } from '../record/log-file.ts';
import { recordConfig } from '../record/record-config.ts';
import { bringRun } from '../resume/bring-run.ts';
import { connectionOf } from '../resume/connection.ts';
import { rollBackEnded, rollBackLiving } from '../rollback/roll-back.ts';
import { rollbackable } from '../rollback/rollbackable.ts';
import { isWhole, type Selection, selectSteps } from '../rollback/selection.ts';

interface RollbackFlags extends Selection {
  yes?: boolean;
  confirm?: string;
  ui?: Ui;
  probe?: boolean;
  ledgerSchema?: string;
}

const requireConsent = (consent: Consent, environment: string | null, database: string, hasTerminal: boolean): void => {
  const { yes, confirm } = consent;
  if (!hasTerminal && !yes)
    throw new UsageError('there is no terminal to ask on before dropping: give --yes to drop without being asked');
  if (confirm !== null && confirm !== database)
    throw new UsageError(`--confirm says ${JSON.stringify(confirm)}, but the database is ${JSON.stringify(database)}`);
  if (environment === 'production' && !hasTerminal && confirm === null)
    throw new UsageError('production without a terminal needs the database’s name: --confirm DBNAME');
};

/** Names on the command line are asked about there: on the screen they are chosen by hand. */
const uiFor = (flags: RollbackFlags, io: Io): Ui => {
  if ((isWhole(flags) && !flags.probe) || flags.yes) return chooseUi(flags.ui, io);
  if (flags.ui === 'tui' && flags.probe) throw new UsageError('--probe is for --ui plain and json, or --yes');
  if (flags.ui === 'tui')
    throw new UsageError(
      'on the screen the indexes are chosen by hand: leave --only, --section and --table, or --ui tui',
    );
  return flags.ui ?? 'plain';
};

const rollBack = async (command: Command, io: Io): Promise<ExitStatus> => {
  const flags = command.opts<RollbackFlags>();
  const selection = runSelection(command);
  const { probe = false } = flags;
  const ui = uiFor(flags, io);
  const terminal = terminalOf(io);
  const consent = { yes: flags.yes ?? false, confirm: flags.confirm ?? null };
  const admit = ({ options: before, database }: RunState): RunOptions => {
    const all = mergeOptions(givenByFlags(command), {}, before.ownGates);
    const options = resumedOptions(before, all, terminal !== null, ui === 'tui');
    requireConsent(consent, options.environment, database.database, terminal !== null);
    return options;
  };
  const given = mergeOptions(givenByFlags(command), {});
  const record = recordConfig(given, io);
  const local = await atRest(await findTheRun(selection, io, 'any'));
  const before = local?.state ?? null;
  if (before !== null) admit(before);
  if (local?.alive) {
    const state = rollbackable(local);
    const { run, dir } = local;
    return await rollBackLiving({ run, dir, steps: selectSteps(state, flags), consent, probe, ui, io }, state);
  }
  const where = before === null ? connectionFlags(command) : connectionOf(before, connectionFlags(command), io);
  const connection = await resolveConnection(where, io.env, terminal).catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error;
    throw new CliError(5, `${error.message}. The run is as it was`, { cause: error });
  });
  const { ledgerSchema } = flags;
  const taken = await bringRun(connection, { selection, local, ledgerSchema, admit: rollbackable }, io);
  // Only now is all of it known: it may have gone on elsewhere since.
  const { run, dir, state } = taken;
  const steps = selectSteps(state, flags);
  const options = { ...admit(state), log: logAgain(given.log, state.options.log, io) };
  return await rollBackEnded({ run, dir, steps, consent, probe, ui, io }, taken, { connection, options, record });
};

export const addRollback = (program: Command, io: Io, done: Done): void => {
  const command = addRollbackFlags(
    addRunName(
      program.command('rollback').description('drop the indexes that the run created, concurrently; all, or a part'),
    ),
  );
  command.action(async () => done(await rollBack(command, io)));
};
