import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import {
  type BackupEvent,
  type BackupRequest,
  BackupUnproven,
  BackupUnrecorded,
  takeBackup,
} from '../../../src/engine/backup/index.ts';
import { folder } from '../../cli/program.ts';
import { createDatabase } from '../../support/database.ts';
import { pgTools, testWithPgTools } from '../../support/pg-tools.ts';
import { poll } from '../../support/poll.ts';
import { startStandby } from '../../support/server.ts';
import type { SharedServer } from '../../support/servers.ts';

const requestOn = (server: SharedServer, database: string, changes: Partial<BackupRequest> = {}) => {
  const events: BackupEvent[] = [];
  const { host, port, user, password } = server;
  const request: BackupRequest = {
    id: 'bk-test',
    label: 'test',
    path: join(folder(), 'archive'),
    format: 'custom',
    jobs: 1,
    schemas: [],
    plan: null,
    binDir: pgTools ?? null,
    readBack: true,
    connection: { host, port, user, password, database },
    journal: join(folder(), 'journal'),
    version: '0',
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    ...changes,
  };
  return { request, events };
};

const withRows = async () => {
  const database = await createDatabase(15);
  await database.sql('CREATE TABLE t AS SELECT n AS a FROM generate_series(1, 100) n');
  return database;
};

/** The real programs, but what pg_restore reads has lost a row. */
const losing = (): string => {
  const dir = join(folder(), 'bin');
  mkdirSync(dir);
  const script = (tool: string, text: string) => {
    writeFileSync(join(dir, tool), `#!/bin/sh\n${text}\n`);
    chmodSync(join(dir, tool), 0o755);
  };
  script('pg_dump', `exec ${pgTools}/pg_dump "$@"`);
  script('pg_restore', `${pgTools}/pg_restore "$@" | sed '/^42$/d'`);
  return dir;
};

testWithPgTools('an archive that lost a row is no backup, and goes', async () => {
  const database = await withRows();
  const { request, events } = requestOn(database.server, database.name, { binDir: losing() });
  await expect(takeBackup(request)).rejects.toThrow(BackupUnproven);
  await expect(takeBackup(request)).rejects.toThrow('public.t has 100 rows and 99 there');
  expect(events.some(({ type }) => type === 'backup.finished')).toBe(false);
  expect(readdirSync(join(request.path, '..'))).toEqual([]);
});

testWithPgTools('a record that cannot be written: the archive stays, and that is said', async () => {
  const database = await withRows();
  const { request } = requestOn(database.server, database.name);
  mkdirSync(join(request.journal, 'backups', 'bk-test.json'), { recursive: true });
  await expect(takeBackup(request)).rejects.toThrow(BackupUnrecorded);
  expect(existsSync(request.path)).toBe(true);
});

testWithPgTools('events come in order, with the server’s counts', async () => {
  const database = await withRows();
  const { request, events } = requestOn(database.server, database.name);
  const record = await takeBackup(request);
  expect(record.rows).toEqual([{ schema: 'public', table: 't', rows: 100 }]);
  expect(
    events
      .filter(({ type }) => type.startsWith('table.'))
      .map(({ type }) => type)
      .sort(),
  ).toEqual(['table.counted', 'table.dumping']);
  expect(events.flatMap((event) => (event.type === 'backup.verified' ? [event.what] : []))).toEqual([
    'list',
    'rows',
    'checksum',
  ]);
  expect(events.at(-1)).toEqual({ type: 'backup.finished', record });
});

testWithPgTools('of a standby', async () => {
  const { primary, standby } = await startStandby(15);
  const writer = new pg.Client({ connectionString: primary.url('postgres') });
  await writer.connect();
  await writer.query('CREATE TABLE t AS SELECT 1 AS a; CREATE UNLOGGED TABLE u AS SELECT 1 AS a');
  await writer.end();
  const reader = new pg.Client({ connectionString: standby.url('postgres') });
  await reader.connect();
  await poll(async () => (await reader.query("SELECT to_regclass('u') AS u")).rows[0].u, 30_000);
  await reader.end();
  const { request } = requestOn(standby, 'postgres');
  expect((await takeBackup(request)).rows).toEqual([{ schema: 'public', table: 't', rows: 1 }]);
});
