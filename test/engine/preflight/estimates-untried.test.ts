import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { demoPlan, loadDemo } from '../../../src/demo/load.ts';
import { type Range, runnableSteps } from '../../../src/run/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { versions } from '../../support/server.ts';
import { planOf } from '../catalog/support.ts';
import { preflightOf } from './support.ts';

/** Data of every kind that such indexes are made for: few and many keys, short and long, listed in the statistics and not. */
const TABLE = `
  CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; CREATE EXTENSION btree_gist; CREATE EXTENSION bloom; CREATE EXTENSION intarray;
  CREATE TABLE t AS SELECT *, to_tsvector('english', prose) AS words FROM (SELECT
    n AS id,
    ARRAY['a' || n % 9, 'b' || n % 300] AS few_tags,
    ARRAY(SELECT 'tag' || (random() * random() * 20000)::int FROM generate_series(1, 1 + n % 12)) AS many_tags,
    ARRAY[n, n * 7, n % 50] AS numbers,
    jsonb_build_object('k', n % 40) AS small,
    jsonb_build_object('id', n, 'name', md5(n::text), 'open', n % 2 = 0, 'prices', jsonb_build_array(n % 10, n % 77, n),
      'address', jsonb_build_object('street', 'Street ' || n % 3000, 'city', 'City ' || n % 50)) AS large,
    jsonb_build_object('log', repeat('x y z ', 5 + n % 100)) AS logged,
    (SELECT string_agg(CASE WHEN random() < 0.5 THEN 'the' ELSE 'word' || (random() * random() * 30000)::int END, ' ')
      FROM generate_series(1, 5 + n % 30)) AS prose,
    'Customer ' || md5((n % 9000)::text) AS name,
    CASE WHEN n % 20 = 0 THEN ARRAY['rare'] END AS sparse,
    point(random() * 1000, random() * 1000) AS place,
    box(point(n, n), point(n + 5, n + 5)) AS area,
    tstzrange(timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-02' + n * interval '1 minute') AS span,
    ('10.' || n % 250 || '.' || n % 9 || '.' || n % 200)::inet AS address
  FROM generate_series(1, 40000) AS n) AS made;
  ANALYZE t;`;

const INDEXES = [
  'gin (few_tags)',
  'gin (many_tags)',
  'gin (numbers)',
  'gin (numbers gin__int_ops)',
  'gin (small)',
  'gin (small jsonb_path_ops)',
  'gin (large)',
  'gin (large jsonb_path_ops)',
  'gin (logged)',
  'gin (words)',
  "gin (to_tsvector('english', prose))",
  'gin (prose gin_trgm_ops)',
  'gin (name gin_trgm_ops)',
  'gin (lower(name) gin_trgm_ops)',
  'gin (sparse)',
  'gin (id)',
  'gin (few_tags, id)',
  'gin (many_tags) WHERE id % 10 = 0',
  'gist (place)',
  'gist (area)',
  'gist (span)',
  'gist (words)',
  'gist (prose gist_trgm_ops)',
  'gist (name gist_trgm_ops)',
  'gist (id)',
  'gist (id, span)',
  'gist (address inet_ops)',
  'spgist (place)',
  'spgist (name)',
  'spgist (span)',
  'spgist (address)',
  'hash (name)',
  'hash (id)',
  'brin (id)',
  'brin (name, id)',
  'bloom (id, id)',
  'bloom (id) WITH (length = 200)',
  'btree (name)',
  'btree (lower(name))',
  "btree ((large ->> 'name'))",
  "btree (((large ->> 'id')::int))",
  'btree (md5(prose))',
];

const statements = (bodies: readonly string[]): string =>
  bodies.map((body, nth) => `CREATE INDEX CONCURRENTLY i${nth} ON t USING ${body};`).join('\n');

type Compared = { index: string; expected: Range | null; came: number };

/** Those that did not come into their range. */
const misses = (all: readonly Compared[]): Compared[] =>
  all.filter(({ expected, came }) => expected === null || came < expected.low || came > expected.high);

