import { describe, expect, test } from 'vitest';
import { estimateTotals } from '../../../src/run/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { versions } from '../../support/server.ts';
import { coded, preflightOf } from './support.ts';

/** Twelve months of orders, each with more rows than the one before, one of them partitioned again, one without a row. */
const ORDERS = `
  CREATE TABLE orders (id bigint, placed date NOT NULL, customer text, tags text[]) PARTITION BY RANGE (placed);
  DO $$ BEGIN FOR month IN 1..12 LOOP EXECUTE format(
    'CREATE TABLE orders_%s PARTITION OF orders FOR VALUES FROM (%L) TO (%L) %s', month, date '2026-01-01' + make_interval(months => month - 1),
    date '2026-01-01' + make_interval(months => month), CASE month WHEN 12 THEN 'PARTITION BY RANGE (id)' ELSE 'WITH (autovacuum_enabled = off)' END);
  END LOOP; END $$;
  CREATE TABLE orders_12_low PARTITION OF orders_12 FOR VALUES FROM (0) TO (30000) WITH (autovacuum_enabled = off);
  CREATE TABLE orders_12_high PARTITION OF orders_12 FOR VALUES FROM (30000) TO (9999999) WITH (autovacuum_enabled = off);
  INSERT INTO orders SELECT n, date '2026-01-01' + make_interval(months => month - 1), 'customer ' || n % 700, ARRAY['a' || n % 9, 'b' || n % 400]
    FROM generate_series(2, 12) AS month, generate_series(1, month * 4000) AS n;`;

const PLAN = {
  by_id: 'INDEX CONCURRENTLY by_id ON orders (id)',
  by_customer: 'INDEX CONCURRENTLY by_customer ON orders (lower(customer), placed)',
  by_tags: 'INDEX CONCURRENTLY by_tags ON orders USING gin (tags)',
  by_number: 'INDEX CONCURRENTLY by_number ON orders USING hash (id)',
} as const;
const SQL = Object.values(PLAN)
  .map((each) => `CREATE ${each};`)
  .join('\n');

/** Bytes of each index on a partition, by the root's index and the partition's OID. */
const built = async (database: TestDatabase) => {
  for (const each of Object.values(PLAN)) await database.sql(`CREATE ${each.replace(' CONCURRENTLY', '')}`);
  return database.sql<{ root: string; table: number; bytes: number }>(
    `SELECT pg_partition_root(indexrelid)::text AS root, indrelid::int AS table, pg_relation_size(indexrelid)::float8 AS bytes
     FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relkind = 'i' AND pg_partition_root(indexrelid)::text LIKE 'by\\_%'`,
  );
};

const factor = (a: number, b: number): number => Math.max(a / b, b / a);

