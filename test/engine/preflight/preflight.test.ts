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

  test('a plan that can be deployed: nothing but ok, and what was looked at is said', async () => {
    const database = await withTable();
    const facts = await preflightOf(database, INDEX);
    expect(facts.findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(facts.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'connection',
        'version',
        'primary',
        'only-engine',
        'rights-to-build',
        'tables',
        'to-build',
      ]),
    );
    expect(facts.server).toMatchObject({ superuser: true, monitor: true });
    expect(Math.floor(facts.server.versionNum / 10_000)).toBe(version);
    expect(facts.tables).toMatchObject([{ schema: 'public', name: 't' }]);
    expect(facts.steps).toEqual([{ step: 0, tableOid: facts.tables[0]?.oid, found: { kind: 'none' } }]);
    expect(facts.settings.map(({ name }) => name)).toContain('maintenance_work_mem');
  });

  test('it changes nothing, and the number of its statements does not depend on the plan', async () => {
    const database = await withTable('CREATE INDEX there ON t (lower(b))');
    const state = () =>
      database.sql(
        "SELECT oid::int, relname FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace ORDER BY oid",
      );
    const before = await state();
    const sent = async (sql: string) => {
      const from = (await database.statementLog()).length;
      await preflightOf(database, sql);
      return (await database.statementLog())
        .slice(from)
        .filter(({ application }) => application.startsWith('indexdeck')).length;
    };
    const one = await sent('CREATE INDEX CONCURRENTLY there ON t (lower(b));');
    const many = Array.from(
      { length: 30 },
      (_, n) => `CREATE INDEX CONCURRENTLY i${n} ON t (a, lower(b), (a + ${n}));`,
    ).join('\n');
    expect(await sent(`${many} CREATE INDEX CONCURRENTLY there ON t (lower(b));`)).toBe(one);
    expect(one).toBeLessThan(30);
    expect(await state()).toEqual(before);
  });

  test('what stands where each index belongs', async () => {
    const database = await withTable(`INSERT INTO t VALUES (1), (1); CREATE INDEX same ON t (lower(b));
      CREATE INDEX differs ON t (b); CREATE VIEW taken AS SELECT 1`);
    await expect(database.sql('CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)')).rejects.toThrow();
    const [{ oid }] = await database.sql("SELECT 'broken'::regclass::oid AS oid");
    const sql = `CREATE INDEX CONCURRENTLY same ON t (lower(b)); CREATE INDEX CONCURRENTLY differs ON t (a);
      CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a); CREATE INDEX CONCURRENTLY taken ON t (a);
      CREATE INDEX CONCURRENTLY missing ON t (a);`;
    const facts = await preflightOf(database, sql, { options: { onError: 'skip' } });
    expect(coded(facts, 'index-equal')).toMatchObject([{ level: 'note', index: 'same', place: { line: 1 } }]);
    const [different] = coded(facts, 'index-different');
    expect(different).toMatchObject({ level: 'warning', index: 'differs' });
    expect(different?.what).toContain('CREATE INDEX differs ON public.t USING btree (b)');
    expect(different?.why).toContain('it will be left out (--on-error skip)');
    expect(coded(facts, 'index-invalid')).toMatchObject([
      {
        level: 'warning',
        index: 'broken',
        what: expect.stringContaining(`(oid ${oid})`),
        advice: expect.stringContaining('--replace-invalid'),
      },
    ]);
    expect(coded(facts, 'name-taken')).toMatchObject([{ level: 'warning', what: expect.stringContaining('a view') }]);
    expect(coded(facts, 'to-build')).toMatchObject([{ level: 'ok', what: '1 index to build.' }]);
    expect(facts.steps.map(({ found }) => found?.kind)).toEqual([
      'equal',
      'different',
      'invalid',
      'other-relation',
      'none',
    ]);
    expect(blocking(facts)).toEqual([]);
  });

  test('an index being built right now', async () => {
    const database = await withTable();
    const writer = await holdLock(database, 't', 'ROW EXCLUSIVE');
    const builder = await database.connect({ application_name: 'other build' });
    const build = builder.query(INDEX);
    await poll(async () => (await database.sql("SELECT 1 FROM pg_class WHERE relname = 'i'")).length === 1);
    const facts = await preflightOf(database, `${INDEX} CREATE INDEX CONCURRENTLY j ON t (b);`);
    expect(coded(facts, 'index-building')).toMatchObject([
      { level: 'warning', what: expect.stringContaining('"other build"') },
    ]);
    expect(coded(facts, 'table-building')).toMatchObject([{ level: 'warning', index: 'j' }]);
    await writer.release();
    await build;
    await builder.end();
  });

  test('tables: missing, views, foreign, partitioned, temporary, system', async () => {
    const database = await withTable(`CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE p (a int) PARTITION BY LIST (a);
      CREATE MATERIALIZED VIEW m AS SELECT 1 AS a`);
    const at = (table: string) => `CREATE INDEX CONCURRENTLY ON ${table} (a);\n`;
    const facts = await preflightOf(
      database,
      at('nowhere') +
        at('nowhere.t') +
        at('v') +
        at('p') +
        at('m') +
        'CREATE INDEX CONCURRENTLY ON pg_catalog.pg_class (relname);',
    );
    const blocks = facts.findings.filter(({ level }) => level === 'blocks');
    expect(blocks.map(({ code, place }) => [code, place?.line])).toEqual([
      ['no-table', 1],
      ['no-table', 2],
      ['not-a-table', 3],
      ['partitioned-table', 4],
      ['system-table', 6],
    ]);
    expect(blocks[3]?.advice).toContain('ON ONLY');
    expect(coded(facts, 'tables')).toEqual([]);
  });

  test('what the server refuses: columns, operator classes, functions, options', async () => {
    const database = await withTable();
    const facts = await preflightOf(
      database,
      `CREATE INDEX CONCURRENTLY c ON t (gone);
       CREATE INDEX CONCURRENTLY inc ON t (a) INCLUDE (lost);
       CREATE INDEX CONCURRENTLY op ON t USING gin (b gin_trgm_ops);
       CREATE INDEX CONCURRENTLY fn ON t ((b || now()::text));
       CREATE INDEX CONCURRENTLY wh ON t (a) WHERE missing > 1;
       CREATE INDEX CONCURRENTLY opt ON t (a) WITH (no_such_option = 1);
       CREATE INDEX CONCURRENTLY fine ON t (a);`,
    );
    const refused = coded(facts, 'index-refused');
    expect(refused.map(({ index }) => index)).toEqual(['c', 'inc', 'op', 'fn', 'wh', 'opt']);
    expect(refused[0]?.what).toBe('The server does not take this index: column "gone" does not exist.');
    expect(refused[2]?.what).toContain('operator class "gin_trgm_ops" does not exist');
    expect(refused[3]?.what).toContain('IMMUTABLE');
    expect(refused.map(({ place }) => place?.line)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a plain CREATE INDEX blocks, by the plan itself', async () => {
    const database = await withTable();
    expect(blocking(await preflightOf(database, 'CREATE INDEX i ON t (a)'))).toHaveLength(1);
    expect(blocking(await preflightOf(database, 'CREATE INDEX i ON t (a)', { makeConcurrent: true }))).toEqual([]);
  });

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
    expect(found.find(({ pid }) => pid === writer.pid)).toMatchObject({ snapshot: false, tables: ['t'] });
    expect(found.find(({ gid }) => gid !== null)).toMatchObject({ pid: 0, tables: ['t'] });
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
