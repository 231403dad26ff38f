import { describe, expect, test } from 'vitest';
import { Memory } from '../../../src/engine/preflight/index.ts';
import type { RunOptions } from '../../../src/run/index.ts';
import { createDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { versions } from '../../support/server.ts';
import { createRole } from '../catalog/support.ts';
import { blocking, coded, preflightOf } from './support.ts';

const MB = 1024 ** 2;
const uniqueCheck = (changes: Partial<NonNullable<RunOptions['uniqueCheck']>>) => ({
  uniqueCheck: { upTo: 256 * MB, asked: false, examples: true, ...changes },
});

/** The rows that are there, the index that is planned, how many keys stand in several rows. */
const seen: [string, string, string, number][] = [
  ['a column', "VALUES (1, 'x', true), (1, 'y', true), (2, 'z', true)", '(a)', 1],
  ['several columns', "VALUES (1, 'x', true), (1, 'y', true), (1, 'y', false)", '(a, b)', 1],
  ['none', "VALUES (1, 'x', true), (2, 'x', true)", '(a)', 0],
  ['an expression', "VALUES (1, 'x', true), (2, 'X', true)", '(lower(b))', 1],
  ['a predicate that leaves it out', "VALUES (1, 'x', true), (1, 'x', false)", '(a) WHERE active', 0],
  [
    'a predicate that does not',
    "VALUES (1, 'x', true), (1, 'x', true), (2, 'x', false), (2, 'x', false)",
    '(a) WHERE active',
    1,
  ],
  ['NULLs, which are distinct', "VALUES (NULL, 'x', true), (NULL, 'x', true)", '(a)', 0],
  ['a NULL in one of the columns', 'VALUES (1, NULL, true), (1, NULL, true)', '(a, b)', 0],
  ['NULLS NOT DISTINCT', "VALUES (NULL, 'x', true), (NULL, 'x', true)", '(a) NULLS NOT DISTINCT', 1],
  ['a collation for which both are equal', "VALUES (1, 'x', true), (2, 'X', true)", '(b COLLATE blind)', 1],
  ['another operator class of text', "VALUES (1, 'x', true), (2, 'x', true)", '(b text_pattern_ops)', 1],
  ['INCLUDE, which does not tell apart', "VALUES (1, 'x', true), (1, 'y', true)", '(a) INCLUDE (b)', 1],
  ['a number that GROUP BY would take for a column', "VALUES (1, 'x', true), (2, 'x', true)", '((1))', 1],
];

describe.each(versions)('on PostgreSQL %i', (version) => {
  const withTable = async (rows = '', more = '') => {
    const database = await createDatabase(version);
    await database.sql(`CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`);
    await database.sql(`CREATE TABLE t (a int, b text, active bool); ${more}`);
    if (rows !== '') await database.sql(`INSERT INTO t ${rows}`);
    return database;
  };

  test.each(seen)('%s', async (_, rows, keys, groups) => {
    const database = await withTable(rows);
    const planned = `UNIQUE INDEX CONCURRENTLY u ON t ${keys}`;
    const facts = await preflightOf(database, `CREATE ${planned}`);
    expect(coded(facts, 'index-refused')).toEqual([]);
    const [said] = coded(facts, 'unique-duplicates');
    if (groups === 0) {
      expect(said).toBeUndefined();
      expect(coded(facts, 'unique-free')).toMatchObject([{ level: 'ok' }]);
    } else
      expect(said).toMatchObject({ level: 'blocks', index: 'u', what: expect.stringContaining(`${groups} key (`) });
    // The server has the last word.
    const build = database.sql(`CREATE ${planned}`);
    if (groups === 0) await build;
    else await expect(build).rejects.toThrow('could not create unique index');
  });

  test('how many, and three examples, the worst first, shortened and clean', async () => {
    const long = 'l'.repeat(300);
    const database =
      await withTable(`SELECT n % 5, CASE n % 5 WHEN 0 THEN '${long}' WHEN 1 THEN E'red\\x1b[31m' ELSE 'b' END, true
      FROM generate_series(0, 13) AS n WHERE n <> 3`);
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a, b);';
    const facts = await preflightOf(database, sql);
    expect(coded(facts, 'unique-duplicates')).toMatchObject([
      {
        what: 'u cannot be built: 5 keys (a, b) of public.t stand in several rows, 13 in all.',
        place: { line: 1 },
      },
    ]);
    const examples = coded(facts, 'unique-duplicates')[0]?.examples ?? [];
    expect(examples).toHaveLength(3);
    expect(examples).toContain(`(a, b) = (0, ${'l'.repeat(40)}…) in 3 rows`);
    expect(examples).toContain('(a, b) = (1, red) in 3 rows');
    const [without] = coded(
      await preflightOf(database, sql, { options: uniqueCheck({ examples: false }) }),
      'unique-duplicates',
    );
    expect(without?.what).toContain('5 keys');
    expect(without?.examples).toBeUndefined();
    expect(JSON.stringify(without)).not.toContain('lll');
  });

  test('a table over the size is read on request alone, and that is said', async () => {
    const database = await withTable("SELECT 1, 'x', true FROM generate_series(1, 10000)");
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)';
    const small = await preflightOf(database, sql, { options: uniqueCheck({ upTo: 65_536 }) });
    expect(blocking(small)).toEqual([]);
    expect(coded(small, 'unique-unchecked')).toMatchObject([
      {
        level: 'note',
        what: expect.stringMatching(/u \(its table has \d+ kB, and 64 kB is the most that is read\)/),
        advice: expect.stringContaining('--check-unique-up-to'),
      },
    ]);
    const off = await preflightOf(database, sql, { options: uniqueCheck({ upTo: 0 }) });
    expect(coded(off, 'unique-unchecked')).toHaveLength(1);
    const large = await preflightOf(database, sql, { options: uniqueCheck({ upTo: 100 * MB, asked: true }) });
    expect(coded(large, 'unique-duplicates')[0]?.what).toContain(
      '1 key (a) of public.t stands in several rows, 10,000 in all',
    );
  });

  // It takes the whole time limit. Slow where data is read for duplicates alone: read-only.
  test.runIf(version === 15)(
    'what takes too long is cut off, and nothing of it stays on in the session',
    async () => {
      const database = await withTable(
        "VALUES (1, 'x', true), (1, 'y', true)",
        "CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN IF current_setting('transaction_read_only') = 'on' THEN PERFORM pg_sleep(60); END IF; RETURN $1; END $$",
      );
      const facts = await preflightOf(
        database,
        'CREATE UNIQUE INDEX CONCURRENTLY u ON t (slow(a)); CREATE UNIQUE INDEX CONCURRENTLY v ON t (a)',
      );
      expect(coded(facts, 'unique-unchecked')[0]?.what).toContain('u (it took longer than 10.0 s)');
      expect(coded(facts, 'unique-duplicates').map(({ index }) => index)).toEqual(['v']);
      const log = (await database.log()).map(({ text }) => text).join('\n');
      expect(log).toContain('canceling statement due to statement timeout');
      // What came after it had the session's own limit again.
      expect(log.lastIndexOf('{10s}')).toBeGreaterThan(log.lastIndexOf('canceling statement'));
    },
    40_000,
  );

  test('functions of others are not run with our rights', async () => {
    const database = await withTable(
      '',
      `CREATE TABLE proof (who text);
      CREATE FUNCTION sly(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
        RAISE WARNING 'run as %', current_user; RETURN $1; END $$`,
    );
    const { user } = await createRole(database);
    await database.sql(
      `ALTER TABLE t OWNER TO ${user}; ALTER FUNCTION sly OWNER TO ${user}; INSERT INTO t VALUES (1), (1)`,
    );
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (sly(a)); CREATE UNIQUE INDEX CONCURRENTLY v ON t (a)';
    const facts = await preflightOf(database, sql);
    expect(coded(facts, 'unique-unchecked')[0]?.what).toContain(
      'u (it calls function sly(integer), which is not run with the rights of postgres)',
    );
    expect(coded(facts, 'unique-duplicates').map(({ index }) => index)).toEqual(['v']);
    expect((await database.log()).filter(({ text }) => text.includes('run as postgres'))).toEqual([]);
  });

  test('a role that may not read, or sees only some of the rows, does not say that there are none', async () => {
    const database = await withTable(
      "VALUES (1, 'x', true), (1, 'y', true)",
      'CREATE TABLE u (a int); INSERT INTO u VALUES (1), (1)',
    );
    const role = await createRole(database, 'IN ROLE pg_monitor');
    await database.sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${role.user}; ALTER TABLE u OWNER TO ${role.user};
      ALTER TABLE u ENABLE ROW LEVEL SECURITY; ALTER TABLE u FORCE ROW LEVEL SECURITY; ALTER TABLE t OWNER TO pg_monitor;
      REVOKE ALL ON t FROM pg_monitor`);
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a); CREATE UNIQUE INDEX CONCURRENTLY j ON u (a)';
    const facts = await preflightOf(database, sql, { as: role });
    expect(coded(facts, 'unique-free')).toEqual([]);
    const [said] = coded(facts, 'unique-unchecked');
    expect(said?.what).toContain('i (the server did not say what it is: permission denied for table t)');
    expect(said?.what).toContain('j (the server refused: query would be affected by row-level security policy');
  });

  test('the leftover of a failed build tells nothing: the data is looked at', async () => {
    const database = await withTable("VALUES (1, 'x', true), (1, 'y', true)");
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)';
    await expect(database.sql(sql)).rejects.toThrow();
    expect(blocking(await preflightOf(database, sql))).toEqual(['unique-duplicates']);
    await database.sql("DELETE FROM t WHERE b = 'y'");
    expect(blocking(await preflightOf(database, sql))).toEqual([]);
  });

  test('from look to look data without duplicates is read once, and what is mended is seen', async () => {
    const database = await withTable("VALUES (1, 'x', true), (1, 'y', true)");
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a);\nCREATE UNIQUE INDEX CONCURRENTLY v ON t (b);';
    const memory = new Memory();
    const reads = async () =>
      (await database.statementLog()).filter(({ text }) => text.includes("'indexdeck.duplicates_found', coalesce"))
        .length;
    expect(blocking(await preflightOf(database, sql, { memory }))).toEqual(['unique-duplicates']);
    expect(await reads()).toBe(2);
    expect(blocking(await preflightOf(database, sql, { memory }))).toEqual(['unique-duplicates']);
    expect(await reads()).toBe(3);
    await database.sql("DELETE FROM t WHERE b = 'y'");
    expect(blocking(await preflightOf(database, sql, { memory }))).toEqual([]);
    expect(await reads()).toBe(4);
    expect(blocking(await preflightOf(database, sql, { memory }))).toEqual([]);
    expect(await reads()).toBe(4);
  });

  test('it can be waived: the build is tried all the same', async () => {
    const database = await withTable("VALUES (1, 'x', true), (1, 'y', true)");
    const sql = 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)';
    const facts = await preflightOf(database, sql, { options: { ignore: ['unique-duplicates'] } });
    expect(coded(facts, 'unique-duplicates')).toMatchObject([{ level: 'warning', waived: true }]);
  });

  test('a table that is locked is not waited for', async () => {
    const database = await withTable("VALUES (1, 'x', true), (1, 'y', true)");
    const holder = await holdLock(database, 't');
    const facts = await preflightOf(database, 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)');
    expect(coded(facts, 'unique-unchecked')[0]?.what).toContain(`pid ${holder.pid} keeps everybody out of its table`);
    await holder.release();
  });

  test('children of a table are tables of their own, partitions are not', async () => {
    const database = await withTable(
      "VALUES (1, 'x', true)",
      `CREATE TABLE child () INHERITS (t); INSERT INTO child VALUES (1);
      CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1), (1)`,
    );
    expect(
      coded(await preflightOf(database, 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)'), 'unique-free'),
    ).toHaveLength(1);
    const facts = await preflightOf(database, 'CREATE UNIQUE INDEX u ON p (a)');
    expect(coded(facts, 'unique-duplicates')).toHaveLength(1);
  });
});
