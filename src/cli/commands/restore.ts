import { type Command, Option } from 'commander';
import type { ConnectionConfig } from '../../engine/config.ts';
import type { ExitStatus } from '../../run/index.ts';
import type { ConnectionFlags } from '../connection/index.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import { CliError, UsageError } from '../errors.ts';
import { journalDirectory, newRunId } from '../identity.ts';
import { type Done, type Io, terminalOf } from '../io.ts';
import { addConnectionFlags, connectionFlags } from '../options/flags.ts';
import { parseChoice, parseJobs } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { askForName, requireName } from '../restore/confirm.ts';
import { common, ends, fromArchive, locate, type RestoreFlags, type RestoreSetting } from '../restore/from-archive.ts';

const connect = async (flags: ConnectionFlags, io: Io): Promise<ConnectionConfig> =>
  await resolveConnection(flags, io.env, terminalOf(io)).catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error;
    throw new CliError(3, `${error.message}. Nothing was changed`, { cause: error });
  });

const byCommand = async (named: string, template: string, setting: RestoreSetting): Promise<ExitStatus> => {
  const { flags, connection, io } = setting;
  const { CommandUnclear, fillCommand, restoreByCommand } = await import('../../engine/restore/index.ts');
  const { underSignals } = await import('../restore/run-restore.ts');
  const { host, port, user, database } = connection;
  const record = (await locate(named, setting))?.record ?? null;
  const id = `rs-${newRunId(new Date())}`;
  const confirmation = { given: flags.confirm ?? null, database };
  let words: string[];
  try {
    words = fillCommand(template, { id: named, database, host, port: String(port), user });
  } catch (error) {
    if (!(error instanceof CommandUnclear)) throw error;
    throw new UsageError(`--restore-command: ${error.message}`, { cause: error });
  }
  return await underSignals(async (signal) => {
    const confirm = ({ sessions }: { sessions: readonly unknown[] }) =>
      askForName(
        confirmation,
        `Run ${JSON.stringify(words)} on ${database} at ${host}, with ${sessions.length} other sessions in it? What it does is the provider’s.`,
        io,
        signal,
      );
    return await restoreByCommand({ ...common(setting, id), id, words, record, confirm, signal });
  }, setting);
};

const swapOnly = async (id: string, direction: 'in' | 'back', setting: RestoreSetting): Promise<ExitStatus> => {
  const { flags, connection, io } = setting;
  const { findRestore, swapAgain } = await import('../../engine/restore/index.ts');
  const { underSignals } = await import('../restore/run-restore.ts');
  const journal = journalDirectory(flags.journal, io.env);
  const record = findRestore(journal, id);
  if (record === null) throw new UsageError(`there is no restore ${JSON.stringify(id)} in ${journal}/restores`);
  const { database } = connection;
  const confirmation = { given: flags.confirm ?? null, database };
  return await underSignals(async (signal) => {
    const confirm = (about: { coming: string; kept: string; sessions: readonly unknown[] }) =>
      askForName(
        confirmation,
        `Put ${about.coming} in the place of ${database}, keep that as ${about.kept}, and ${ends(about.sessions.length)}?`,
        io,
        signal,
      );
    return await swapAgain({ ...common(setting, id), record, direction, confirm, signal });
  }, setting);
};

const run = async (setting: RestoreSetting): Promise<ExitStatus> => {
  const { backup, swap, swapBack, restoreCommand: template } = setting.flags;
  if (typeof swap === 'string') return await swapOnly(swap, 'in', setting);
  if (swapBack !== undefined) return await swapOnly(swapBack, 'back', setting);
  if (backup === undefined) throw new UsageError('restore takes --backup PATH_OR_ID, --swap ID or --swap-back ID');
  return template === undefined ? await fromArchive(backup, setting) : await byCommand(backup, template, setting);
};

/** What goes together, before anything is looked at. */
const checkFlags = ({ backup, inPlace, swap, swapBack, restoreCommand: template }: RestoreFlags): void => {
  const ways = [backup, typeof swap === 'string' ? swap : undefined, swapBack].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new UsageError('restore takes one of --backup PATH_OR_ID, --swap ID and --swap-back ID');
  if (inPlace && swap === false) throw new UsageError('--in-place swaps nothing: --no-swap goes with a restore beside');
  if (template !== undefined && (inPlace || swap === false))
    throw new UsageError('--restore-command goes by itself: --in-place and --no-swap are for archives');
};

export const addRestore = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('restore')
    .description('go back to a backup: beside the database in use and then swapped, or in place');
  addConnectionFlags(command)
    .option('--backup <path_or_id>', 'the archive, or the ID or label of a backup on record')
    .option('--in-place', 'into the database itself: one transaction with one job (default: beside, then swap names)')
    .option('--no-swap', 'beside: leave the restored database beside the one in use')
    .option('--swap <id>', 'swap in what this restore left beside')
    .option('--swap-back <id>', 'go back to the database from before this restore')
    .option(
      '--restore-command <command>',
      'the provider’s own, with {id} {database} {host} {port} {user}; no shell runs it',
    )
    .option('--confirm <dbname>', 'stands for the typed name; required without a terminal (--yes is not enough)')
    .addOption(new Option('--yes').hideHelp())
    .option('--jobs <n>', 'connections of pg_restore (default: 2 beside, 1 in place)', parseJobs)
    .option('--from-elsewhere', 'the archive may be of another database or server')
    .option('--no-analyze', 'do not gather statistics afterwards')
    .option('--no-owner', 'do not give objects their owners')
    .option('--no-privileges', 'do not give rights')
    .option('--bin-dir <dir>', 'where pg_restore and pg_dump are (default: the nearest version that is new enough)')
    .option('--journal <dir>', 'where backups and restores are registered (default: $XDG_STATE_HOME/indexdeck)')
    .addOption(
      new Option('--ui <ui>', 'plain or json (one event a line)').argParser(parseChoice('--ui', ['plain', 'json'])),
    );
  command.action(async () => {
    const flags = command.opts<RestoreFlags>();
    checkFlags(flags);
    if (flags.confirm === undefined && terminalOf(io) === null) requireName({ given: null, database: '' }, io);
    const given = connectionFlags(command);
    const connection = await connect(given, io);
    requireName({ given: flags.confirm ?? null, database: connection.database }, io);
    done(await run({ flags, connection, given, io, out: new Output(io.stdout) }));
  });
};