const sizesOf = async (database: TestDatabase): Promise<ReadonlyMap<string, number>> => {
  const rows = await database.sql<{ name: string; bytes: number }>(
    "SELECT relname AS name, pg_relation_size(oid)::float8 AS bytes FROM pg_class WHERE relkind = 'i'",
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
};

const QUICK = { options: { quickLook: true } };

/** What a quick look expects of them, beside what they come to. */
const compared = async (database: TestDatabase, bodies: readonly string[]): Promise<Compared[]> => {
  const { estimates = [] } = await preflightOf(database, statements(bodies), QUICK);
  for (const [nth, body] of bodies.entries()) await database.sql(`CREATE INDEX i${nth} ON t USING ${body}`);
  const sizes = await sizesOf(database);
  return bodies.map((index, nth) => ({
    index,
    expected: estimates.find(({ step }) => step === nth)?.bytes ?? null,
    came: sizes.get(`i${nth}`) ?? 0,
  }));
};

describe.each(versions)('on PostgreSQL %i, where nothing is tried', (version) => {
  test('the size of an index of any method is in the range that the statistics give', async () => {
    const database = await createDatabase(version);
    await database.sql(TABLE);
    const all = await compared(database, INDEXES);
    expect(misses(all)).toEqual([]);
    // A range over everything would hold as well: most are within a factor of 70 of their ends.
    const wide = all.filter(({ expected }) => (expected?.high ?? 0) > 70 * (expected?.low ?? 0));
    expect(wide.length).toBeLessThan(all.length / 3);
  });

  test('so are the sizes of the demo’s GIN indexes', async () => {
    const database = await createDatabase(version);
    await loadDemo(database.connectionString, { scale: 0.3 });
    const sql = await readFile(demoPlan, 'utf8');
    const steps = runnableSteps(await planOf(sql));
    const { estimates = [] } = await preflightOf(database, sql, QUICK);
    const gin = steps.flatMap(({ step }, nth) =>
      step.kind === 'create-index' && step.method === 'gin' ? [{ step, nth }] : [],
    );
    for (const { step } of gin) await database.sql(step.buildSql);
    const sizes = await sizesOf(database);
    const all = gin.map(({ step: { name: index }, nth }) => ({
      index,
      expected: estimates.find(({ step }) => step === nth)?.bytes ?? null,
      came: sizes.get(index) ?? 0,
    }));
    expect(all.length).toBeGreaterThan(2);
    expect(misses(all)).toEqual([]);
  });

  test('a table that nobody has analyzed gives ranges by its size, for what does not go by what is in its columns', async () => {
    const database = await createDatabase(version);
    await database.sql(TABLE.replace('ANALYZE t', 'ALTER TABLE t SET (autovacuum_enabled = off)'));
    const methods = INDEXES.filter((body) => /^(btree|hash|brin|bloom) |^gist \((place|area)\)/.test(body));
    expect(methods.length).toBeGreaterThan(10);
    expect(misses(await compared(database, methods))).toEqual([]);
    const rest = statements(['gin (large)', 'gist (span)', "gin (to_tsvector('english', prose))"]);
    const { estimates = [] } = await preflightOf(
      database,
      rest.replaceAll('INDEX CONCURRENTLY i', 'INDEX CONCURRENTLY r'),
      QUICK,
    );
    expect(estimates.map(({ bytes, why }) => ({ bytes, why }))).toEqual(
      ['gin', 'gist', 'gin'].map((method) => ({
        bytes: null,
        why: `there are no statistics of what is in its columns, and the method ${method} goes by that: a quick look was asked for`,
      })),
    );
  });

  test('of an access method that nobody knows, it is said that it is not known', async () => {
    const database = await createDatabase(version);
    await database.sql(`CREATE TABLE t AS SELECT n AS id FROM generate_series(1, 5000) AS n; ANALYZE t;
      CREATE EXTENSION bloom; CREATE ACCESS METHOD flower TYPE INDEX HANDLER blhandler;
      CREATE OPERATOR CLASS flower_int DEFAULT FOR TYPE int USING flower AS OPERATOR 1 =(int, int), FUNCTION 1 hashint4(int)`);
    const sql = 'CREATE INDEX CONCURRENTLY f ON t USING flower (id);';
    const [quick] = (await preflightOf(database, sql, QUICK)).estimates ?? [];
    expect(quick).toMatchObject({
      bytes: null,
      why: 'what the access method flower makes of a row is only known where it can be tried: a quick look was asked for',
    });
    const [tried] = (await preflightOf(database, sql)).estimates ?? [];
    await database.sql('CREATE INDEX f ON t USING flower (id)');
    expect(
      misses([{ index: 'f', expected: tried?.bytes ?? null, came: (await sizesOf(database)).get('f') ?? 0 }]),
    ).toEqual([]);
  });

  test('a table that is locked and was never analyzed is said to be unknown, and holds nobody up', async () => {
    const database = await createDatabase(version);
    await database.sql(
      'CREATE TABLE t AS SELECT n AS id FROM generate_series(1, 5000) AS n; ALTER TABLE t SET (autovacuum_enabled = off)',
    );
    const holder = await holdLock(database, 't');
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON t (id);', QUICK);
    await holder.release();
    expect(facts.estimates).toMatchObject([
      {
        bytes: null,
        why: 'nobody has counted the table’s rows, and its size could not be read: a quick look was asked for',
      },
    ]);
  });
});
