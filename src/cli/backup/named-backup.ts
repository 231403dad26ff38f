import type { Located } from '../../engine/backup/index.ts';
import type { NamedBackup } from '../../run/index.ts';
import { CliError, UsageError } from '../errors.ts';
import { journalDirectory } from '../identity.ts';
import { type Io, say } from '../io.ts';
import type { GivenOptions } from '../options/deploy-options.ts';
import { StopOnSignal } from './stop-on-signal.ts';

/** Only when it is needed: most commands should answer at once. */
const engine = () => import('../../engine/backup/index.ts');

/** The archive that --backup names; null without the option. Refuses a name that leads nowhere. */
export const locateNamed = async ({ backup, noBackup, journal }: GivenOptions, io: Io): Promise<Located | null> => {
  if (backup === undefined) return null;
  if (noBackup !== undefined)
    throw new UsageError('--backup and --no-backup are given: there is one, or there is none');
  const { BadRecord, locateBackup } = await engine();
  const kept = journalDirectory(journal, io.env);
  try {
    const located = locateBackup(backup, kept);
    if (located !== null) return located;
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    throw new UsageError(`${error.message}: remove it if the archive is good all the same`, { cause: error });
  }
  throw new UsageError(
    `--backup ${JSON.stringify(backup)} is no file, no directory, and no ID or label in ${kept}/backups. A provider’s ` +
      `backup cannot be proven from here: check it there, and give --no-backup "${backup}, checked by NAME"`,
  );
};

/** Proves the archive that --backup names; what is wrong with it becomes a finding. A signal ends it: status 4. */
export const proveNamed = async (
  located: Located | null,
  { backup, binDir, journal }: GivenOptions,
  io: Io,
): Promise<NamedBackup | null> => {
  if (located === null || backup === undefined) return null;
  const { proveBackup } = await engine();
  const stop = new StopOnSignal(io, 'the proof of the backup');
  const how = located.record === null ? 'it has no record of ours, so all of it is read' : 'list and checksum';
  say(io, `proving the backup ${located.path}: ${how}`);
  try {
    const request = { named: backup, journal: journalDirectory(journal, io.env), binDir: binDir ?? null };
    return await proveBackup(located, { ...request, signal: stop.signal });
  } catch (cause) {
    if (!stop.signal.aborted) throw cause;
    throw new CliError(4, 'cancelled while the backup was proven; nothing was changed', { cause });
  } finally {
    stop.dispose();
  }
};
