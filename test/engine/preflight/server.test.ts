import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { ENGINE_LOCK } from '../../../src/engine/preflight/index.ts';
import { stallingTransactions } from '../../../src/queries/stalling_transactions.ts';
import { createDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { startServer, startStandby, versions } from '../../support/server.ts';
import { createRole } from '../catalog/support.ts';
import { blocking, coded, preflightOf, runOptions } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';
const off = { warn: null, pause: null, abort: null };

describe.each(versions)('on PostgreSQL %i', (version) => {
  const withTable = async (more = '') => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t (a int, b varchar); ${more}`);
    return database;
  };

  test('a plain role without rights', async () => {
    const database = await withTable('CREATE SCHEMA closed; CREATE TABLE closed.c (a int)');
    const role = await createRole(database);
    await database.sql('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const sql = `${INDEX}\nCREATE INDEX CONCURRENTLY ON t (b);\nCREATE INDEX CONCURRENTLY ON closed.c (a);`;
    const facts = await preflightOf(database, sql, { as: role });
    expect(blocking(facts)).toEqual(['not-owner', 'no-create-right', 'no-schema-right', 'no-monitor-right']);
    expect(coded(facts, 'not-owner')).toMatchObject([{ what: expect.stringContaining('2 indexes of the plan are') }]);
    expect(coded(facts, 'no-signal-right')).toMatchObject([{ level: 'note' }]);
    expect(facts.server).toMatchObject({ superuser: false, monitor: false });
  });

  test('a role with just the rights it takes', async () => {
    const database = await withTable();
    const role = await createRole(database, 'IN ROLE pg_monitor');
    await database.sql(`ALTER TABLE t OWNER TO ${role.user}; GRANT USAGE, CREATE ON SCHEMA public TO ${role.user}`);
    expect(blocking(await preflightOf(database, INDEX, { as: role }))).toEqual([]);
  });

  test('without pg_monitor, but with the gates off that need it: a warning', async () => {
    const database = await withTable();
    const role = await createRole(database);
    await database.sql(`ALTER TABLE t OWNER TO ${role.user}; GRANT USAGE, CREATE ON SCHEMA public TO ${role.user}`);
    const gates = { ...runOptions().gates, active: off, 'old-transaction': off };
    const forgotten = await idleInTransaction(database);
    const facts = await preflightOf(database, INDEX, { as: role, options: { gates } });
    expect(blocking(facts)).toEqual([]);
    expect(coded(facts, 'no-monitor-right')).toMatchObject([{ level: 'warning' }]);
    expect(coded(facts, 'hidden-transactions')).toMatchObject([{ level: 'note' }]);
    await forgotten.release();
  });

  test('another engine at work', async () => {
    const database = await withTable();
    const other = await database.connect({ application_name: 'indexdeck lock abcdef12' });
    await other.query('SELECT pg_advisory_lock($1, $2)', [ENGINE_LOCK.classId, ENGINE_LOCK.objectId]);
    const facts = await preflightOf(database, INDEX);
    expect(coded(facts, 'other-engine')).toMatchObject([
      { level: 'blocks', what: expect.stringContaining('"indexdeck lock abcdef12", user postgres') },
    ]);
    // In another database it is none of our business.
    const elsewhere = await withTable();
    expect(blocking(await preflightOf(elsewhere, INDEX))).toEqual([]);
    await other.end();
  });

  test('transactions that would stall builds, and those that would not', async () => {
    const database = await withTable('CREATE TABLE unrelated (a int)');
    const scene = await idleInTransaction(database);
    const writer = await holdLock(database, 't', 'ROW EXCLUSIVE');
    const reader = await holdLock(database, 'unrelated', 'ACCESS SHARE');
    await database.sql("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'for''gotten'");
    expect(coded(await preflightOf(database, INDEX), 'old-transaction')).toEqual([]);
    const client = await database.connect();
    const [{ oid }] = await database.sql("SELECT 't'::regclass::oid AS oid");
    const found = await stallingTransactions(
      { query: async (text, values) => (await client.query(text, [...(values ?? [])])).rows },
      { ours: [], tables: [oid], leastAgeS: 0 },
    );
    await client.end();
    expect(found.map(({ pid, gid }) => gid ?? pid).sort()).toEqual([scene.pid, writer.pid, "for'gotten"].sort());
    expect(found.find(({ pid }) => pid === scene.pid)).toMatchObject({
      snapshot: true,
      tables: [],
      application: 'forgotten',
    });
    expect(found.find(({ pid }) => pid === writer.pid)).toMatchObject({ snapshot: false, tables: ['public.t'] });
    expect(found.find(({ gid }) => gid !== null)).toMatchObject({ pid: 0, tables: ['public.t'] });
    const prepared = coded(await preflightOf(database, INDEX), 'prepared-transaction');
    expect(prepared).toMatchObject([
      { level: 'warning', advice: expect.stringContaining("ROLLBACK PREPARED 'for''gotten'") },
    ]);
    await Promise.all([scene.release(), writer.release(), reader.release()]);
  });

  test('a lock that keeps everybody out of a table: it is said, within seconds', async () => {
    const database = await withTable('CREATE INDEX i ON t (a)');
    const holder = await holdLock(database, 't');
    const began = performance.now();
    const facts = await preflightOf(database, INDEX);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(coded(facts, 'table-locked')).toMatchObject([
      { level: 'warning', what: expect.stringContaining(`pid ${holder.pid}`) },
    ]);
    await holder.release();
  });

  test('defaults of the role that would kill a build', async () => {
    const database = await withTable();
    await database.sql(`ALTER DATABASE ${database.name} SET statement_timeout = '30s';
      ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    const facts = await preflightOf(database, INDEX);
    const [note] = coded(facts, 'overridden-defaults');
    expect(note).toMatchObject({ level: 'note', what: expect.stringContaining('statement_timeout = 30s (database)') });
    expect(facts.settings).toContainEqual(
      expect.objectContaining({ name: 'default_transaction_read_only', value: 'off' }),
    );
    expect(blocking(facts)).toEqual([]);
  });

  test('settings that the server does not take, and those that would kill a build', async () => {
    const database = await withTable();
    const settings = { maintenance_work_mem: 'much', shared_buffers: '1GB', work_mem: '8MB', lock_timeout: '5s' };
    const facts = await preflightOf(database, `SET no_such_setting = 1; ${INDEX}`, { options: { settings } });
    const refused = coded(facts, 'setting-refused');
    expect(refused.map(({ what }) => /take (\w+)/.exec(what)?.[1])).toEqual([
      'no_such_setting',
      'maintenance_work_mem',
      'shared_buffers',
    ]);
    expect(coded(facts, 'killing-timeout')).toMatchObject([
      { level: 'warning', what: '--set lock_timeout=5s is not used.' },
    ]);
  });

  test('no room for our connections', async () => {
    const server = await startServer({ version, flags: { max_connections: '10' } });
    const database = await createDatabase(version, { server });
    await database.sql('CREATE TABLE t (a int)');
    const facts = await preflightOf(database, INDEX, { options: { jobs: 8 } });
    expect(blocking(facts)).toEqual(['connection-headroom']);
  });

  test('a standby', async () => {
    const { primary, standby } = await startStandby(version);
    const writer = new pg.Client({ connectionString: primary.url('postgres') });
    await writer.connect();
    await writer.query('CREATE TABLE t (a int)');
    await writer.end();
    const database = { server: standby, name: 'postgres' } as unknown as Awaited<ReturnType<typeof createDatabase>>;
    const reader = new pg.Client({ connectionString: standby.url('postgres') });
    await reader.connect();
    await poll(async () => (await reader.query("SELECT to_regclass('t') AS t")).rows[0].t, 30_000);
    await reader.end();
    expect(blocking(await preflightOf(database, INDEX))).toEqual(['standby']);
  });
});
