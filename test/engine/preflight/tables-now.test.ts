import { describe, expect, test } from 'vitest';
import { Memory } from '../../../src/engine/preflight/index.ts';
import { writeRate } from '../../../src/engine/preflight/tables-now.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { pgTool, testWithPgTools } from '../../support/pg-tools.ts';
import { poll } from '../../support/poll.ts';
import { startServer, versions } from '../../support/server.ts';
import { createRole } from '../catalog/support.ts';
import { blocking, coded, preflightOf } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';
const withTable = async (version: (typeof versions)[number], more = '') => {
  const database = await createDatabase(version);
  await database.sql(`CREATE TABLE t (a int, b text); ${more}`);
  return database;
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a table that is written to heavily, beside one that is not', async () => {
    const database = await withTable(version, 'CREATE TABLE quiet (a int)');
    const writer = await database.connect();
    let writing = true;
    const work = (async () => {
      while (writing) await writer.query('INSERT INTO t SELECT n FROM generate_series(1, 500) AS n');
      await writer.end();
    })();
    await poll(async () => Number((await database.sql('SELECT count(*) FROM t'))[0].count) > 0);
    const plan = `${INDEX} CREATE INDEX CONCURRENTLY q ON quiet (a);`;
    const facts = await preflightOf(database, plan, { watchedMs: 1_050 });
    writing = false;
    await work;
    const [heavy] = coded(facts, 'heavy-writes');
    expect(heavy).toMatchObject({
      level: 'warning',
      what: expect.stringMatching(/public\.t: [\d,]+ rows a second in/),
    });
    expect(heavy?.what).not.toContain('quiet');
    expect(coded(facts, 'write-load')).toEqual([]);
  });

  test('nothing is written: what was measured is said', async () => {
    const database = await withTable(version);
    const facts = await preflightOf(database, INDEX, { watchedMs: 100 });
    expect(coded(facts, 'write-load')).toMatchObject([
      { level: 'ok', what: expect.stringMatching(/^At most 0 rows a second .* on 1 table\.$/) },
    ]);
  });

  test('from look to look nothing is waited for, and what was written between them counts', async () => {
    const database = await withTable(version);
    const memory = new Memory();
    await preflightOf(database, INDEX, { watchedMs: 10, memory });
    await database.sql('INSERT INTO t SELECT generate_series(1, 200000)');
    const scene = { watchedMs: 1_000_000, memory };
    const heavy = await poll(async () => coded(await preflightOf(database, INDEX, scene), 'heavy-writes')[0]);
    expect(heavy.what).toMatch(/public\.t: [\d,]+ rows a second/);
  });

  test('another server’s counters are not compared with', () => {
    const reading = { oid: 1, written: 5, updated: 0, hot_updated: 0, at_s: 10, started_s: 1, stats_reset_s: null };
    expect(writeRate(reading, { ...reading, at_s: 12, written: 25 })).toMatchObject({ now: 10, seconds: 2 });
    expect(writeRate(reading, { ...reading, at_s: 12, written: 25, started_s: 2 })).toBeNull();
    expect(writeRate(reading, { ...reading, at_s: 12, written: 4 })).toBeNull();
    expect(writeRate(undefined, reading)).toBeNull();
    const reset = { ...reading, stats_reset_s: -90 };
    expect(writeRate(reset, { ...reset, at_s: 10.5 })?.average?.rate).toBeCloseTo(5 / 100.5);
  });

  test('loaded in bulk and never analyzed; analyzed, and changed since', async () => {
    const load = 'INSERT INTO t SELECT n FROM generate_series(1, 20000) AS n';
    const database = await withTable(version, `ALTER TABLE t SET (autovacuum_enabled = off); ${load}`);
    const counted = (least: number) =>
      poll(
        async () =>
          (await database.sql("SELECT n_mod_since_analyze FROM pg_stat_user_tables WHERE relname = 't'"))[0]
            .n_mod_since_analyze >= least,
      );
    await counted(20_000);
    const before = await preflightOf(database, INDEX);
    expect(coded(before, 'never-analyzed')).toMatchObject([
      { level: 'warning', what: 'Loaded, and never analyzed: public.t (20,000 rows).' },
    ]);
    await database.sql('ANALYZE t');
    const analyzed = await preflightOf(database, INDEX);
    expect(coded(analyzed, 'never-analyzed')).toEqual([]);
    expect(coded(analyzed, 'stale-statistics')).toEqual([]);
    await database.sql('UPDATE t SET a = a + 1');
    await counted(20_000);
    const [stale] = coded(await preflightOf(database, INDEX), 'stale-statistics');
    expect(stale).toMatchObject({
      level: 'note',
      what: expect.stringMatching(/public\.t \(20,000 rows changed since 2/),
    });
  });

  test('unlogged: noted, and a crash empties table and index, which stays valid', async () => {
    const server = await startServer({ version });
    const database = await createDatabase(version, { server });
    await database.sql('CREATE UNLOGGED TABLE t (a int); INSERT INTO t SELECT generate_series(1, 1000)');
    expect(coded(await preflightOf(database, INDEX), 'unlogged-table')).toMatchObject([
      { level: 'note', what: 'Unlogged: public.t.', why: expect.stringContaining('emptied') },
    ]);
    await database.sql(INDEX);
    await database.sql('CHECKPOINT');
    await server.stop('immediate');
    await server.start();
    const [left] = await database.sql(`SELECT (SELECT count(*)::int FROM t) AS rows, indisvalid, relpersistence
      FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relname = 'i'`);
    expect(left).toEqual({ rows: 0, indisvalid: true, relpersistence: 'u' });
  });

  test('materialised views: allowed and noted; a refresh that runs is seen', async () => {
    const database = await withTable(
      version,
      `CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
      CREATE MATERIALIZED VIEW bare AS SELECT 1 AS a WITH NO DATA; CREATE UNIQUE INDEX ON m (a)`,
    );
    const plan = 'CREATE INDEX CONCURRENTLY i ON m (a); CREATE INDEX CONCURRENTLY j ON bare (a);';
    const facts = await preflightOf(database, plan);
    expect(blocking(facts)).toEqual([]);
    const [note] = coded(facts, 'materialised-view');
    expect(note?.what).toMatch(
      /^Materialised: public\.(m|bare), public\.(m|bare); .* \(WITH NO DATA\): public\.bare\.$/,
    );
    const refresh = await database.connect({ application_name: 'refresher' });
    await refresh.query('BEGIN');
    await refresh.query('REFRESH MATERIALIZED VIEW CONCURRENTLY m');
    const [busy] = coded(await preflightOf(database, plan), 'table-work');
    expect(busy?.what).toMatch(/"refresher", idle in transaction\) holds EXCLUSIVE on public\.m: REFRESH MATERIALIZED/);
    await refresh.query('ROLLBACK');
    await refresh.end();
    for (const sql of plan.split(';').slice(0, 2)) await database.sql(sql);
  });

  test('DDL and maintenance on a table: who, which lock, doing what; held, awaited and prepared', async () => {
    const database = await withTable(version, 'CREATE TABLE u (a int)');
    const holder = await holdLock(database, 't', 'SHARE ROW EXCLUSIVE');
    const waiting = await database.connect({ application_name: 'validator' });
    const ddl = waiting.query('ALTER TABLE t ALTER a SET STATISTICS 50').catch(() => undefined);
    await poll(async () => (await database.sql('SELECT FROM pg_locks WHERE NOT granted')).length === 1);
    await database.sql("BEGIN; LOCK TABLE u IN SHARE MODE; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'half'");
    const facts = await preflightOf(database, `${INDEX} CREATE INDEX CONCURRENTLY j ON u (a);`);
    const said = coded(facts, 'table-work').map(({ what }) => what);
    expect(said).toEqual([
      expect.stringMatching(
        `^pid ${holder.pid} \\(user postgres, "lock-holder", .* holds SHARE ROW EXCLUSIVE on public.t`,
      ),
      expect.stringMatching(/"validator", active\) waits for SHARE UPDATE EXCLUSIVE on public\.t: ALTER TABLE/),
      expect.stringMatching(/^the prepared transaction "half" of postgres holds SHARE on public\.u/),
    ]);
    await holder.release();
    await ddl;
    await waiting.end();
    expect(coded(await preflightOf(database, INDEX), 'table-work')).toEqual([]);
  });

  test('many of them are cut, and the rest counted', async () => {
    const tables = Array.from({ length: 12 }, (_, n) => `t${n}`);
    const database = await createDatabase(version);
    await database.sql(tables.map((name) => `CREATE TABLE ${name} (a int)`).join(';'));
    const holder = await holdLock(database, tables.join(', '), 'EXCLUSIVE');
    const facts = await preflightOf(
      database,
      tables.map((name) => `CREATE INDEX CONCURRENTLY ON ${name} (a);`).join('\n'),
    );
    expect(coded(facts, 'table-work')).toHaveLength(11);
    expect(coded(facts, 'table-work').at(-1)?.what).toBe('2 more locks of the same kind are there.');
    await holder.release();
  });

  test('a plain role sees that somebody is at work, without knowing what he does', async () => {
    const database = await withTable(version);
    const role = await createRole(database);
    await database.sql(`ALTER TABLE t OWNER TO ${role.user}`);
    const holder = await holdLock(database, 't', 'EXCLUSIVE');
    const [busy] = coded(await preflightOf(database, INDEX, { as: role }), 'table-work');
    expect(busy?.what).toBe(
      `pid ${holder.pid} (user postgres, "lock-holder", state unknown) holds EXCLUSIVE on public.t.`,
    );
    await holder.release();
  });

  describe('a vacuum against wraparound', () => {
    const grownOld = (database: TestDatabase, by: number) =>
      database.sql(
        `UPDATE pg_class SET relfrozenxid = ((pg_current_xact_id()::text::bigint - $1 + 4294967296) % 4294967296)::text::xid
         WHERE oid = 't'::regclass`,
        [by],
      );

    test('due, near, and as a parameter of the table says', async () => {
      const database = await withTable(version, 'ALTER TABLE t SET (autovacuum_freeze_max_age = 400000)');
      await grownOld(database, 390_000);
      const near = await preflightOf(database, INDEX);
      expect(coded(near, 'wraparound-near')).toMatchObject([
        { level: 'note', what: expect.stringMatching(/public\.t \(390,\d{3} of 400,000 transactions\)/) },
      ]);
      await grownOld(database, 500_000);
      const due = await preflightOf(database, INDEX);
      expect(coded(due, 'wraparound-due')).toMatchObject([{ level: 'warning' }]);
      expect(coded(due, 'wraparound-near')).toEqual([]);
      await database.sql('VACUUM (FREEZE) t');
      expect(coded(await preflightOf(database, INDEX), 'wraparound-due')).toEqual([]);
    });

    test('running: how far it is, and that a build waits for it', async () => {
      const flags = {
        autovacuum_naptime: '1s',
        autovacuum_vacuum_cost_delay: '100ms',
        autovacuum_vacuum_cost_limit: '1',
      };
      const server = await startServer({ version, flags });
      const database = await createDatabase(version, { server });
      await database.sql(`CREATE TABLE t (a int, b text) WITH (autovacuum_enabled = off);
        INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 5000) AS n`);
      await grownOld(database, 300_000_000);
      await poll(
        async () =>
          (await database.sql("SELECT FROM pg_stat_progress_vacuum WHERE phase = 'scanning heap'")).length === 1,
        30_000,
      );
      const facts = await preflightOf(database, INDEX);
      const [vacuum] = coded(facts, 'wraparound-vacuum');
      expect(vacuum).toMatchObject({
        level: 'warning',
        what: expect.stringMatching(/public\.t \(pid \d+, scanning heap, \d+ % scanned\)/),
      });
      expect(coded(facts, 'table-work')).toEqual([]);
      const builder = await database.connect();
      await builder.query("SET lock_timeout = '3s'");
      await expect(builder.query(INDEX)).rejects.toMatchObject({ code: '55P03' });
      await builder.end();
    });
  });

  test('a table of an extension: a warning', async () => {
    const database = await withTable(version, 'CREATE EXTENSION pg_trgm; ALTER EXTENSION pg_trgm ADD TABLE t');
    const facts = await preflightOf(database, INDEX);
    expect(coded(facts, 'extension-table')).toMatchObject([
      { level: 'warning', what: 'Made by an extension: public.t (pg_trgm).' },
    ]);
  });
});

testWithPgTools('pg_dump leaves out what others indexed on a table of an extension', async () => {
  const database = await withTable(
    15,
    `CREATE TABLE own (a int); CREATE INDEX on_own ON own (a); CREATE EXTENSION pg_trgm;
    ALTER EXTENSION pg_trgm ADD TABLE t; CREATE INDEX on_extension ON t (a)`,
  );
  const dump = await pgTool('pg_dump', ['--schema-only'], database.environment);
  expect(dump).toContain('on_own');
  expect(dump).not.toContain('on_extension');
});
