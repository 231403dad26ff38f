import { describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { versions } from '../../support/server.ts';
import { createRole } from '../catalog/support.ts';
import { blocking, coded, preflightOf } from './support.ts';

const LEAVES = 12;
const PLAN = 'CREATE INDEX CONCURRENTLY i ON orders (customer);';

/** `orders` with 12 leaves, the even ones below `orders_even`, and beside it a plain table. */
const withOrders = async (version: (typeof versions)[number]): Promise<TestDatabase> => {
  const database = await createDatabase(version);
  await database.sql(`CREATE TABLE plain (a int);
    CREATE TABLE orders (id int, customer int) PARTITION BY LIST (id);
    CREATE TABLE orders_even PARTITION OF orders FOR VALUES IN (0, 2, 4, 6, 8, 10) PARTITION BY LIST (id);
    DO $$ BEGIN FOR n IN 0..${LEAVES - 1} LOOP
      EXECUTE format('CREATE TABLE orders_%1$s PARTITION OF %2$I FOR VALUES IN (%1$s)', n,
        CASE WHEN n % 2 = 0 THEN 'orders_even' ELSE 'orders' END);
      EXECUTE format('ALTER TABLE orders_%s SET (autovacuum_enabled = off)', n);
    END LOOP; END $$`);
  return database;
};

const statement = (database: TestDatabase, each: string): Promise<unknown> =>
  database.sql(`DO $$ BEGIN FOR n IN 0..${LEAVES - 1} LOOP EXECUTE format('${each}', n); END LOOP; END $$`);

describe.each(versions)('on PostgreSQL %i, conditions of the partitions that are built on', (version) => {
  test('written to heavily: their sum, and the busiest', async () => {
    const database = await withOrders(version);
    const writer = await database.connect();
    let writing = true;
    const work = (async () => {
      while (writing)
        await writer.query(
          'INSERT INTO orders SELECT CASE WHEN n % 5 = 0 THEN 4 ELSE 7 END FROM generate_series(1, 2000) AS n',
        );
      await writer.end();
    })();
    await poll(async () => Number((await database.sql('SELECT count(*) FROM orders'))[0].count) > 0);
    const plan = `${PLAN} CREATE INDEX CONCURRENTLY q ON plain (a);`;
    const facts = await preflightOf(database, plan, { watchedMs: 1_050 });
    writing = false;
    await work;
    const [heavy] = coded(facts, 'heavy-writes');
    expect(heavy?.what).toMatch(
      /^Heavily written to: public\.orders: [\d,]+ rows a second in [\d.]+ s, most of all public\.orders_7 \([\d,]+ a second\), of 12 partitions/,
    );
    expect(heavy?.what).not.toContain('plain');
    const [sum, most] = (heavy?.what.match(/[\d,]+(?= rows a second| a second\))/g) ?? []).map((text) =>
      Number(text.replaceAll(',', '')),
    );
    expect(sum).toBeGreaterThan(Number(most));
  });

  test('nothing is written: how many were watched', async () => {
    const database = await withOrders(version);
    const plan = `${PLAN} CREATE INDEX CONCURRENTLY q ON plain (a);`;
    expect(coded(await preflightOf(database, plan, { watchedMs: 100 }), 'write-load')).toMatchObject([
      { level: 'ok', what: expect.stringMatching(/^At most 0 rows .* on 2 tables \(with 12 partitions\)\.$/) },
    ]);
  });

  test('loaded and never analyzed: one finding, the largest named; one whose index is there is left alone', async () => {
    const database = await withOrders(version);
    await statement(database, 'INSERT INTO orders SELECT %1$s, n FROM generate_series(1, 20000 + %1$s) AS n');
    await poll(
      async () =>
        (await database.sql("SELECT FROM pg_stat_user_tables WHERE relname ~ '^orders_' AND n_live_tup >= 20000"))
          .length === LEAVES,
    );
    const [never, ...rest] = coded(await preflightOf(database, PLAN), 'never-analyzed');
    expect(rest).toEqual([]);
    expect(never?.what).toBe(
      'Loaded, and never analyzed: 12 partitions of public.orders [public.orders_11 (20,011 rows), ' +
        'public.orders_10 (20,010 rows), public.orders_9 (20,009 rows) and 9 more].',
    );
    await database.sql('CREATE INDEX there ON orders_11 (customer)');
    const adopted = coded(await preflightOf(database, PLAN), 'never-analyzed')[0]?.what;
    expect(adopted).toContain(': 11 partitions of public.orders [public.orders_10 (');
    await database.sql('ANALYZE');
    expect(coded(await preflightOf(database, PLAN), 'never-analyzed')).toEqual([]);
    await statement(database, 'UPDATE orders_%s SET customer = 0');
    const stale = await poll(async () =>
      coded(await preflightOf(database, PLAN), 'stale-statistics').find(({ what }) => what.includes(' 11 partitions')),
    );
    expect(stale.what).toMatch(/: 11 partitions of public\.orders \[public\.orders_10 \(20,010 rows changed since 2/);
  });

  test('a vacuum against wraparound is due, or near: the oldest first', async () => {
    const database = await withOrders(version);
    await statement(database, 'ALTER TABLE orders_%s SET (autovacuum_freeze_max_age = 400000)');
    await database.sql(`UPDATE pg_class
      SET relfrozenxid = ((pg_current_xact_id()::text::bigint - 395000 - oid::bigint % 5 + 4294967296) % 4294967296)::text::xid
      WHERE relname ~ '^orders_[0-9]+$'`);
    const [near] = coded(await preflightOf(database, PLAN), 'wraparound-near');
    expect(near?.what).toMatch(
      /: 12 partitions of public\.orders \[(public\.orders_\d+ \(395,\d{3} of 400,000 transactions\)(, )?){3} and 9 more\]\.$/,
    );
    await database.sql(`UPDATE pg_class
      SET relfrozenxid = ((pg_current_xact_id()::text::bigint - 500000 + 4294967296) % 4294967296)::text::xid
      WHERE relname = 'orders_8'`);
    const facts = await preflightOf(database, PLAN);
    expect(coded(facts, 'wraparound-due')).toMatchObject([
      { level: 'warning', what: expect.stringContaining(': 1 partition of public.orders [public.orders_8 (500,') },
    ]);
    expect(coded(facts, 'wraparound-near')[0]?.what).toContain(': 11 partitions of public.orders [');
  });

  test('DDL that has locked all of them is one finding; VACUUM of one is another', async () => {
    const database = await withOrders(version);
    const all = await holdLock(database, 'orders', 'SHARE UPDATE EXCLUSIVE');
    const facts = await preflightOf(database, PLAN);
    expect(coded(facts, 'table-work').map(({ what }) => what)).toEqual([
      expect.stringMatching(
        `^pid ${all.pid} .* holds SHARE UPDATE EXCLUSIVE on public\\.orders, 13 partitions of public\\.orders \\[.* and 10 more\\]: `,
      ),
    ]);
    await all.release();
    const one = await holdLock(database, 'orders_4', 'SHARE UPDATE EXCLUSIVE');
    expect(coded(await preflightOf(database, PLAN), 'table-work')).toMatchObject([
      { what: expect.stringContaining(' on 1 partition of public.orders [public.orders_4]: ') },
    ]);
    await one.release();
  });

  test.each(['a superuser', 'a plain role'])(
    'somebody builds on one of them, or keeps everybody out, as %s sees it',
    async (who) => {
      const database = await withOrders(version);
      const role = await createRole(database);
      await database.sql(`ALTER TABLE orders OWNER TO ${role.user}; ALTER TABLE orders_even OWNER TO ${role.user};
      GRANT ALL ON SCHEMA public TO public`);
      await statement(database, `ALTER TABLE orders_%s OWNER TO ${role.user}`);
      const scene = who === 'a plain role' ? { as: role } : {};
      const writer = await holdLock(database, 'orders_6', 'ROW EXCLUSIVE');
      const builder = await database.connect({ application_name: 'somebody' });
      const build = builder.query('CREATE INDEX CONCURRENTLY other ON orders_6 (id)');
      await poll(async () => (await database.sql("SELECT 1 FROM pg_class WHERE relname = 'other'")).length === 1);
      const locker = await holdLock(database, 'orders_9');
      const [row] = await database.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'somebody'");
      const facts = await preflightOf(database, PLAN, scene);
      expect(coded(facts, 'table-building')).toMatchObject([
        {
          index: 'i',
          subject: 'public.orders',
          what: `An index is being built right now on 1 partition of public.orders [public.orders_6 by pid ${row.pid}].`,
        },
      ]);
      expect(coded(facts, 'table-locked')).toMatchObject([
        {
          what: `An ACCESS EXCLUSIVE lock is held or awaited on 1 partition of public.orders [public.orders_9 by pid ${locker.pid}].`,
        },
      ]);
      expect(coded(facts, 'table-work')).toEqual([]);
      await locker.release();
      await writer.release();
      await build;
      await builder.end();
    },
  );

  test('unlogged ones, and those of an extension; a temporary one cannot be among them', async () => {
    const database = await withOrders(version);
    await database.sql(`ALTER TABLE orders_3 SET UNLOGGED; ALTER TABLE orders_5 SET UNLOGGED;
      CREATE EXTENSION pg_trgm; ALTER EXTENSION pg_trgm ADD TABLE orders_8`);
    const facts = await preflightOf(database, PLAN);
    expect(coded(facts, 'unlogged-table')).toMatchObject([
      { what: 'Unlogged: 2 partitions of public.orders [public.orders_3, public.orders_5].' },
    ]);
    expect(coded(facts, 'extension-table')).toMatchObject([
      { what: 'Made by an extension: 1 partition of public.orders [public.orders_8 (pg_trgm)].' },
    ]);
    await expect(database.sql('CREATE TEMP TABLE x PARTITION OF orders FOR VALUES IN (99)')).rejects.toThrow(
      'cannot create a temporary relation as partition of permanent relation',
    );
    // Up to 17 it may be written, and means nothing: the partitions are logged.
    if (version < 18) {
      await database.sql(
        'CREATE UNLOGGED TABLE u (a int) PARTITION BY LIST (a); CREATE TABLE u1 PARTITION OF u DEFAULT',
      );
      expect(coded(await preflightOf(database, 'CREATE INDEX CONCURRENTLY ON u (a);'), 'unlogged-table')).toEqual([]);
    }
  });

  test('other owners: those that are built on, and those whose index is attached to', async () => {
    const database = await withOrders(version);
    const role = await createRole(database);
    await database.sql(`GRANT ALL ON SCHEMA public TO public; ALTER TABLE orders OWNER TO ${role.user}`);
    await database.sql('CREATE INDEX ON ONLY orders_even (customer)');
    await statement(database, `ALTER TABLE orders_%s OWNER TO ${role.user}`);
    await database.sql('ALTER TABLE orders_1 OWNER TO postgres; CREATE INDEX there ON orders_1 (customer)');
    const rights = async () => coded(await preflightOf(database, PLAN, { as: role }), 'partition-rights');
    expect(await rights()).toMatchObject([
      { level: 'blocks', what: expect.stringContaining('on 1 partition of public.orders: public.orders_even.') },
    ]);
    await database.sql(`ALTER TABLE orders_even OWNER TO ${role.user}`);
    // The index of orders_1 is there, and somebody else's: it is attached as it is.
    expect(await rights()).toEqual([]);
    const client = await database.connect(role);
    await client.query('CREATE INDEX i ON ONLY orders (customer)');
    await client.query('ALTER INDEX i ATTACH PARTITION there');
    await client.end();
  });

  test('a long transaction that has locked all of them: the others are counted; a rollback would wait for it', async () => {
    const database = await withOrders(version);
    const writer = await holdLock(database, 'orders', 'ROW EXCLUSIVE');
    const prepared =
      "BEGIN; LOCK TABLE orders IN ROW EXCLUSIVE MODE; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'half'";
    await database.sql(prepared);
    const facts = await preflightOf(database, PLAN);
    expect(coded(facts, 'prepared-transaction')[0]?.what).toMatch(
      / holds a lock on public\.orders, 13 partitions of public\.orders \[.* and 10 more\]\.$/,
    );
    expect(coded(facts, 'rollback-rehearsed')[0]?.what).toMatch(
      new RegExp(
        `: public\\.orders, 13 partitions of public\\.orders \\[.* and 10 more\\] for pid ${writer.pid} .* old\\.$`,
      ),
    );
    await writer.release();
    await database.sql("ROLLBACK PREPARED 'half'");
  });

  test('the sort of a large one goes to disk', async () => {
    const database = await withOrders(version);
    await database.sql('INSERT INTO orders SELECT 2, n FROM generate_series(1, 60000) AS n; ANALYZE orders_2');
    const options = { settings: { maintenance_work_mem: '64kB' } };
    const [note] = coded(await preflightOf(database, PLAN, { options }), 'sorts-on-disk');
    expect(note?.what).toMatch(/far larger: 1 partition of public\.orders \[public\.orders_2 \([\d.]+ MB\)\]\.$/);
  });

  test('foreign tables among them block, and nothing else is said of them', async () => {
    const database = await withOrders(version);
    await database.sql(`CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
      CREATE FOREIGN TABLE orders_old PARTITION OF orders FOR VALUES IN (-1) SERVER files OPTIONS (filename '/dev/null')`);
    const facts = await preflightOf(database, PLAN, { watchedMs: 100 });
    expect(blocking(facts)).toEqual(['partition-foreign']);
    expect(coded(facts, 'write-load')[0]?.what).toContain('(with 12 partitions)');
  });

  test('indexes of single partitions that answer the same queries, each kind once', async () => {
    const database = await withOrders(version);
    await statement(database, 'CREATE INDEX begins_%1$s ON orders_%1$s (customer)');
    await database.sql(`CREATE INDEX longer_3 ON orders_3 (customer, id, (id + 1)); CREATE UNIQUE INDEX u_4 ON orders_4 (customer);
      CREATE INDEX other_way ON orders_5 (customer, id) WITH (fillfactor = 60); CREATE INDEX whole ON orders (id)`);
    const facts = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON orders (customer, id);');
    expect(coded(facts, 'makes-redundant')).toMatchObject([
      {
        index: 'i',
        subject: 'partitions',
        what: expect.stringMatching(
          /^On 12 partitions of public\.orders 12 indexes will be redundant once i is there: public\.begins_\d+ \([\d.]+ kB, never scanned\), .* and 9 more\.$/,
        ),
      },
    ]);
    expect(coded(facts, 'prefix-of-existing').map(({ what }) => what)).toEqual([
      expect.stringMatching(/^On 1 partition of public\.orders i is a leading part of .*: public\.longer_3 \(/),
    ]);
    expect(coded(facts, 'duplicate-index').map(({ what }) => what)).toEqual([
      expect.stringMatching(/^On 1 partition of public\.orders i would be a duplicate of .*: public\.other_way \(/),
    ]);
    // Whoever locks one keeps all of them from being read.
    const holder = await holdLock(database, 'orders_7');
    const locked = await preflightOf(database, 'CREATE INDEX CONCURRENTLY i ON orders (customer DESC, id);');
    expect(coded(locked, 'neighbours-unread')).toMatchObject([{ level: 'note' }]);
    await holder.release();
  });

  test('what the server does not take, as on any other table', async () => {
    const database = await withOrders(version);
    const plan =
      'CREATE INDEX CONCURRENTLY i ON orders (nothing); CREATE INDEX CONCURRENTLY j ON orders (customer box_ops);';
    const facts = await preflightOf(database, plan);
    expect(coded(facts, 'index-refused').map(({ index, what }) => [index, what])).toEqual([
      ['i', expect.stringContaining('column "nothing" does not exist')],
      ['j', expect.stringContaining('operator class "box_ops" does not exist')],
    ]);
  });

  test('as many statements for 12 partitions as for 400', async () => {
    const database = await withOrders(version);
    const statements = async () => {
      const before = (await database.statementLog()).length;
      await preflightOf(database, PLAN, { watchedMs: 10 });
      const sent = (await database.statementLog()).slice(before);
      return sent.filter(({ application }) => application.startsWith('indexdeck')).length;
    };
    const few = await statements();
    await database.sql(`DO $$ BEGIN FOR n IN 12..399 LOOP
      EXECUTE format('CREATE TABLE orders_%1$s PARTITION OF orders FOR VALUES IN (%1$s)', n); END LOOP; END $$`);
    expect(await statements()).toBe(few);
  });
});
