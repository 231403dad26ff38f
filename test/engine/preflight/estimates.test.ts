import { describe, expect, test } from 'vitest';
import type { PreflightFacts, StepEstimate } from '../../../src/run/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { versions } from '../../support/server.ts';
import { coded, preflightOf } from './support.ts';

/** 60,000 rows: more than a sample takes, with keys of every kind. */
const TABLE = `CREATE TABLE t (id bigint, few int, name text, amount numeric, tags text[], at timestamptz, doc jsonb);
  INSERT INTO t SELECT n, n % 50, 'Name ' || md5((n % 20000)::text), n % 7 * 1.5, ARRAY['a' || n % 9, 'b' || n % 300],
    timestamptz '2026-01-01' + n * interval '1 minute', jsonb_build_object('k', n % 40)
  FROM generate_series(1, 60000) AS n;`;

const PLAN: Record<string, string> = {
  i_unique: 'UNIQUE INDEX CONCURRENTLY i_unique ON t (id)',
  i_few: 'INDEX CONCURRENTLY i_few ON t (few)',
  i_lower: 'INDEX CONCURRENTLY i_lower ON t (lower(name))',
  i_several: 'INDEX CONCURRENTLY i_several ON t (few, name) INCLUDE (id)',
  i_numeric: 'INDEX CONCURRENTLY i_numeric ON t (amount)',
  i_partial: 'INDEX CONCURRENTLY i_partial ON t (at) WHERE few < 10',
  i_fill: 'INDEX CONCURRENTLY i_fill ON t (id) WITH (fillfactor = 50)',
  i_hash: 'INDEX CONCURRENTLY i_hash ON t USING hash (id)',
  i_brin: 'INDEX CONCURRENTLY i_brin ON t USING brin (at)',
  i_gin: 'INDEX CONCURRENTLY i_gin ON t USING gin (tags)',
};
const SQL = Object.values(PLAN)
  .map((each) => `CREATE ${each};`)
  .join('\n');

