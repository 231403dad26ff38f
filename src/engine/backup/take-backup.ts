import type { Plan } from '../../plan/types.ts';
import { engineLockHolders } from '../../queries/engine_lock_holders.ts';
import { serverFacts } from '../../queries/server_facts.ts';
import { tryAdvisoryLock } from '../../queries/try_advisory_lock.ts';
import type { ConnectionConfig } from '../config.ts';
import { detectPooling, identifierOf } from '../preflight/index.ts';
import { Session } from '../session.ts';
import { chooseInstallation, type Found, findInstallations, majorOf } from '../tools/index.ts';
import { sizeOf } from './digest.ts';
import { dumpAndCount } from './dump-and-count.ts';
import { writeDurably } from './durable.ts';
import { BackupCancelled, BackupRefused } from './errors.ts';
import type { BackupEvent } from './events.ts';
import { PartialArchive } from './partial.ts';
import { type BackupFormat, type BackupRecord, manifestPath } from './record.ts';
import { register } from './registry.ts';
import { chooseTables, openSnapshot, snapshotSettings } from './snapshot.ts';
import { verifyArchive } from './verify-archive.ts';

export interface BackupRequest {
  id: string;
  label: string;
  /** Where it goes, absolute. */
  path: string;
  format: BackupFormat;
  /** Connections that dump tables at the same time; more than one needs a directory. */
  jobs: number;
  /** Empty: all. */
  schemas: string[];
  /** Names the tables to count; null: the largest. */
  plan: Plan | null;
  binDir: string | null;
  readBack: boolean;
  connection: ConnectionConfig;
  /** Where it is registered. */
  journal: string;
  /** indexdeck's version. */
  version: string;
  emit: (event: BackupEvent) => void;
  signal: AbortSignal;
}

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

/**
 * Takes a backup with pg_dump and proves it: what is at `path` at the end was read back and holds what the server counted
 * at the same snapshot. The one place where a session of ours stays in a transaction: no build of ours is beside it,
 * since it holds the engine's advisory lock. Fails with BackupRefused when nothing was begun, with BackupCancelled, with
 * BackupLeft when something could not be removed, and with the reason otherwise; nothing is left then.
 */
export const takeBackup = async (request: BackupRequest): Promise<BackupRecord> => {
  try {
    return await backUp(request);
  } catch (error) {
    if (!request.signal.aborted || error instanceof BackupRefused || 'path' in (error as object)) throw error;
    throw new BackupCancelled('the backup was cancelled; nothing of it is left', { cause: request.signal.reason });
  }
};

const backUp = async (request: BackupRequest): Promise<BackupRecord> => {
  const { id, label, path, format, schemas, connection, emit, signal } = request;
  const { host, port, database, user } = connection;
  const startedAt = new Date().toISOString();
  PartialArchive.check(path);
  await refusePooler(connection);
  const found = await findInstallations({ binDir: request.binDir });
  const session = await Session.open({ connection, name: 'backup', run: id, settings: snapshotSettings, signal });
  try {
    const server = await serverFacts(session);
    const { pgDump, pgRestore } = tools(found, server);
    const identifier = await identifierOf(session);
    await takeLock(session);
    const { snapshot, at: snapshotAt } = await openSnapshot(session);
    const counting = await chooseTables(session, schemas, request.plan);
    const partial = PartialArchive.make(path, format);
    try {
      const facts = { host, port, database, user };
      emit({
        type: 'backup.started',
        ...{ id, label, path, format, database: facts, snapshot, schemas },
        serverVersion: server.version,
        toolVersion: pgDump.version,
      });
      const begin = performance.now();
      const at = { session, snapshot, path: partial.path, installation: pgDump, counting };
      const rows = await dumpAndCount(request, at);
      // The snapshot is let go of at once: builds may begin while the archive is read back.
      await session.close();
      emit({ type: 'dump.finished', bytes: await sizeOf(partial.path), durationMs: performance.now() - begin });
      const { readBack } = request;
      const proven = await verifyArchive({ installation: pgRestore, path: partial.path, rows, readBack, emit, signal });
      const record: BackupRecord = {
        indexdeckBackup: 1,
        ...{ id, label, path, format, database: facts, startedAt, snapshotAt, snapshot, schemas, rows, readBack },
        finishedAt: new Date().toISOString(),
        server: { version: server.version, systemIdentifier: identifier },
        tool: { name: 'pg_dump', version: pgDump.version },
        writtenBy: request.version,
        tablesNotCounted: counting.left,
        ...proven,
      };
      signal.throwIfAborted();
      partial.finish();
      writeDurably(manifestPath(path), `${JSON.stringify(record, null, 2)}\n`);
      register(request.journal, record);
      emit({ type: 'backup.finished', record });
      return record;
    } catch (error) {
      partial.remove(error);
      throw error;
    }
  } finally {
    await session.close();
  }
};
