import type { Plan } from '../../plan/types.ts';
import type { ConnectionConfig } from '../config.ts';
import { sizeOf } from './digest.ts';
import { dumpAndCount } from './dump-and-count.ts';
import { writeDurably } from './durable.ts';
import { BackupCancelled, BackupLeft, BackupRefused, BackupUnrecorded } from './errors.ts';
import type { BackupEvent } from './events.ts';
import { PartialArchive } from './partial.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type BackupFormat, type BackupRecord, manifestPath } from './record.ts';
import { register } from './registry.ts';
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

/** Dumps into the partial archive, proves it, and says what is on record of it. */
const write = async (request: BackupRequest, prepared: Prepared, path: string): Promise<BackupRecord> => {
  const { id, label, format, schemas, connection, readBack, emit, signal } = request;
  const { session, server, pgDump, snapshot, snapshotAt, counting } = prepared;
  const { host, port, database: name, user } = connection;
  const database = { host, port, database: name, user };
  const startedAt = new Date().toISOString();
  const same = { id, label, path: request.path, format, database, schemas, snapshot };
  emit({ type: 'backup.started', ...same, serverVersion: server.version, toolVersion: pgDump.version });
  const begin = performance.now();
  const rows = await dumpAndCount(request, { session, snapshot, path, installation: pgDump, counting });
  // The snapshot is let go of at once: builds may begin while the archive is read back.
  await session.close();
  emit({ type: 'dump.finished', bytes: await sizeOf(path), durationMs: performance.now() - begin });
  const proven = await verifyArchive({ installation: prepared.pgRestore, path, rows, readBack, emit, signal });
  return {
    indexdeckBackup: 1,
    ...same,
    ...{ startedAt, snapshotAt, rows, readBack, tablesNotCounted: counting.left },
    finishedAt: new Date().toISOString(),
    server: { version: server.version, systemIdentifier: prepared.systemIdentifier },
    tool: { name: 'pg_dump', version: pgDump.version },
    writtenBy: request.version,
    ...proven,
  };
};

/** The record beside the archive, and in the registry. */
const keep = ({ path, journal }: BackupRequest, record: BackupRecord): void => {
  try {
    writeDurably(manifestPath(path), `${JSON.stringify(record, null, 2)}\n`);
    register(journal, record);
  } catch (cause) {
    throw new BackupUnrecorded(path, { cause });
  }
};

const backUp = async (request: BackupRequest): Promise<BackupRecord> => {
  const prepared = await prepare(request);
  try {
    const partial = PartialArchive.make(request.path, request.format);
    try {
      const record = await write(request, prepared, partial.path);
      request.signal.throwIfAborted();
      partial.finish();
      keep(request, record);
      request.emit({ type: 'backup.finished', record });
      return record;
    } catch (error) {
      partial.remove(error);
      throw error;
    }
  } finally {
    await prepared.session.close();
  }
};

/**
 * Takes a backup with pg_dump and proves it: what is at `path` at the end was read back and holds what the server counted
 * at the same snapshot. The one place where a session of ours stays in a transaction: no build of ours is beside it,
 * since it holds the engine's advisory lock. Fails with BackupRefused when nothing was begun, with BackupCancelled, with
 * BackupLeft when something could not be removed, with BackupUnrecorded when all is done but the record, and with the
 * reason otherwise; nothing is left then.
 */
export const takeBackup = async (request: BackupRequest): Promise<BackupRecord> => {
  try {
    return await backUp(request);
  } catch (error) {
    const itself = [BackupRefused, BackupLeft, BackupUnrecorded].some((kind) => error instanceof kind);
    if (!request.signal.aborted || itself) throw error;
    throw new BackupCancelled('the backup was cancelled; nothing of it is left', { cause: request.signal.reason });
  }
};
