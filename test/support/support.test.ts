import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { createDatabase, createTemplate } from './database.ts';
import { holdLock, idleInTransaction, waiters } from './locks.ts';
import { startPgbouncer, testWithPgbouncer } from './pgbouncer.ts';
import { poll } from './poll.ts';
import { startServer, startStandby, versions } from './server.ts';

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a database of its own, with the settings for tests', async () => {
    const database = await createDatabase(version);
    const [row] = await database.sql(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('fsync') AS fsync,
              current_database() AS name, current_setting('max_prepared_transactions') AS prepared`,
    );
    expect(row).toEqual({ version, fsync: 'off', name: database.name, prepared: '10' });
  });

  test('the statement log tells what was sent, and by whom, for this database only', async () => {
    const [database, other] = await Promise.all([createDatabase(version), createDatabase(version)]);
    const client = await database.connect({ application_name: 'a | b' });
    await client.query('SELECT 1,\n\t2 -- two lines');
    await client.query('SELECT $1::text', ['parameter']);
    await client.end();
    await other.sql('SELECT 3');
    const log = await database.statementLog();
    expect(log.map((entry) => entry.text)).toEqual(['SELECT 1,\n\t2 -- two lines', 'SELECT $1::text']);
    expect(new Set(log.map((entry) => entry.application))).toEqual(new Set(['a | b']));
  });

  test('a client left open is reported', async () => {
    const database = await createDatabase(version);
    await database.connect();
    await expect(database.drop()).rejects.toThrow('left 1 client(s)');
  });

  test('a session of somebody else left open is reported', async () => {
    const database = await createDatabase(version);
    const client = new pg.Client({ connectionString: database.connectionString, application_name: 'stray' });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => client.end().catch(() => undefined));
    await expect(database.drop()).rejects.toThrow('stray (idle)');
  });

  test('a prepared transaction does not keep a database', async () => {
    const database = await createDatabase(version);
    await database.sql("BEGIN; CREATE TABLE t (); PREPARE TRANSACTION 'forgotten'");
    await database.drop();
    const admin = await createDatabase(version);
    expect(await admin.sql('SELECT FROM pg_database WHERE datname = $1', [database.name])).toEqual([]);
  });

  test('a template is filled once and copied', async () => {
    let filled = 0;
    const fill = async (client: pg.Client) => {
      filled++;
      await client.query('CREATE TABLE t AS SELECT 42 AS answer');
    };
    const names = await Promise.all([1, 2].map(() => createTemplate(version, 'support_test', fill)));
    const database = await createDatabase(version, { template: names[0] ?? '' });
    expect(await database.sql('SELECT answer FROM t')).toEqual([{ answer: 42 }]);
    expect(filled).toBe(1);
  });

  test.each([
    ['a writer', 'waiting for writers before build'],
    ['a forgotten snapshot', 'waiting for old snapshots'],
  ])('a build waits for %s', async (who, expected) => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int)');
    const scene =
      who === 'a writer' ? await holdLock(database, 't', 'ROW EXCLUSIVE') : await idleInTransaction(database);
    const build = database.sql('CREATE INDEX CONCURRENTLY ON t (a)');
    const phase = await poll(async () => {
      const [row] = await database.sql(
        `SELECT phase FROM pg_stat_progress_create_index
         WHERE datname = current_database() AND current_locker_pid = $1`,
        [scene.pid],
      );
      return row?.phase as string | undefined;
    });
    expect(phase).toBe(expected);
    await scene.release();
    await build;
  });

  test('sixty sessions queue for a lock', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a int)');
    const queue = await waiters(database, 60, 't');
    const [row] = await database.sql(
      "SELECT count(*)::int AS n FROM pg_locks WHERE relation = 't'::regclass AND NOT granted",
    );
    expect(row.n).toBe(60);
    await queue.release();
  });

  test('a server of its own stops, starts again, crashes, and is gone at the end', async () => {
    const server = await startServer({ version, flags: { max_connections: '12' } });
    const database = await createDatabase(version, { server });
    expect(await database.sql('SHOW max_connections')).toEqual([{ max_connections: '12' }]);
    await server.stop('fast');
    await expect(database.sql('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.start();
    await server.stop('immediate');
    await server.start();
    await database.drop();
    await server.destroy();
    expect(existsSync(dirname(server.dataFolder))).toBe(false);
  });

  test('a standby follows its primary and refuses to write', async () => {
    const { primary, standby } = await startStandby(version);
    const [writer, reader] = [primary, standby].map(
      (server) => new pg.Client({ connectionString: server.url('postgres') }),
    );
    if (!writer || !reader) throw new Error('unreachable');
    await Promise.all([writer.connect(), reader.connect()]);
    await writer.query('CREATE TABLE t (a int)');
    await poll(async () => (await reader.query("SELECT to_regclass('t') AS t")).rows[0].t, 30_000);
    expect((await reader.query('SELECT pg_is_in_recovery() AS is')).rows[0].is).toBe(true);
    await expect(reader.query('CREATE TABLE u ()')).rejects.toThrow('read-only');
    expect((await writer.query('SELECT state FROM pg_stat_replication')).rows).toEqual([{ state: 'streaming' }]);
    await Promise.all([writer.end(), reader.end()]);
  });

  testWithPgbouncer('PgBouncer changes the server session between transactions, or does not', async () => {
    const database = await createDatabase(version, { mayLeaveSessions: true });
    for (const mode of ['session', 'transaction'] as const) {
      const { connectionString } = await startPgbouncer(database, mode);
      const clients = [1, 2].map(() => new pg.Client({ connectionString }));
      const pids = new Set<number>();
      for (const client of clients) {
        await client.connect();
        pids.add((await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid);
      }
      expect(pids.size).toBe(mode === 'session' ? 2 : 1);
      await Promise.all(clients.map((client) => client.end()));
    }
  });
});

test('the two servers are those of the run', () => {
  const servers = inject('servers');
  expect(servers[15].port).not.toBe(servers[18].port);
});
