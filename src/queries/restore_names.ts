import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const named = z.object({ oid: z.string(), name: z.string() });
const session = z.object({
  pid: z.int(),
  /** ISO, UTC, with microseconds; null when we may not see it. */
  backendStart: z.string().nullable(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  client: z.string().nullable(),
  state: z.string().nullable(),
});

/** A database by its number, in digits, and its name. */
export type NamedDatabase = z.infer<typeof named>;
export type DatabaseSession = z.infer<typeof session>;

const databases = defineQuery('restore/databases_named.sql', named);
const sessions = defineQuery('restore/database_sessions.sql', session);
const namedSessions = defineQuery('restore/sessions_named.sql', session);
const closed = defineQuery('restore/rename_waits.sql', z.object({ closed: z.boolean() }));

/** Those of these databases that are there, by OID or by name. */
export const databasesNamed = (
  on: Queryable,
  about: { oids?: readonly string[]; names?: readonly string[] },
  options?: QueryOptions,
): Promise<NamedDatabase[]> => databases(on, [about.oids ?? [], about.names ?? []], options);

/** The sessions in a database, ours left out. */
export const databaseSessions = (
  on: Queryable,
  database: string,
  ours: readonly number[],
  options?: QueryOptions,
): Promise<DatabaseSession[]> => sessions(on, [database, ours], options);

/** The sessions of these application names, in whatever database. */
export const sessionsNamed = (
  on: Queryable,
  applications: readonly string[],
  options?: QueryOptions,
): Promise<DatabaseSession[]> => namedSessions(on, [applications], options);

/** Whether a rename under way keeps new sessions out of the database. */
export const databaseIsClosed = async (on: Queryable, oid: string, options?: QueryOptions): Promise<boolean> =>
  onlyRow(await closed(on, [oid], options)).closed;
