import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import type { Demo } from '../../demo/start.ts';
import type { ExitStatus } from '../../run/index.ts';
import { StopOnSignal } from '../backup/stop-on-signal.ts';
import { resolveConnection } from '../connection/index.ts';
import { backUpDemo } from '../demo/back-up.ts';
import type { DemoServer } from '../demo/choose-server.ts';
import { requireConsent } from '../deploy/consent.ts';
import { deployRun } from '../deploy/deploy-run.ts';
import { startRun } from '../deploy/start-run.ts';
import { CliError, UsageError } from '../errors.ts';
import { chooseUi, type Done, type Io, say, terminalOf } from '../io.ts';
import { readConfig } from '../options/config-file.ts';
import { type GivenOptions, mergeOptions, planOptions, runOptions } from '../options/deploy-options.ts';
import { addDeployFlags, givenByFlags } from '../options/flags.ts';
import { probesOf } from '../options/probes.ts';
import { Output } from '../output/output.ts';
import { readGoodPlan } from '../read-plan.ts';
import { writableLog } from '../record/log-file.ts';
import { matchReport } from '../record/matched-report.ts';
import { recordConfig } from '../record/record-config.ts';
import { restoreAfterRun } from '../restore/after-run.ts';
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

const parseServer = (text: string): number => {
  if (!/^\d{2}$/.test(text))
    throw new UsageError(`--server takes a major version such as 15, not ${JSON.stringify(text)}`);
  return Number(text);
};

interface DemoFlags {
  server?: number;
  scale?: number;
  seed?: number;
  traffic: boolean;
  yes?: boolean;
  confirm?: string;
  config?: string;
}

/** Which PostgreSQL, and whether it is backed up: known before minutes are spent. */
const serverFor = async (flags: DemoFlags, given: GivenOptions): Promise<DemoServer> => {
  const [{ findBinaries, installedServers }, { chooseServer }, { findInstallations }] = await Promise.all([
    import('../../demo/binaries.ts'),
    import('../demo/choose-server.ts'),
    import('../../engine/tools/index.ts'),
  ]);
  const installed = await installedServers();
  if (installed.length === 0)
    await findBinaries().catch((cause: Error) => {
      throw new CliError(3, cause.message, { cause });
    });
  const found = await findInstallations({ binDir: given.binDir ?? null });
  return chooseServer(installed, found, { asked: flags.server ?? null, without: given.noBackup ?? null });
};

const runDemo = async (flags: DemoFlags, given: GivenOptions, io: Io): Promise<ExitStatus> => {
  const terminal = terminalOf(io);
  const consent = { yes: flags.yes ?? terminal === null, confirm: flags.confirm ?? null };
  const plan = await readGoodPlan([PLAN], planOptions(given), io.stdin);
  const ui = chooseUi(given.ui, io);
  if (given.backup !== undefined)
    throw new UsageError('--backup: the demo’s database is made anew, and the demo takes a backup of it by itself');
  const { server, backup, line } = await serverFor(flags, given);
  const home = await mkdtemp(join(tmpdir(), 'indexdeck-demo-'));
  const archive = join(home, 'menuca.dump');
  const agreed = backup ? { ...given, backup: archive } : given;
  // What the demo makes is gone afterwards: it leaves no log that nobody asked for.
  const log = given.log === undefined ? {} : { log: writableLog(given.log) };
  const record = recordConfig(given, io);
  const matches = await matchReport(given, plan);
  // Ctrl-C before there is a run ends the demo; from then on it is the run's concern.
  const setup = new StopOnSignal(io, 'the demo');
  const journal = given.journal ?? home;
  let demo: Demo | null = null;
  try {
    // Before minutes are spent on a database.
    requireConsent(consent, agreed, consent.confirm ?? '', terminal !== null);
    say(io, line);
    const { startDemo } = await import('../../demo/start.ts');
    const starting = startDemo({
      server,
      ...(flags.scale === undefined ? {} : { scale: flags.scale }),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
      traffic: flags.traffic,
      signal: setup.signal,
      onProgress: (text) => say(io, text),
    });
    demo = await starting.catch((cause: Error) => {
      throw new CliError(3, cause.message, { cause });
    });
    const at = { dbname: demo.url };
    const connection = await resolveConnection(at, {}, null);
    requireConsent(consent, agreed, connection.database, terminal !== null);
    const { binDir = null } = given;
    const about = { path: archive, journal: home, binDir, connection, plan, signal: setup.signal };
    const named = backup ? await backUpDemo(about, io) : null;
    setup.dispose();
    const options = runOptions(
      { onDisconnect: 'abort', ...given, ...log },
      terminal !== null,
      ui === 'tui',
      named,
      probesOf(plan),
      matches,
    );
    const out = new Output(io.stdout);
    return await deployRun({
      start: () => startRun({ plan, files: [PLAN], connection, options, record, journal, io }),
      rollBack: rollBackOnScreen(connection, options, record, io, { temporary: true }),
      restore: async (state) => {
        // Nothing of the machine's own variables leads elsewhere.
        const about = { flags: at, journal, binDir: given.binDir, io: { ...io, env: {} }, out };
        const status = await restoreAfterRun(state, about);
        say(io, 'the demo ends, and what was restored goes with it');
        return status;
      },
      ui,
      environment: given.environment ?? null,
      consent,
      io,
      out,
      temporary: true,
    });
  } catch (error) {
    if (setup.signal.aborted)
      throw new CliError(4, 'the demo was ended before anything was deployed', { cause: error });
    throw error;
  } finally {
    setup.dispose();
    await demo?.stop();
    await rm(home, { recursive: true, force: true });
  }
};

export const addDemo = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('demo')
    .description('embedded PostgreSQL with a restaurant database under traffic, and a deployment on it')
    .addOption(new Option('--scale <n>', 'times the rows of the real one').argParser(positive('--scale')))
    .addOption(new Option('--seed <n>', 'the same seed gives the same traffic').argParser(positive('--seed')))
    .addOption(
      new Option(
        '--server <version>',
        'PostgreSQL to start, of those installed (default: the newest that pg_dump here can back up, so that B works)',
      ).argParser(parseServer),
    )
    .option('--no-traffic', 'nobody uses the database meanwhile');
  addDeployFlags(command, 'none');
  command.action(async () => {
    const flags = command.opts<DemoFlags>();
    const config = flags.config === undefined ? {} : await readConfig(flags.config, PLAN);
    const given = mergeOptions(givenByFlags(command), config);
    done(await runDemo(flags, given, io));
  });
};
