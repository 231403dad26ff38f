import { engineLockHolders } from '../../queries/engine_lock_holders.ts';
import { type ServerFactsRow, serverFacts } from '../../queries/server_facts.ts';
import { tryAdvisoryLock } from '../../queries/try_advisory_lock.ts';
import type { ConnectionConfig } from '../config.ts';
import { detectPooling, identifierOf } from '../preflight/index.ts';
import { Session } from '../session.ts';
import {
  chooseInstallation,
  type Found,
  findInstallations,
  type Installation,
  majorOf,
  ToolError,
} from '../tools/index.ts';
import { BackupRefused } from './errors.ts';
import { PartialArchive } from './partial.ts';
import { makeRegistry } from './registry.ts';
import { chooseTables, openSnapshot, snapshotSettings, type TablesToCount } from './snapshot.ts';
import type { BackupRequest } from './take-backup.ts';

const tools = (found: Found, { version, version_num: versionNum }: { version: string; version_num: number }) => {
  const need = { major: majorOf(versionNum), what: `the server is PostgreSQL ${version}` };
  const pgDump = chooseInstallation('pg_dump', need, found);
  const beside = pgDump.tools.includes('pg_restore');
  // It has to read what that pg_dump writes.
  const pgRestore = beside
    ? pgDump
    : chooseInstallation('pg_restore', { major: pgDump.major, what: `pg_dump is ${pgDump.version}` }, found);
  return { pgDump, pgRestore };
};

const takeLock = async (session: Session): Promise<void> => {
  if (await tryAdvisoryLock(session)) return;
  const [holder] = await engineLockHolders(session, [session.pid]);
  const who = holder === undefined ? 'another indexdeck' : `"${holder.application ?? ''}", pid ${holder.pid}`;
  throw new BackupRefused(
    `${who} is at work on this database: its builds would wait for the backup’s snapshot`,
    'Take the backup before the deployment, or after it.',
  );
};

const refusePooler = async (connection: ConnectionConfig): Promise<void> => {
  const pooling = await detectPooling(connection);
  if (pooling === 'none' || pooling === 'session') return;
  throw new BackupRefused(
    'a connection pooler is in between that keeps no sessions, and a snapshot belongs to one',
    'Connect to the server itself: -h, -p.',
  );
};

/** All that is known, and the session that holds the snapshot: whoever got it closes it. */
export interface Prepared {
  session: Session;
  server: ServerFactsRow;
  pgDump: Installation;
  pgRestore: Installation;
  systemIdentifier: string | null;
  snapshot: string;
  snapshotAt: string;
  counting: TablesToCount;
}

const lookAt = async (request: BackupRequest): Promise<Prepared> => {
  const { id, path, schemas, connection, signal, journal, plan } = request;
  PartialArchive.check(path);
  makeRegistry(journal);
  await refusePooler(connection);
  const found = await findInstallations({ binDir: request.binDir });
  const session = await Session.open({ connection, name: 'backup', run: id, settings: snapshotSettings, signal });
  try {
    const server = await serverFacts(session);
    const chosen = tools(found, server);
    const systemIdentifier = await identifierOf(session);
    await takeLock(session);
    const { snapshot, at: snapshotAt } = await openSnapshot(session);
    const counting = await chooseTables(session, schemas, plan);
    return { session, server, ...chosen, systemIdentifier, snapshot, snapshotAt, counting };
  } catch (error) {
    await session.close();
    throw error;
  }
};

/** Everything up to the snapshot. Nothing is written yet: whatever fails is a BackupRefused. */
export const prepare = async (request: BackupRequest): Promise<Prepared> => {
  try {
    return await lookAt(request);
  } catch (cause) {
    if (request.signal.aborted || cause instanceof BackupRefused) throw cause;
    const advice = cause instanceof ToolError ? cause.advice : '';
    throw new BackupRefused(cause instanceof Error ? cause.message : String(cause), advice, { cause });
  }
};
