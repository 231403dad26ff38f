import pg from 'pg';
import type { ConnectionConfig } from '../config.ts';
import { Session } from '../session.ts';
import { readingSettings } from '../settings.ts';

/** By this name everybody sees it, pg_restore's sessions too. */
export const restoreApplication = (id: string): string => `indexdeck restore ${id}`;

/** Nothing but ourselves may end these; row security must not hide rows from what is counted. */
const restoreSettings: Readonly<Record<string, string>> = {
  ...readingSettings,
  statement_timeout: '0',
  lock_timeout: '10s',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_read_only: 'off',
  row_security: 'off',
  client_connection_check_interval: '2s',
};

/** A session on a database of the server. */
export const openOn = (connection: ConnectionConfig, database: string, id: string): Promise<Session> =>
  Session.open({ connection: { ...connection, database }, name: 'restore', run: id, settings: restoreSettings });

/** Every server has these two, unless somebody dropped them. */
const MAINTENANCE = ['postgres', 'template1'] as const;

/** A session on a database that is not the one restored: a database is not renamed from within. */
export const openElsewhere = async (connection: ConnectionConfig, database: string, id: string): Promise<Session> => {
  let failure: unknown;
  for (const name of MAINTENANCE.filter((each) => each !== database)) {
    try {
      return await openOn(connection, name, id);
    } catch (error) {
      failure ??= error;
      if (!(error instanceof pg.DatabaseError)) break;
    }
  }
  throw failure;
};
