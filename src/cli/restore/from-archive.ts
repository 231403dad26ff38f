import type { Located } from '../../engine/backup/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import type { Look } from '../../engine/restore/index.ts';
import type { ExitStatus } from '../../run/index.ts';
import type { ConnectionFlags } from '../connection/index.ts';
import { UsageError } from '../errors.ts';
import { actor, journalDirectory, newRunId } from '../identity.ts';
import type { Io } from '../io.ts';
import type { Output } from '../output/output.ts';
import { version } from '../version.ts';
import { restoreCommand } from './command-line.ts';
import { askForName } from './confirm.ts';
import { printRestore } from './print-restore.ts';

export interface RestoreFlags {
  backup?: string;
  inPlace?: boolean;
  swap: boolean | string;
  swapBack?: string;
  restoreCommand?: string;
  confirm?: string;
  jobs?: number;
  fromElsewhere?: boolean;
  analyze: boolean;
  owner: boolean;
  privileges: boolean;
  binDir?: string;
  journal?: string;
  ui?: 'plain' | 'json';
}

/** Everything that the three ways have in common. */
export interface RestoreSetting {
  flags: RestoreFlags;
  connection: ConnectionConfig;
  given: ConnectionFlags;
  io: Io;
  out: Output;
}

export const common = ({ flags, connection, given, io, out }: RestoreSetting, id: string) => ({
  connection,
  journal: journalDirectory(flags.journal, io.env),
  version: version(),
  by: actor(),
  emit: printRestore(id, { io, out, json: flags.ui === 'json' }),
  command: (args: readonly string[]) => restoreCommand(args, given, flags.journal, connection.database),
});

export const locate = async (named: string, { flags, io }: RestoreSetting): Promise<Located | null> => {
  const { BadRecord, locateBackup } = await import('../../engine/backup/index.ts');
  try {
    return locateBackup(named, journalDirectory(flags.journal, io.env));
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    throw new UsageError(`${error.message}: remove it if the archive is good all the same`, { cause: error });
  }
};

export const ends = (count: number): string => `end ${count} other session${count === 1 ? '' : 's'}`;

const question = ({ mode, jobs, database, sessions, swap, archive }: Look, host: string): string => {
  const where = `${database.name} at ${host}`;
  const from = `as of ${archive.takenAt ?? 'an unknown time'}`;
  if (mode === 'in-place')
    return `Replace what is in ${where} by the archive, ${from}${jobs > 1 ? ', WITHOUT a way back' : ', in one transaction'}?`;
  if (!swap) return `Restore ${where}, ${from}, into a database beside it?`;
  return `Restore ${where}, ${from}, beside it, then ${ends(sessions.length)} and swap names?`;
};

/** Restores from the archive that --backup names. */
export const fromArchive = async (named: string, setting: RestoreSetting): Promise<ExitStatus> => {
  const { flags, connection, io } = setting;
  const located = await locate(named, setting);
  if (located === null)
    throw new UsageError(
      `--backup ${JSON.stringify(named)} is no file, no directory, and no ID or label of a backup; a provider’s backup takes --restore-command`,
    );
  const { restore } = await import('../../engine/restore/index.ts');
  const { underSignals } = await import('../restore/run-restore.ts');
  const id = `rs-${newRunId(new Date())}`;
  const mode = flags.inPlace ? 'in-place' : 'beside';
  const confirmation = { given: flags.confirm ?? null, database: connection.database };
  const request = {
    ...common(setting, id),
    ...{ id, located, mode: mode as 'in-place' | 'beside' },
    jobs: flags.jobs ?? (mode === 'beside' ? 2 : 1),
    fromElsewhere: flags.fromElsewhere ?? false,
    swap: flags.swap !== false,
    ...{ analyze: flags.analyze, owners: flags.owner, privileges: flags.privileges },
    binDir: flags.binDir ?? null,
  };
  return await underSignals(async (signal) => {
    const confirm = (look: Look) => askForName(confirmation, question(look, connection.host), io, signal);
    return await restore({ ...request, signal, confirm });
  }, setting);
};
