import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { versions } from '../../support/server.ts';
import { coded, preflightOf } from './support.ts';

const CODES = ['duplicate-index', 'prefix-of-existing', 'same-index-twice', 'prefix-of-another', 'makes-redundant'];

const TABLE =
  'CREATE TABLE t (a int, b int, c int, name varchar, title text, active bool, at timestamptz, tags jsonb, words tsvector)';

/** What is there, what is planned as `p`, what is said. */
const beside: [string, string, string, string | null][] = [
  ['the same', 'INDEX i ON t (a, b)', '(a, b)', 'duplicate-index'],
  ['an expression written otherwise', 'INDEX i ON t (lower(name))', '(lower(name::text))', 'duplicate-index'],
  ['a cast written otherwise', 'INDEX i ON t ((a::text))', '(CAST(a AS text))', 'duplicate-index'],
  [
    'defaults written out',
    'INDEX i ON t (title)',
    '(title COLLATE "default" text_ops ASC NULLS LAST)',
    'duplicate-index',
  ],
  [
    'a predicate written otherwise',
    "INDEX i ON t (a) WHERE title IN ('x', 'y')",
    "(a) WHERE title = ANY (ARRAY['x', 'y'])",
    'duplicate-index',
  ],
  ['other storage parameters', 'INDEX i ON t (a)', '(a) WITH (fillfactor = 70)', 'duplicate-index'],
  ['INCLUDE in another order', 'INDEX i ON t (a) INCLUDE (b, c)', '(a) INCLUDE (c, b)', 'duplicate-index'],
  ['a GIN index', 'INDEX i ON t USING gin (tags)', 'USING gin (tags jsonb_ops)', 'duplicate-index'],
  ['a unique one of the same keys', 'UNIQUE INDEX i ON t (a)', '(a)', 'duplicate-index'],
  ['a leading part', 'INDEX i ON t (a, b, c)', '(a, b)', 'prefix-of-existing'],
  ['a leading part of a partial one', 'INDEX i ON t (a, b) WHERE active', '(a) WHERE (active)', 'prefix-of-existing'],
  ['a leading expression', 'INDEX i ON t (lower(name), a)', '(lower(name))', 'prefix-of-existing'],
  ['INCLUDE that is a key there', 'INDEX i ON t (a, b)', '(a) INCLUDE (b)', 'prefix-of-existing'],
  ['fewer INCLUDE columns', 'INDEX i ON t (a) INCLUDE (b)', '(a)', 'prefix-of-existing'],
  ['a longer one than is there', 'INDEX i ON t (a)', '(a, b)', 'makes-redundant'],
  ['more INCLUDE columns', 'INDEX i ON t (a) INCLUDE (b)', '(a) INCLUDE (b, c)', 'makes-redundant'],
  ['another column', 'INDEX i ON t (a, b)', '(b)', null],
  ['another order', 'INDEX i ON t (at, a)', '(at DESC)', null],
  ['another place of NULLs', 'INDEX i ON t (at, a)', '(at NULLS FIRST)', null],
  ['another operator class', 'INDEX i ON t (title, a)', '(title text_pattern_ops)', null],
  ['another collation', 'INDEX i ON t (title, a)', '(title COLLATE "C")', null],
  ['another predicate', 'INDEX i ON t (a, b) WHERE active', '(a) WHERE NOT active', null],
  ['no predicate beside one', 'INDEX i ON t (a, b) WHERE active', '(a)', null],
  ['INCLUDE of a column that is not there', 'INDEX i ON t (a, b)', '(a) INCLUDE (c)', null],
  ['another method', 'INDEX i ON t USING hash (a)', '(a)', null],
  [
    'a leading part of a GIN index, which holds each key by itself',
    'INDEX i ON t USING gin (tags, words)',
    'USING gin (tags)',
    null,
  ],
  [
    'one of an operator class with other parameters',
    'INDEX i ON t USING gist (words tsvector_ops (siglen = 100))',
    'USING gist (words)',
    null,
  ],
];

