import type { Command } from 'commander';
import type { RunEntry } from '../../client/index.ts';
import type { ExitStatus, RunOptions, RunState } from '../../run/index.ts';
import { findTheRun } from '../choose-run.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import { requireConsent } from '../deploy/consent.ts';
import { deployRun } from '../deploy/deploy-run.ts';
import { launch } from '../deploy/start-run.ts';
import { atRest } from '../engine-gone.ts';
import { CliError } from '../errors.ts';
import { chooseUi, type Done, type Io, terminalOf } from '../io.ts';
import { readConfig } from '../options/config-file.ts';
import { type GivenOptions, mergeOptions, resumedOptions } from '../options/deploy-options.ts';
import { addBuildFlags, addRecordFlags, addRunFlags, connectionFlags, givenByFlags } from '../options/flags.ts';
import { addRunName, runSelection } from '../options/run-argument.ts';
import { parseLedgerSchema } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { logAgain } from '../record/log-file.ts';
import { recordConfig } from '../record/record-config.ts';
import { restoreAfterRun } from '../restore/after-run.ts';
import { bringRun } from '../resume/bring-run.ts';
import { connectionOf } from '../resume/connection.ts';
import { resumable } from '../resume/resumable.ts';
import { compareScript } from '../resume/script.ts';
import { rollBackOnScreen } from '../rollback/roll-back.ts';

interface ResumeFlags {
  yes?: boolean;
  confirm?: string;
  config?: string;
  plan?: string;
  recordedPlan?: boolean;
  endOrphans?: boolean;
  ledgerSchema?: string;
}

/** Whether the run may go on with these options: all that can be refused without the database. */
const admit = async (state: RunState, options: RunOptions, flags: ResumeFlags, io: Io): Promise<void> => {
  const consent = { yes: flags.yes ?? false, confirm: flags.confirm ?? null };
  const { environment, noBackup } = options;
  const stated = { ...(environment === null ? {} : { environment }), ...(noBackup === null ? {} : { noBackup }) };
  requireConsent(consent, stated, state.database.database, terminalOf(io) !== null);
  await compareScript(state, flags.plan ?? null, flags.recordedPlan ?? false, io);
};

/** The run in this machine's journal directory; null when it is not there, and an error when it cannot be gone on with. */
const localRun = async (command: Command, io: Io): Promise<RunEntry | null> => {
  const entry = await atRest(await findTheRun(runSelection(command), io, 'any'));
  if (entry !== null) resumable(entry);
  return entry;
};

const resume = async (command: Command, io: Io): Promise<ExitStatus> => {
  const flags = command.opts<ResumeFlags>();
  const selection = runSelection(command);
  const terminal = terminalOf(io);
  const config: GivenOptions = flags.config === undefined ? {} : await readConfig(flags.config, '');
  const ui = chooseUi(givenByFlags(command).ui ?? config.ui, io);
  const optionsFor = ({ options }: RunState): RunOptions => {
    const all = mergeOptions(givenByFlags(command), config, options.ownGates);
    return resumedOptions(options, all, terminal !== null, ui === 'tui');
  };
  const given = mergeOptions(givenByFlags(command), config);
  const record = recordConfig(given, io);
  const local = await localRun(command, io);
  const before = local?.state ?? null;
  if (before !== null) await admit(before, optionsFor(before), flags, io);
  const where = before === null ? connectionFlags(command) : connectionOf(before, connectionFlags(command), io);
  const connection = await resolveConnection(where, io.env, terminal).catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error;
    throw new CliError(5, `${error.message}. The run is as it was`, { cause: error });
  });
  const { ledgerSchema } = flags;
  const { run, dir, state, from } = await bringRun(
    connection,
    { selection, local, ledgerSchema, admit: resumable },
    io,
  );
  const options = { ...optionsFor(state), log: logAgain(given.log, state.options.log, io) };
  if (from === 'ledger') await admit(state, options, flags, io);
  const start = async () => {
    const how = { kind: 'resume', from, endOrphans: flags.endOrphans ?? false } as const;
    const pid = await launch({ run, dir, connection, options, record, start: how });
    return { run, dir, pid, past: state.seq };
  };
  const consent = { yes: flags.yes ?? false, confirm: flags.confirm ?? null };
  const { environment } = options;
  const rollBack = rollBackOnScreen(connection, options, record, io);
  const out = new Output(io.stdout);
  const { journal } = selection;
  const restore = (ended: RunState) => restoreAfterRun(ended, { flags: where, journal, io, out });
  return await deployRun({ start, rollBack, restore, ui, environment, consent, io, out, temporary: false });
};

export const addResume = (program: Command, io: Io, done: Done): void => {
  const command = addRunFlags(
    addRecordFlags(
      addBuildFlags(addRunName(program.command('resume').description('go on with a run that stopped'))),
      'as the run had',
    ),
  )
    .option('--plan <file>', 'where the script is now, to be compared with what was recorded')
    .option('--recorded-plan', 'go on with the plan as recorded, although the script has changed')
    .option('--end-orphans', 'end what still builds for the run, and build it anew, instead of waiting for it')
    .option('--ledger-schema <name>', 'schema of the ledger in the database (default: indexdeck)', parseLedgerSchema)
    .option('--config <file>', 'options in a YAML file; what it does not say goes on as before');
  command.action(async () => done(await resume(command, io)));
};