const sizesOf = async (database: TestDatabase): Promise<Map<string, number>> => {
  for (const each of Object.values(PLAN)) await database.sql(`CREATE ${each}`);
  const rows = await database.sql<{ name: string; bytes: number }>(
    "SELECT relname AS name, pg_relation_size(oid)::float8 AS bytes FROM pg_class WHERE relname LIKE 'i\\_%'",
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
};

const named = ({ estimates = [] }: PreflightFacts): Map<string, StepEstimate> =>
  new Map(estimates.map((each) => [Object.keys(PLAN)[each.step] ?? '', each]));

describe.each(versions)('on PostgreSQL %i', (version) => {
  const withTable = async (more = '') => {
    const database = await createDatabase(version);
    await database.sql(TABLE);
    if (more !== '') await database.sql(more);
    return database;
  };

  test.each([
    ['analyzed', 'ANALYZE t'],
    ['that nobody has analyzed', 'ALTER TABLE t SET (autovacuum_enabled = off)'],
  ])('sizes of indexes on a table %s come to what the server makes of them', async (_what, prepare) => {
    const database = await withTable(prepare);
    const facts = await preflightOf(database, SQL);
    const expected = named(facts);
    const real = await sizesOf(database);
    expect([...expected.keys()].sort()).toEqual(Object.keys(PLAN).sort());
    for (const [name, bytes] of real) {
      const range = expected.get(name)?.bytes;
      expect({ name, bytes, range, factor: Math.max(bytes / (range?.mid ?? 1), (range?.mid ?? 1) / bytes) }).toEqual({
        name,
        bytes,
        range: expect.anything(),
        factor: expect.toSatisfy((factor: number) => factor < (['i_gin', 'i_hash', 'i_brin'].includes(name) ? 2 : 1.5)),
      });
      expect(expected.get(name)?.ms?.mid).toBeGreaterThan(0);
    }
  });

  test('nothing of what was tried stays, and no row of the table is changed', async () => {
    const database = await withTable('ANALYZE t');
    const state = () =>
      database.sql(`SELECT (SELECT count(*)::int FROM pg_class) AS relations, (SELECT count(*)::int FROM pg_attribute) AS columns,
        (SELECT count(*)::int FROM pg_statistic) AS statistics, (SELECT xmax FROM t LIMIT 1) AS changed`);
    const before = await state();
    const facts = await preflightOf(database, SQL);
    expect(facts.estimates?.every(({ by }) => by === 'sample')).toBe(true);
    expect(await state()).toEqual(before);
  });

  test('one note says what all of it comes to', async () => {
    const database = await withTable('ANALYZE t');
    const [note] = coded(await preflightOf(database, SQL), 'estimate');
    expect(note).toMatchObject({
      level: 'note',
      what: expect.stringMatching(/^10 indexes to build: .*-.* MB of indexes, .* of WAL, /),
    });
    expect(note?.what).toMatch(/Building takes (under|up to|\d+-)/);
    expect(note?.why).toContain('Waits for locks and old snapshots are not in it');
  });

  test('where nothing can be tried, sizes come from statistics and the time is said to be unknown', async () => {
    const database = await withTable(`ANALYZE t;
      CREATE FUNCTION log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EVENT TRIGGER logs ON ddl_command_start EXECUTE FUNCTION log_ddl()`);
    const facts = await preflightOf(database, `CREATE ${PLAN.i_unique}; CREATE ${PLAN.i_few}; CREATE ${PLAN.i_gin};`);
    expect(facts.estimates?.map(({ by, ms }) => ({ by, ms }))).toEqual(Array(3).fill({ by: 'statistics', ms: null }));
    expect(facts.estimates?.map(({ bytes }) => bytes !== null)).toEqual([true, true, true]);
    expect(coded(facts, 'estimate')[0]?.what).toContain('How long that takes is not known: no scratch table');
  });

  test('a quick look tries nothing on samples, and watches nothing', async () => {
    const database = await withTable('ANALYZE t');
    const facts = await preflightOf(database, `CREATE ${PLAN.i_unique};`, { options: { quickLook: true } });
    expect(facts.estimates).toMatchObject([{ by: 'statistics', ms: null }]);
    expect(coded(facts, 'estimate')[0]?.what).toContain('How long that takes is not known: a quick look was asked for');
    const sent = (await database.statementLog()).map(({ text }) => text);
    expect(sent.filter((text) => text.includes('indexdeck_sample'))).toEqual([]);
  });

  test('somebody without rights on the table, or to temporary tables, gets what statistics say', async () => {
    const database = await withTable('ANALYZE t');
    const user = `${database.name}_deployer`;
    await database.sql(
      `CREATE ROLE ${user} LOGIN PASSWORD 'x'; REVOKE TEMPORARY ON DATABASE ${database.name} FROM PUBLIC`,
    );
    try {
      const facts = await preflightOf(database, `CREATE ${PLAN.i_unique};`, { as: { user, password: 'x' } });
      expect(facts.estimates).toMatchObject([
        { by: 'statistics', ms: null, why: expect.stringContaining('permission denied') },
      ]);
    } finally {
      await database.sql(`DROP ROLE ${user}`);
    }
  });

  test('a function of somebody else is called with the rights of the table’s owner alone', async () => {
    const database = await withTable();
    const user = `${database.name}_owner`;
    await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'x'; GRANT CREATE ON SCHEMA public TO ${user}`);
    try {
      const owner = await database.connect({ user, password: 'x' });
      await owner.query(`CREATE FUNCTION sly(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
          $$ BEGIN RAISE LOG 'sly as %', current_user; RETURN lower($1); END $$;
        CREATE TABLE mine AS SELECT 'Name ' || n AS name FROM generate_series(1, 20000) AS n; ANALYZE mine`);
      await owner.end();
      const facts = await preflightOf(
        database,
        "CREATE INDEX CONCURRENTLY a ON mine (sly(name)); CREATE INDEX CONCURRENTLY b ON mine (name) WHERE sly(name) > 'a';",
      );
      expect(facts.estimates?.map(({ by }) => by)).toEqual(['sample', 'sample']);
      const called = (await database.log()).filter(({ text }) => text.startsWith('sly as ')).map(({ text }) => text);
      expect(new Set(called)).toEqual(new Set([`sly as ${user}`]));
    } finally {
      await database.sql(
        `DROP TABLE mine; DROP FUNCTION sly; REVOKE CREATE ON SCHEMA public FROM ${user}; DROP ROLE ${user}`,
      );
    }
  });

  test('a table that somebody has locked holds nobody up', async () => {
    const database = await withTable(
      'CREATE TABLE other AS SELECT n AS id FROM generate_series(1, 20000) AS n; ANALYZE',
    );
    const holder = await holdLock(database, 't');
    const facts = await preflightOf(database, `CREATE ${PLAN.i_unique}; CREATE INDEX CONCURRENTLY o ON other (id);`);
    await holder.release();
    expect(facts.estimates?.map(({ by }) => by)).toEqual(['statistics', 'sample']);
  });

  test('a sort that may be larger than temp_file_limit is a warning', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE wide AS SELECT repeat(md5(n::text), 8) AS text FROM generate_series(1, 300000) AS n;
      ANALYZE wide; ALTER DATABASE ${database.name} SET temp_file_limit = '1MB'`);
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY w ON wide (text);');
    expect(coded(facts, 'temp-file-limit')).toMatchObject([
      { level: 'warning', what: expect.stringContaining('1 MB') },
    ]);
  });

  test('what is there already is not estimated', async () => {
    const database = await withTable(`CREATE ${PLAN.i_few?.replace('CONCURRENTLY', '')}`);
    const facts = await preflightOf(database, `CREATE ${PLAN.i_few}; CREATE ${PLAN.i_unique};`);
    expect(facts.estimates?.map(({ step }) => step)).toEqual([1]);
  });

  test('each step is estimated with the settings that it is built with', async () => {
    const database = await createDatabase(version);
    await database.sql(
      'CREATE TABLE big AS SELECT n AS a, n AS b, n AS c FROM generate_series(1, 400000) AS n; ANALYZE big',
    );
    const plan = `SET maintenance_work_mem = '4MB';
      CREATE INDEX CONCURRENTLY small ON big (a);
      SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 0;
      CREATE INDEX CONCURRENTLY large ON big (b);
      RESET maintenance_work_mem; SET max_parallel_maintenance_workers = 4; SET min_parallel_table_scan_size = 0;
      CREATE INDEX CONCURRENTLY parallel ON big (c);`;
    const facts = await preflightOf(database, plan);
    const [small, large, parallel] = facts.estimates ?? [];
    expect(small?.tempBytes?.mid).toBeGreaterThan(5_000_000);
    expect(large?.tempBytes).toEqual({ low: 0, mid: 0, high: 0 });
    // Workers put down all that they have sorted.
    expect(parallel?.tempBytes?.high).toBeGreaterThan(5_000_000);
    // --set has the last word.
    const settings = { maintenance_work_mem: '512MB', max_parallel_maintenance_workers: '0' };
    const given = await preflightOf(database, plan, { options: { settings } });
    expect(given.estimates?.[0]?.tempBytes?.high).toBe(0);
  });
});