describe.each(versions)('on PostgreSQL %i', (version) => {
  const withOrders = async (more = ''): Promise<TestDatabase> => {
    const database = await createDatabase(version);
    await database.sql(ORDERS);
    if (more !== '') await database.sql(more);
    return database;
  };

  test.each([
    ['analyzed', 'ANALYZE'],
    ['that nobody has analyzed', ''],
  ])(
    'an index on a partitioned table %s has the estimate of what it is made of, each partition its own',
    async (_what, prepare) => {
      const database = await withOrders(prepare);
      const { estimates = [] } = await preflightOf(database, SQL);
      const real = await built(database);
      expect(estimates.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
      for (const [nth, root] of Object.keys(PLAN).entries()) {
        const { bytes, walBytes, tempBytes, ms, by, why, parts = [] } = estimates[nth] ?? {};
        const ours = real.filter((each) => each.root === root);
        expect(parts.map(({ table }) => table).sort()).toEqual(ours.map(({ table }) => table).sort());
        // The four largest are tried, the others go by them.
        expect(parts.filter((part) => part.by === 'sample').length).toBe(4);
        expect({ by, why }).toEqual({ by: 'sample', why: null });
        const came = ours.reduce((sum, each) => sum + each.bytes, 0);
        expect({ root, came, bytes, near: factor(bytes?.mid ?? 1, came) }).toMatchObject({
          near: expect.toSatisfy((near: number) => near < 1.6),
        });
        expect(bytes?.low).toBeLessThanOrEqual(came);
        expect(bytes?.high).toBeGreaterThanOrEqual(came);
        for (const { table, bytes: size } of ours) {
          const range = parts.find((part) => part.table === table)?.bytes;
          expect({
            root,
            size,
            range,
            inside: range !== undefined && range !== null && range.low <= size && size <= range.high,
          }).toMatchObject({ inside: true });
        }
        expect(walBytes?.mid).toBeGreaterThan(0);
        expect(tempBytes).not.toBeNull();
        expect(ms?.mid).toBeCloseTo(parts.reduce((sum, part) => sum + (part.ms?.mid ?? 0), 0));
      }
    },
  );

  test('an index that is there and only attached is not built, and not counted', async () => {
    const database = await withOrders('ANALYZE; CREATE INDEX mine ON orders_11 (id)');
    const facts = await preflightOf(database, `CREATE ${PLAN.by_id};`);
    const eleventh = facts.tables.find(({ name }) => name === 'orders_11');
    expect(facts.estimates?.[0]?.parts?.length).toBe(12);
    expect(facts.estimates?.[0]?.parts?.map(({ table }) => table)).not.toContain(eleventh?.oid);
    expect(coded(facts, 'estimate')[0]?.what).toMatch(/^1 index to build: .* MB of indexes/);
  });

  test('where nothing is tried its size is that of the statistics, and its time is said to be unknown', async () => {
    const database = await withOrders('ANALYZE');
    const { estimates = [] } = await preflightOf(database, SQL, { options: { quickLook: true } });
    const real = await built(database);
    for (const [nth, root] of Object.keys(PLAN).entries()) {
      const { bytes, by, ms, why } = estimates[nth] ?? {};
      const came = real.filter((each) => each.root === root).reduce((sum, each) => sum + each.bytes, 0);
      expect({ by, ms, why }).toEqual({ by: 'statistics', ms: null, why: 'a quick look was asked for' });
      expect({
        root,
        came,
        low: bytes?.low,
        high: bytes?.high,
        inside: (bytes?.low ?? came + 1) <= came && came <= (bytes?.high ?? 0),
      }).toMatchObject({ inside: true });
    }
  });

  test('a partition that is locked is passed over in the trials, and the others say what it comes to', async () => {
    const database = await withOrders('ANALYZE');
    const holder = await holdLock(database, 'orders_11');
    const facts = await preflightOf(database, `CREATE ${PLAN.by_number};`);
    await holder.release();
    const eleventh = facts.tables.find(({ name }) => name === 'orders_11');
    const part = facts.estimates?.[0]?.parts?.find(({ table }) => table === eleventh?.oid);
    expect(part).toMatchObject({ by: 'statistics', bytes: expect.anything(), ms: expect.anything() });
  });

  test('the parts are built at the same time as far as jobs allow, and the total says so', async () => {
    const database = await withOrders('ANALYZE');
    const { estimates = [] } = await preflightOf(database, `CREATE ${PLAN.by_id};`);
    const [whole] = estimates;
    if (whole?.ms == null) throw new Error('no time');
    const total = (jobs: number) => estimateTotals(estimates, () => ({ section: 0, table: 'orders' }), jobs).ms.mid;
    expect(total(1)).toBeCloseTo(whole.ms.mid);
    expect(total(4)).toBeLessThan(whole.ms.mid / 2);
  });
});

describe('a table of a thousand partitions', () => {
  const make = async (partitions: number): Promise<TestDatabase> => {
    const database = await createDatabase(18);
    await database.sql('CREATE TABLE events (id bigint, at int NOT NULL, tags text[]) PARTITION BY RANGE (at)');
    // Below what one transaction may lock.
    for (let from = 0; from < partitions; from += 200)
      await database.sql(`DO $$ BEGIN FOR n IN ${from}..${Math.min(partitions, from + 200) - 1} LOOP
        EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES FROM (%s) TO (%s)', n, n * 100, n * 100 + 100); END LOOP; END $$`);
    await database.sql(
      `INSERT INTO events SELECT n, n % ${partitions * 100}, ARRAY['t' || n % 90] FROM generate_series(1, ${partitions * 150}) AS n`,
    );
    await database.sql('VACUUM ANALYZE events');
    return database;
  };
  const plan =
    'CREATE INDEX CONCURRENTLY by_id ON events (id); CREATE INDEX CONCURRENTLY by_tags ON events USING gin (tags);';

  test('takes no more statements than one of three, samples no more of it, and has an estimate for each', async () => {
    const [few, many] = [await make(3), await make(1000)];
    const sentBy = async (database: TestDatabase) => {
      const before = (await database.statementLog()).length;
      const facts = await preflightOf(database, plan);
      const sent = (await database.statementLog()).slice(before).map(({ text }) => text);
      return { facts, sent };
    };
    const [small, large] = [await sentBy(few), await sentBy(many)];
    expect(large.sent.length).toBe(small.sent.length);
    const parts = large.facts.estimates?.map(({ parts: all = [] }) => all) ?? [];
    expect(parts.map(({ length }) => length)).toEqual([1000, 1000]);
    expect(parts.map((all) => all.filter(({ by }) => by === 'sample').length)).toEqual([4, 4]);
    expect(parts.flat().filter(({ bytes, ms }) => bytes === null || ms === null)).toEqual([]);
    for (const index of ['by_id ON events (id)', 'by_tags ON events USING gin (tags)'])
      await many.sql(`CREATE INDEX ${index}`);
    const sizes = await many.sql<{ bytes: number }>(
      `SELECT sum(pg_relation_size(indexrelid))::float8 AS bytes FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
       WHERE relkind = 'i' AND indrelid::regclass::text LIKE 'events%' GROUP BY relam ORDER BY relam`,
    );
    for (const [nth, { bytes }] of sizes.entries()) {
      const range = large.facts.estimates?.[nth]?.bytes;
      expect({
        nth,
        bytes,
        range,
        inside: (range?.low ?? Number.NaN) <= bytes && bytes <= (range?.high ?? 0),
      }).toMatchObject({ inside: true });
    }
  });
});