const guarding: [string, string, string, string | null][] = [
  ['a unique one beside a longer one guards more', 'INDEX i ON t (a, b)', '(a)', null],
  ['a unique one beside a longer unique one guards more', 'UNIQUE INDEX i ON t (a, b)', '(a)', null],
  ['a unique one beside a unique one', 'UNIQUE INDEX i ON t (a)', '(a)', 'duplicate-index'],
  ['a unique one beside the same plain one', 'INDEX i ON t (a)', '(a)', 'makes-redundant'],
  ['NULLs distinct and not', 'UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT', '(a)', null],
];

describe.each(versions)('on PostgreSQL %i', (version) => {
  const withTable = async (more = '') => {
    const database = await createDatabase(version);
    await database.sql(`${TABLE}; ${more}`);
    return database;
  };

  describe('a planned index beside one that is there', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await withTable();
    });
    afterAll(() => database.drop());

    const saidOf = async (there: string, planned: string) => {
      await database.sql(`CREATE ${there}`);
      const facts = await preflightOf(database, planned);
      await database.sql('DROP INDEX i');
      expect(coded(facts, 'index-refused')).toEqual([]);
      return facts.findings.filter(({ code }) => CODES.includes(code)).map(({ code }) => code);
    };

    test.each(beside)('%s', async (_, there, planned, said) => {
      const found = await saidOf(there, `CREATE INDEX CONCURRENTLY p ON t ${planned}`);
      expect(found).toEqual(said === null ? [] : [said]);
    });

    test.each(guarding)('UNIQUE: %s', async (_, there, planned, said) => {
      const found = await saidOf(there, `CREATE UNIQUE INDEX CONCURRENTLY p ON t ${planned}`);
      expect(found).toEqual(said === null ? [] : [said]);
    });
  });

  test('what it costs: size, scans and since when, writes that every index pays for', async () => {
    const database = await withTable(`CREATE INDEX longer ON t (a, b); CREATE INDEX kept ON t (c);
      INSERT INTO t SELECT n, n, n FROM generate_series(1, 1000) AS n; ANALYZE t`);
    const client = await database.connect();
    await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
    await client.query('SELECT FROM t WHERE c = 1');
    await client.query('SELECT pg_stat_force_next_flush()').catch(() => undefined);
    await client.end();
    await database.sql('VACUUM t');
    const written = async () =>
      (
        await database.sql<{ n: string }>("SELECT n_tup_ins AS n FROM pg_stat_all_tables WHERE relid = 't'::regclass")
      )[0]?.n;
    await expect.poll(written, { timeout: 10_000 }).toBe('1000');
    const scans = async () =>
      (
        await database.sql<{ n: string }>(
          "SELECT idx_scan AS n FROM pg_stat_all_indexes WHERE indexrelid = 'kept'::regclass",
        )
      )[0]?.n;
    await expect.poll(scans, { timeout: 10_000 }).toBe('1');
    const sql = 'CREATE INDEX CONCURRENTLY p ON t (a);\nCREATE INDEX CONCURRENTLY q ON t (c, b);';
    const facts = await preflightOf(database, sql);
    const [{ bytes }] = await database.sql("SELECT pg_relation_size('longer')::int AS bytes");
    expect(bytes).toBe(40 * 1024);
    expect(coded(facts, 'prefix-of-existing')).toMatchObject([
      {
        level: 'note',
        index: 'p',
        place: { line: 1 },
        what: 'p is a leading part of longer, which is there already.',
        why: expect.stringContaining(
          'longer takes 40 kB and was never scanned on this server since the statistics began',
        ),
      },
    ]);
    expect(coded(facts, 'prefix-of-existing')[0]?.why).toContain('1,000 on public.t since the statistics began.');
    const [reverse] = coded(facts, 'makes-redundant');
    expect(reverse?.what).toContain('kept, which is there already, will be redundant once q is there');
    expect(reverse?.why).toContain('was scanned once on this server');
    if (version >= 16) expect(reverse?.why).toContain('last at 20');
    await database.sql('SELECT pg_stat_reset()');
    const since = coded(await preflightOf(database, sql), 'prefix-of-existing')[0]?.why ?? '';
    expect(since).toMatch(
      /never scanned on this server since 20\d\d-\d\d-\d\dT.*Z; p would add .*(kB|MB) \(estimated\)\. /,
    );
  });

  test('a duplicate shows both definitions, and what the other one guards', async () => {
    const database = await withTable('ALTER TABLE t ADD CONSTRAINT only_one UNIQUE (a)');
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY p ON t (a);');
    expect(coded(facts, 'duplicate-index')).toMatchObject([
      {
        level: 'warning',
        index: 'p',
        what: expect.stringContaining('only_one, which is there already and backs the constraint only_one'),
        compare: {
          planned: 'CREATE INDEX p ON public.t USING btree (a)',
          found: 'CREATE UNIQUE INDEX only_one ON public.t USING btree (a)',
          differences: [],
        },
      },
    ]);
  });

  test('what backs a constraint, identifies rows or is clustered on is never called redundant', async () => {
    const database = await withTable(`ALTER TABLE t ADD PRIMARY KEY (a);
      CREATE INDEX clustered ON t (b); ALTER TABLE t CLUSTER ON clustered;
      ALTER TABLE t ADD EXCLUDE (c WITH =)`);
    const sql = ['a', 'b', 'c'].map((column) => `CREATE INDEX CONCURRENTLY ON t (${column}, at);`).join('\n');
    expect(coded(await preflightOf(database, sql), 'makes-redundant')).toEqual([]);
  });

  test('a deferrable constraint does not stand for a unique index, but answers the queries of a plain one', async () => {
    const database = await withTable('ALTER TABLE t ADD UNIQUE (a) DEFERRABLE');
    expect(
      coded(await preflightOf(database, 'CREATE UNIQUE INDEX CONCURRENTLY p ON t (a)'), 'duplicate-index'),
    ).toEqual([]);
    expect(coded(await preflightOf(database, 'CREATE INDEX CONCURRENTLY p ON t (a)'), 'duplicate-index')).toHaveLength(
      1,
    );
  });

  test('planned ones among themselves: said once, by what the server makes of them', async () => {
    const database = await withTable('CREATE INDEX there ON t (b)');
    const sql = `CREATE INDEX CONCURRENTLY one ON t (lower(name));
      CREATE INDEX CONCURRENTLY two ON t (lower(name::text));
      CREATE INDEX CONCURRENTLY short ON t (a);
      CREATE INDEX CONCURRENTLY long ON t (a, b, c);
      CREATE INDEX CONCURRENTLY there ON t (b);
      CREATE INDEX CONCURRENTLY beyond ON t (b, c);
      CREATE INDEX CONCURRENTLY plain ON t (at);
      CREATE UNIQUE INDEX CONCURRENTLY guard ON t (at);`;
    const facts = await preflightOf(database, sql);
    const said = facts.findings.filter(({ code }) => CODES.includes(code));
    expect(said.map(({ code, index }) => [code, index])).toEqual([
      ['same-index-twice', 'two'],
      ['prefix-of-another', 'short'],
      ['makes-redundant', 'beyond'],
      ['same-index-twice', 'plain'],
    ]);
    expect(said[3]?.what).toBe('plain is the same index as guard, line 8, which is UNIQUE.');
  });

  test('what cannot be tried keeps the words of the plan’s own reading', async () => {
    const database = await withTable();
    const sql = `CREATE INDEX CONCURRENTLY short ON t (a);
      CREATE INDEX CONCURRENTLY long ON t (a, b);
      CREATE INDEX CONCURRENTLY wrong ON t (gone);`;
    const said = coded(await preflightOf(database, sql), 'prefix-of-another');
    expect(said.map(({ index }) => index)).toEqual(['short']);
  });

  test('a leftover of a failed build is neither a duplicate nor a cover', async () => {
    const database = await withTable('INSERT INTO t (a) VALUES (1), (1)');
    await expect(database.sql('CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)')).rejects.toThrow();
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY p ON t (a)');
    expect(facts.findings.filter(({ code }) => CODES.includes(code))).toEqual([]);
  });

  test('behind a lock nothing is claimed', async () => {
    const database = await withTable('CREATE INDEX i ON t (a); CREATE TABLE u (a int); CREATE INDEX j ON u (a)');
    const holder = await holdLock(database, 't');
    const facts = await preflightOf(
      database,
      'CREATE INDEX CONCURRENTLY p ON t (a); CREATE INDEX CONCURRENTLY q ON u (a)',
    );
    expect(coded(facts, 'duplicate-index').map(({ index }) => index)).toEqual(['q']);
    await holder.release();
  });
});
