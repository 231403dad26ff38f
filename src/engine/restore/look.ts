import type { Finding } from '../../plan/types.ts';
import { databaseSize } from '../../queries/baseline.ts';
import { engineLockHolders } from '../../queries/engine_lock_holders.ts';
import {
  aboutDatabase,
  type DatabaseGrantRow,
  type DatabaseRow,
  type DatabaseSettingRow,
  databaseGrants,
  databaseSettings,
} from '../../queries/restore_database.ts';
import { type DatabaseSession, databaseSessions } from '../../queries/restore_names.ts';
import { invalidIndexes, ledgerSchemas, othersObjects } from '../../queries/restore_state.ts';
import { type ServerFactsRow, serverFacts } from '../../queries/server_facts.ts';
import { tablesToCount } from '../../queries/tables_to_count.ts';
import { tryAdvisoryLock } from '../../queries/try_advisory_lock.ts';
import { detectPooling, identifierOf, type Pooling } from '../preflight/index.ts';
import type { Session } from '../session.ts';
import { chooseInstallation, type Found, type Installation, majorOf, ToolError } from '../tools/index.ts';
import type { GoodArchive } from './archive.ts';
import type { Leftover } from './leftovers.ts';
import type { RestoreRequest } from './request.ts';

/** More tables than this are not compared with the archive before a restore. */
const MOST_TABLES = 100_000;

/** pg_restore, and pg_dump for the ledger and the proof; or why there is none that will do. */
export type Tools = { restore: Installation; dump: Installation; why: null } | { why: ToolError };

/** All that is known before anything is changed. */
export interface Look {
  archive: GoodArchive;
  mode: 'beside' | 'in-place';
  jobs: number;
  now: Date;
  pooling: Pooling;
  server: ServerFactsRow;
  systemIdentifier: string | null;
  database: DatabaseRow;
  settings: DatabaseSettingRow[];
  grants: DatabaseGrantRow[];
  bytes: number | null;
  /** Null when we hold the lock; else who does. */
  engine: { pid: number | null; application: string | null } | null;
  sessions: DatabaseSession[];
  /** Schemas with a ledger. */
  ledgers: string[];
  tables: { schema: string; table: string }[];
  /** Objects of owners that we are not. */
  others: { names: string[]; objects: number };
  invalid: string[];
  tools: Tools;
  leftovers: Leftover[];
  fromElsewhere: boolean;
  owners: boolean;
  swap: boolean;
}

/** Everything that a restore is judged by, and what it needs: `findings` are of `judge`. */
export interface Judged extends Look {
  findings: Finding[];
}

const majorIn = (version: string | null): number => Number.parseInt(version ?? '', 10) || 0;

const chooseTools = (found: Found, archive: GoodArchive, server: ServerFactsRow): Tools => {
  const [writer, major] = [majorIn(archive.facts.toolVersion), majorOf(server.version_num)];
  const what =
    writer > major
      ? `the archive was written by pg_dump ${archive.facts.toolVersion}`
      : `the server is PostgreSQL ${server.version}`;
  const need = { major: Math.max(writer, major), what };
  try {
    return {
      restore: chooseInstallation('pg_restore', need, found),
      dump: chooseInstallation('pg_dump', need, found),
      why: null,
    };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { why: error };
  }
};

const takeLock = async (session: Session): Promise<Look['engine']> => {
  if (await tryAdvisoryLock(session)) return null;
  const [holder] = await engineLockHolders(session, [session.pid]);
  return { pid: holder?.pid ?? null, application: holder?.application ?? null };
};

/** Looks at the database in use through `session`, which takes the engine's lock if it is free. Changes nothing. */
export const lookAround = async (
  session: Session,
  request: RestoreRequest,
  given: { archive: GoodArchive; found: Found; leftovers: (systemIdentifier: string | null) => Promise<Leftover[]> },
): Promise<Look> => {
  const { archive, found } = given;
  const { mode, jobs, fromElsewhere, owners, swap } = request;
  const server = await serverFacts(session);
  const systemIdentifier = await identifierOf(session);
  const tables = await tablesToCount(session, { schemas: [], oids: [], most: MOST_TABLES });
  return {
    ...{ archive, mode, jobs, fromElsewhere, owners, swap, server, systemIdentifier },
    now: new Date(),
    pooling: await detectPooling(request.connection),
    engine: await takeLock(session),
    database: await aboutDatabase(session),
    settings: await databaseSettings(session),
    grants: await databaseGrants(session),
    bytes: await databaseSize(session).catch(() => null),
    sessions: await databaseSessions(session, server.database, [session.pid]),
    ledgers: await ledgerSchemas(session),
    tables: tables.map(({ schema, name }) => ({ schema, table: name })),
    others: await othersObjects(session),
    invalid: await invalidIndexes(session),
    tools: chooseTools(found, archive, server),
    leftovers: await given.leftovers(systemIdentifier),
  };
};
