import type { Command } from 'commander';
import type { RunState } from '../../run/index.ts';
import { locateNamed, proveNamed } from '../backup/named-backup.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import { connectionSettings } from '../connection/settings.ts';
import { requireConsent } from '../deploy/consent.ts';
import { deployRun } from '../deploy/deploy-run.ts';
import { startRun } from '../deploy/start-run.ts';
import { CliError } from '../errors.ts';
import { chooseUi, type Done, type Io, terminalOf } from '../io.ts';
import { readConfig } from '../options/config-file.ts';
import { mergeOptions, planOptions, runOptions } from '../options/deploy-options.ts';
import { addConnectionFlags, addDeployFlags, connectionFlags, givenByFlags, PLAN_ARGUMENT } from '../options/flags.ts';
import { probesOf } from '../options/probes.ts';
import { Output } from '../output/output.ts';
import { readGoodPlan } from '../read-plan.ts';
import { logHere, writableLog } from '../record/log-file.ts';
import { matchReport } from '../record/matched-report.ts';
import { recordConfig } from '../record/record-config.ts';
import { restoreAfterRun } from '../restore/after-run.ts';
import { rollBackOnScreen } from '../rollback/roll-back.ts';

export const addDeploy = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('deploy')
    .description('preflight, ask, build, verify, report')
    .argument('<plan.sql...>', PLAN_ARGUMENT);
  addDeployFlags(addConnectionFlags(command));
  command.action(async (files: string[]) => {
    const { config, confirm, yes } = command.opts<{ config?: string; confirm?: string; yes?: boolean }>();
    const given = mergeOptions(givenByFlags(command), await readConfig(config, files[0] ?? ''));
    const plan = await readGoodPlan(files, planOptions(given), io.stdin);
    const probes = probesOf(plan, given.probes);
    const flags = connectionFlags(command);
    const terminal = terminalOf(io);
    const consent = { yes: yes ?? false, confirm: confirm ?? null };
    const ui = chooseUi(given.ui, io);
    // All that can be refused without the database, before it is asked anything.
    requireConsent(consent, given, connectionSettings(flags, io.env).config.database, terminal !== null);
    const log = given.log === undefined ? logHere(io) : writableLog(given.log);
    const record = recordConfig(given, io);
    const matches = await matchReport(given, plan);
    const located = await locateNamed(given, io);
    const connection = await resolveConnection(flags, io.env, terminal).catch((error: unknown) => {
      if (!(error instanceof UnreachableError)) throw error;
      throw new CliError(3, `${error.message}. Nothing was changed`, { cause: error });
    });
    const backup = await proveNamed(located, given, io);
    const options = runOptions(
      { ...given, ...(log === null ? {} : { log }) },
      terminal !== null,
      ui === 'tui',
      backup,
      probes,
      matches,
    );
    const { journal, environment = null } = given;
    const start = () => startRun({ plan, files, connection, options, record, journal, io });
    const rollBack = rollBackOnScreen(connection, options, record, io);
    const out = new Output(io.stdout);
    const restore = (state: RunState) => restoreAfterRun(state, { flags, journal, binDir: given.binDir, io, out });
    done(await deployRun({ start, rollBack, restore, ui, environment, consent, io, out, temporary: false }));
  });
};
