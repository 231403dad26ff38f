import type { Command } from 'commander';
import type { RunState } from '../../run/index.ts';
import { theRun } from '../choose-run.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import { requireConsent } from '../deploy/consent.ts';
import { deployRun } from '../deploy/deploy-run.ts';
import { launch } from '../deploy/start-run.ts';
import { CliError } from '../errors.ts';
import { chooseUi, type Done, type Io, terminalOf } from '../io.ts';
import { readConfig } from '../options/config-file.ts';
import { mergeOptions, resumedOptions } from '../options/deploy-options.ts';
import { addBuildFlags, addRunFlags, connectionFlags, givenByFlags } from '../options/flags.ts';
import { addRunName, runSelection } from '../options/run-argument.ts';
import { Output } from '../output/output.ts';
import { restoreAfterRun } from '../restore/after-run.ts';
import { connectionOf } from '../resume/connection.ts';
import { resumable } from '../resume/resumable.ts';
import { compareScript } from '../resume/script.ts';

interface ResumeFlags {
  yes?: boolean;
  confirm?: string;
  config?: string;
  plan?: string;
  recordedPlan?: boolean;
  endOrphans?: boolean;
}

export const addResume = (program: Command, io: Io, done: Done): void => {
  const command = addRunFlags(
    addBuildFlags(addRunName(program.command('resume').description('go on with a run that stopped'))),
  )
    .option('--plan <file>', 'where the script is now, to be compared with what was recorded')
    .option('--recorded-plan', 'go on with the plan as recorded, although the script has changed')
    .option('--end-orphans', 'end what still builds for the run, and build it anew, instead of waiting for it')
    .option('--config <file>', 'options in a YAML file; what it does not say goes on as before');
  command.action(async () => {
    const flags = command.opts<ResumeFlags>();
    const entry = await theRun(runSelection(command), io, 'any');
    const { run, dir } = entry;
    const state = resumable(entry);
    const config = flags.config === undefined ? {} : await readConfig(flags.config, '');
    const given = mergeOptions(givenByFlags(command), config, state.options.ownGates);
    const ui = chooseUi(given.ui, io);
    const terminal = terminalOf(io);
    const options = resumedOptions(state.options, given, terminal !== null, ui === 'tui');
    const consent = { yes: flags.yes ?? false, confirm: flags.confirm ?? null };
    const { environment, noBackup } = options;
    const stated = { ...(environment === null ? {} : { environment }), ...(noBackup === null ? {} : { noBackup }) };
    requireConsent(consent, stated, state.database.database, terminal !== null);
    await compareScript(state, flags.plan ?? null, flags.recordedPlan ?? false, io);
    const where = connectionOf(state, connectionFlags(command), io);
    const connection = await resolveConnection(where, io.env, terminal).catch((error: unknown) => {
      if (!(error instanceof UnreachableError)) throw error;
      throw new CliError(5, `${error.message}. The run is as it was`, { cause: error });
    });
    const endOrphans = flags.endOrphans ?? false;
    const start = async () => {
      const pid = await launch({
        run,
        dir,
        connection,
        options,
        start: { kind: 'resume', from: 'journal', endOrphans },
      });
      return { run, dir, pid, past: state.seq };
    };
    const out = new Output(io.stdout);
    const { journal } = runSelection(command);
    const restore = (ended: RunState) => restoreAfterRun(ended, { flags: where, journal, io, out });
    done(await deployRun({ start, restore, ui, environment, consent, io, out, temporary: false }));
  });
};
