import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { NamedBackup } from '../../run/index.ts';
import { findInstallations, newestInstallation, ToolError } from '../tools/index.ts';
import { listArchive, readArchive } from './archive.ts';
import { digestOf } from './digest.ts';
import { type BackupRecord, manifestPath, readRecord } from './record.ts';
import { findBackup } from './registry.ts';

export interface ProofRequest {
  /** As given with --backup: a path, or an ID or label of the registry. */
  named: string;
  journal: string;
  binDir: string | null;
  signal?: AbortSignal;
}

/** An archive and what is on record of it. */
export interface Located {
  path: string;
  record: BackupRecord | null;
}

/** Finds what --backup names: a file or directory first, then the registry. Null when it is neither. Throws BadRecord. */
export const locateBackup = (named: string, journal: string): Located | null => {
  const path = resolve(named);
  if (existsSync(path)) return { path, record: readRecord(manifestPath(path)) };
  const record = findBackup(journal, named);
  return record === null ? null : { path: record.path, record };
};

type Proof = Pick<NamedBackup, 'proven' | 'sha256' | 'bytes' | 'takenAt' | 'database' | 'problem' | 'serverVersion'>;

const NOTHING: Proof = {
  ...{ proven: null, sha256: null, bytes: null, takenAt: null, database: null, problem: null },
  serverVersion: null,
};

const unproven = (problem: string): Proof => ({ ...NOTHING, problem });

const prove = async ({ path, record }: Located, { binDir, signal }: ProofRequest): Promise<Proof> => {
  if (!existsSync(path)) return unproven(`the archive is not at ${path} any more`);
  const installation = newestInstallation('pg_restore', await findInstallations({ binDir }));
  const reading = { installation, path, ...(signal === undefined ? {} : { signal }) };
  const list = await listArchive(reading);
  const digest = await digestOf(path, signal);
  if (record === null) {
    // Nothing is known of it: only reading all of it shows that it can be read.
    await readArchive(reading);
    if (list.tables === 0) return unproven(`there are no rows of any table in ${path}`);
    const { createdAt: takenAt, database, serverVersion } = list;
    return { ...NOTHING, ...digest, proven: 'read', takenAt, database, serverVersion };
  }
  if (digest.sha256 !== record.sha256)
    return unproven(`${path} is not as it was written: SHA-256 ${digest.sha256}, on record ${record.sha256}`);
  const database = list.database ?? record.database.database;
  const { snapshotAt: takenAt, server } = record;
  return { ...NOTHING, ...digest, proven: 'checksum', takenAt, database, serverVersion: server.version };
};

/**
 * Proves that a backup can be read: pg_restore lists it, and its checksum is the one on record. One without a record,
 * made by somebody else, is read whole instead. What is wrong is in `problem`; fails only when the signal says so, and
 * with BadRecord.
 */
export const proveBackup = async (located: Located, request: ProofRequest): Promise<NamedBackup> => {
  const { path, record } = located;
  const proof = await prove(located, request).catch((error: unknown) => {
    request.signal?.throwIfAborted();
    const { message } = error instanceof Error ? error : new Error(String(error));
    return unproven(error instanceof ToolError ? `${message}. ${error.advice}` : message);
  });
  return {
    named: request.named,
    id: record?.id ?? null,
    path,
    ...proof,
    systemIdentifier: record?.server.systemIdentifier ?? null,
    schemas: record?.schemas ?? [],
    provenAt: new Date().toISOString(),
  };
};
