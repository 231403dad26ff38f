import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import type { Demo } from '../../demo/start.ts';
import type { ExitStatus } from '../../run/index.ts';
import { resolveConnection } from '../connection/index.ts';
import { requireConsent } from '../deploy/consent.ts';
import { deployRun } from '../deploy/deploy-run.ts';
import { startRun } from '../deploy/start-run.ts';
import { CliError, UsageError } from '../errors.ts';
import { chooseUi, type Done, type Io, say, terminalOf } from '../io.ts';
import { readConfig } from '../options/config-file.ts';
import { type GivenOptions, mergeOptions, planOptions, runOptions } from '../options/deploy-options.ts';
import { addDeployFlags, givenByFlags } from '../options/flags.ts';
import { Output } from '../output/output.ts';
import { readGoodPlan } from '../read-plan.ts';
import { rollBackOnScreen } from '../rollback/roll-back.ts';

/** The same depth from src/cli/commands and from dist/cli/commands. */
const PLAN = fileURLToPath(new URL('../../../sql/demo/plan.sql', import.meta.url));

const positive =
  (what: string) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() === '' || !(number > 0) || number > 1_000)
      throw new UsageError(`${what} takes a number above 0 and up to 1000, not ${JSON.stringify(text)}`);
    return number;
  };

interface DemoFlags {
  scale?: number;
  seed?: number;
  traffic: boolean;
  yes?: boolean;
  confirm?: string;
  config?: string;
}

const runDemo = async (flags: DemoFlags, given: GivenOptions, io: Io): Promise<ExitStatus> => {
  const terminal = terminalOf(io);
  const consent = { yes: flags.yes ?? terminal === null, confirm: flags.confirm ?? null };
  const plan = await readGoodPlan([PLAN], planOptions(given), io.stdin);
  const ui = chooseUi(given.ui, io);
  if (given.backup !== undefined)
    throw new UsageError('--backup: there is none of the demo’s database, which is made anew');
  // Before minutes are spent on a database.
  requireConsent(consent, given, consent.confirm ?? '', terminal !== null);
  // Ctrl-C before there is a run ends the demo; from then on it is the run's concern.
  const setup = new AbortController();
  const cancel = () => setup.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, cancel);
  const journal = given.journal ?? (await mkdtemp(join(tmpdir(), 'indexdeck-demo-')));
  let demo: Demo | null = null;
  try {
    const { startDemo } = await import('../../demo/start.ts');
    const starting = startDemo({
      ...(flags.scale === undefined ? {} : { scale: flags.scale }),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
      traffic: flags.traffic,
      signal: setup.signal,
      onProgress: (text) => say(io, text),
    });
    demo = await starting.catch((cause: Error) => {
      throw new CliError(3, cause.message, { cause });
    });
    const connection = await resolveConnection({ dbname: demo.url }, {}, null);
    requireConsent(consent, given, connection.database, terminal !== null);
    for (const signal of signals) process.off(signal, cancel);
    const options = runOptions({ onDisconnect: 'abort', ...given }, terminal !== null, ui === 'tui');
    return await deployRun({
      start: () => startRun({ plan, files: [PLAN], connection, options, journal, io }),
      rollBack: rollBackOnScreen(connection, options, io, true),
      ui,
      environment: given.environment ?? null,
      consent,
      io,
      out: new Output(io.stdout),
      temporary: true,
    });
  } catch (error) {
    if (setup.signal.aborted)
      throw new CliError(4, 'the demo was ended before anything was deployed', { cause: error });
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, cancel);
    await demo?.stop();
    if (given.journal === undefined) await rm(journal, { recursive: true, force: true });
  }
};

export const addDemo = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('demo')
    .description('embedded PostgreSQL with a restaurant database under traffic, and a deployment on it')
    .addOption(new Option('--scale <n>', 'times the rows of the real one').argParser(positive('--scale')))
    .addOption(new Option('--seed <n>', 'the same seed gives the same traffic').argParser(positive('--seed')))
    .option('--no-traffic', 'nobody uses the database meanwhile');
  addDeployFlags(command);
  command.action(async () => {
    const flags = command.opts<DemoFlags>();
    const config = flags.config === undefined ? {} : await readConfig(flags.config, PLAN);
    const given = mergeOptions(givenByFlags(command), config);
    done(await runDemo(flags, given, io));
  });
};
