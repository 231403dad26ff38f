import { UsageError } from '../errors.ts';
import type { GivenOptions } from '../options/deploy-options.ts';

export interface Consent {
  /** Build without asking. */
  yes: boolean;
  /** The database's name, given in advance. */
  confirm: string | null;
}

/** Refuses what must not begin, before anything is sent: nobody to ask, no backup in production, another database. */
export const requireConsent = (
  { yes, confirm }: Consent,
  { environment, backup, noBackup }: GivenOptions,
  database: string,
  hasTerminal: boolean,
): void => {
  if (!hasTerminal && !yes)
    throw new UsageError('there is no terminal to ask on before building: give --yes to build without being asked');
  if (confirm !== null && confirm !== database)
    throw new UsageError(`--confirm says ${JSON.stringify(confirm)}, but the database is ${JSON.stringify(database)}`);
  if (environment !== 'production') return;
  if (backup === undefined && noBackup === undefined)
    throw new UsageError(
      'production needs a backup: take one with "indexdeck backup" and name it with --backup PATH_OR_ID, or say why not with --no-backup REASON',
    );
  if (!hasTerminal && confirm === null)
    throw new UsageError('production without a terminal needs the database’s name: --confirm DBNAME');
};
