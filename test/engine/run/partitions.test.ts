import { describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { gaveUp, heldAttach } from '../../support/held-back.ts';
import { holdLock } from '../../support/locks.ts';
import { indexTree, makeOrders } from '../../support/partitioned.ts';
import { invalidIndexes, resumeRun, rollbackRun, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { type ServerVersion, versions } from '../../support/server.ts';

const NAME = 'idx_orders_customer';
const PLAN = `CREATE INDEX CONCURRENTLY ${NAME} ON orders (lower(customer), placed DESC);`;

const under = (parent: string | null, ...tables: string[]) =>
  tables.map((table) => ({ name: `${table}_lower_placed_idx`, table, valid: true, parent }));

const WHOLE = [
  { name: NAME, table: 'orders', valid: true, parent: null },
  ...under(NAME, 'orders_2025', 'orders_2026'),
  ...under('orders_2026_lower_placed_idx', 'orders_2026_q1', 'orders_2026_q2'),
  ...under(NAME, 'orders_rest'),
];

const prepared = async (version: ServerVersion): Promise<TestDatabase> => {
  const database = await createDatabase(version, { mayLeaveSessions: true });
  await makeOrders(database);
  return database;
};

/** Says yes to all that the survey shows. */
const confirm = async (run: TestRun): Promise<void> => {
  await run.until((state) => state.survey !== null);
  const oids = (run.state().survey?.indexes ?? []).filter(({ kept }) => kept === null).map(({ oid }) => oid);
  const reply = await run.command({ type: 'roll-back', oids, all: true, confirm: run.database.name });
  expect(reply).toMatchObject({ ok: true });
};

describe.each(versions)('PostgreSQL %i', (version) => {
  it('builds an index on a partitioned table part by part, and drops it as one', async () => {
    const database = await prepared(version);
    const run = await startRun(database, PLAN);
    await run.go();
    const end = await run.end();
    expect(end.outcome).toMatchObject({ status: 0, reason: '1 index built, all verified' });
    expect(await indexTree(database)).toEqual(WHOLE);
    expect(end.verify?.results.map(({ ok }) => ok)).toEqual(Array(7).fill(true));
    expect(await sessionsOf(database)).toEqual([]);

    const back = await rollbackRun(run);
    await confirm(back);
    const { survey } = back.state();
    expect(survey?.indexes.find(({ name }) => name === NAME)).toMatchObject({ takes: 5, kept: null });
    expect((await back.end()).outcome).toMatchObject({
      status: 0,
      reason: 'rolled back: 1 index and 5 parts on partitions dropped, the catalog is as before the run',
    });
    expect(await indexTree(database)).toEqual([]);
    const drops = back.of('drop.started').map(({ name }) => name);
    expect(drops).toEqual([NAME]);
    expect(back.of('index.dropped')[0]?.with).toHaveLength(5);
  });

  it('gives up on locks that others hold, and goes on after kill -9 between two attaches', async () => {
    const database = await prepared(version);
    const run = await startRun(database, PLAN, { options: { retries: 1 } });
    const reader = await heldAttach(database, run, async () => {
      // Nothing is there that serves no query: neither a leaf, nor a level that is complete.
      expect(await invalidIndexes(database)).toEqual([]);
      expect((await indexTree(database)).map(({ name }) => name)).not.toContain(NAME);
    });
    await run.kill();
    expect(await invalidIndexes(database)).toEqual([NAME]);

    await reader.release();
    const again = await resumeRun(run);
    await again.go();
    expect((await again.end()).outcome).toMatchObject({ status: 0, reason: '1 index built, all verified' });
    expect(await indexTree(database)).toEqual(WHOLE);
    // What was built before was not built again.
    expect(
      again.of('build.started').filter(({ attempt, name }) => attempt === 1 && name === WHOLE[1]?.name),
    ).toHaveLength(1);
    expect(again.of('build.finished')).toHaveLength(6);
  });

  it('rolls back what kill -9 left half made: the parent with what is attached, the rest concurrently', async () => {
    const database = await prepared(version);
    const run = await startRun(database, PLAN);
    const reader = await heldAttach(database, run);
    await run.kill();

    const back = await rollbackRun(run);
    await back.until((state) => state.survey !== null);
    await confirm(back);
    // Its lock is in the way of the drop too: that gives up, and nothing queues behind it.
    await back.until(() => back.of('drop.failed').some(({ error }) => error.sqlstate === '55P03'));
    expect(await database.sql('SELECT count(*)::int AS n FROM orders_2026')).toEqual([{ n: expect.any(Number) }]);
    await reader.release();
    expect((await back.end()).outcome).toMatchObject({ status: 0 });
    expect(await indexTree(database)).toEqual([]);
    expect(back.of('index.dropped').map(({ name }) => name)).toEqual([NAME, 'orders_2025_lower_placed_idx']);
  });
});

it('an abort between two attaches leaves no invalid index, and the leaves that are not attached; resume completes it', async () => {
  const database = await prepared(15);
  const run = await startRun(database, PLAN);
  const reader = await heldAttach(database, run);
  expect(await run.command({ type: 'abort' })).toMatchObject({ ok: true });
  // The drop takes its lock on every partition, also where nothing is attached yet.
  await run.until(() => run.of('drop.failed').some(({ error }) => error.sqlstate === '55P03'));
  await reader.release();
  expect((await run.end()).outcome).toMatchObject({ status: 4 });
  expect(await indexTree(database)).toEqual(under(null, 'orders_2025'));

  const again = await resumeRun(run);
  await again.go();
  expect((await again.end()).outcome).toMatchObject({ status: 0 });
  expect(await indexTree(database)).toEqual(WHOLE);
});

it('an index that a partition has already is attached, and stays with its parent when all is rolled back', async () => {
  const database = await prepared(18);
  await database.sql('CREATE INDEX theirs ON orders_rest (lower(customer), placed DESC)');
  await database.sql('CREATE INDEX another ON orders_2025 (lower(customer), placed)');
  const run = await startRun(database, PLAN);
  await run.go();
  expect(run.state().preflight?.findings.map(({ code }) => code)).toContain('partition-index-adopted');
  expect((await run.end()).outcome).toMatchObject({ status: 0 });
  const tree = await indexTree(database);
  expect(tree.find(({ name }) => name === 'theirs')).toMatchObject({ parent: NAME });
  expect(tree.find(({ name }) => name === 'another')).toMatchObject({ parent: null });
  expect(tree).toHaveLength(7);

  const back = await rollbackRun(run);
  await back.until((state) => state.survey !== null);
  const kept = back.state().survey?.indexes.map(({ name, kept: why }) => `${name}: ${why}`) ?? [];
  expect(kept[0]).toContain('which stays');
  expect(kept.find((line) => line.startsWith(NAME))).toContain(`by hand: DROP INDEX public.${NAME}`);
  await confirm(back);
  expect((await back.end()).outcome).toMatchObject({ status: 1 });
  expect(await indexTree(database)).toEqual(tree);
});

it('partitions that are made meanwhile are found, and get theirs', async () => {
  const database = await prepared(15);
  await database.sql('DROP TABLE orders_rest');
  const writer = await holdLock(database, 'orders_2025', 'ROW EXCLUSIVE');
  const run = await startRun(database, PLAN);
  await run.go();
  await run.until((state) => state.steps.some(({ phase }) => phase?.name.startsWith('waiting for writers') === true));
  await database.sql("CREATE TABLE orders_2027 PARTITION OF orders FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')");
  await writer.release();
  expect((await run.end()).outcome).toMatchObject({ status: 0 });
  expect(run.of('partitions.found')).toHaveLength(1);
  expect(await indexTree(database)).toEqual([...WHOLE.slice(0, 5), ...under(NAME, 'orders_2027')]);
  expect(await invalidIndexes(database)).toEqual([]);
});

it('what somebody made ON ONLY the parent before is completed, and not dropped', async () => {
  const database = await prepared(18);
  await database.sql(`CREATE INDEX ${NAME} ON ONLY orders (lower(customer), placed DESC)`);
  await database.sql('CREATE INDEX q ON orders_2025 (lower(customer), placed DESC)');
  await database.sql(`ALTER INDEX ${NAME} ATTACH PARTITION q`);
  const run = await startRun(database, PLAN);
  await run.go();
  expect(run.state().preflight?.findings.map(({ code }) => code)).toContain('partitioned-incomplete');
  expect((await run.end()).outcome).toMatchObject({ status: 0 });
  expect(await invalidIndexes(database)).toEqual([]);
  expect(run.state().created.map(({ name }) => name)).not.toContain(NAME);
});

it('a partition whose rows are not unique fails alone, before anything is made on its parents', async () => {
  const database = await prepared(15);
  const run = await startRun(database, 'CREATE UNIQUE INDEX CONCURRENTLY k ON orders (id, customer, placed);', {
    options: { onError: 'skip' },
  });
  // After preflight, which would have found them.
  await run.until((state) => state.phase === 'ready');
  await database.sql("INSERT INTO orders VALUES (1, '2026-02-01', 'x'), (1, '2026-02-01', 'x')");
  await run.go();
  const end = await run.end();
  expect(end.outcome).toMatchObject({ status: 1, reason: expect.stringContaining('1 failed') });
  expect(await invalidIndexes(database)).toEqual([]);
  expect((await indexTree(database)).map(({ table }) => table)).toEqual([
    'orders_2025',
    'orders_2026_q2',
    'orders_rest',
  ]);
});

it('what is written by hand is deployed in its order, and rolled back', async () => {
  const database = await prepared(18);
  const run = await startRun(
    database,
    `CREATE INDEX i ON ONLY orders (id);
     CREATE INDEX i_2026 ON ONLY orders_2026 (id);
     CREATE INDEX CONCURRENTLY i_2025 ON orders_2025 (id);
     CREATE INDEX CONCURRENTLY i_q1 ON orders_2026_q1 (id);
     CREATE INDEX CONCURRENTLY i_q2 ON orders_2026_q2 (id);
     CREATE INDEX CONCURRENTLY i_rest ON orders_rest (id);
     ALTER INDEX i_2026 ATTACH PARTITION i_q1;
     ALTER INDEX i_2026 ATTACH PARTITION i_q2;
     ALTER INDEX i ATTACH PARTITION i_2026;
     ALTER INDEX i ATTACH PARTITION public.i_2025;
     ALTER INDEX public.i ATTACH PARTITION i_rest;
     COMMENT ON INDEX i IS 'by hand';`,
  );
  await run.go();
  expect((await run.end()).outcome).toMatchObject({ status: 0, reason: '6 indexes built, all verified' });
  expect((await indexTree(database)).map(({ name, parent, valid }) => `${name} ${parent} ${valid}`)).toEqual([
    'i null true',
    'i_2025 i true',
    'i_2026 i true',
    'i_q1 i_2026 true',
    'i_q2 i_2026 true',
    'i_rest i true',
  ]);
  const back = await rollbackRun(run);
  await confirm(back);
  expect((await back.end()).outcome).toMatchObject({ status: 0 });
  expect(await indexTree(database)).toEqual([]);
});

it('an index that somebody put in the place of one that this run made is not attached', async () => {
  const database = await prepared(18);
  const writer = await holdLock(database, 'ONLY orders', 'ROW EXCLUSIVE');
  const run = await startRun(database, PLAN, { options: { retries: 1, onError: 'skip' } });
  await run.go();
  await run.until(() => gaveUp(run, 'build.failed'));
  await database.sql('DROP INDEX orders_rest_lower_placed_idx');
  await database.sql('CREATE INDEX orders_rest_lower_placed_idx ON orders_rest (lower(customer), placed DESC)');
  await writer.release();
  const end = await run.end();
  expect(end.outcome).toMatchObject({ status: 1 });
  expect(run.of('statement.failed').map(({ error }) => error.message)).toContainEqual(
    expect.stringContaining('is not the index that this run made'),
  );
  // What was made above it went again; what this run did not make is there.
  expect(await indexTree(database)).toEqual(under(null, 'orders_rest'));
});

it('a parent that the plan leaves incomplete ends as work to do', async () => {
  const database = await prepared(15);
  const run = await startRun(
    database,
    `CREATE INDEX i ON ONLY orders (id);
     CREATE INDEX CONCURRENTLY i_2025 ON orders_2025 (id);
     ALTER INDEX i ATTACH PARTITION i_2025;`,
  );
  await run.go();
  expect((await run.end()).outcome).toMatchObject({
    status: 5,
    leftToDo: [expect.stringContaining('index public.i (oid')],
  });
  expect(await invalidIndexes(database)).toEqual(['i']);
});

it('what the server would refuse, and what would never become valid, blocks', async () => {
  const database = await prepared(18);
  await database.sql('CREATE TABLE by_expression (a int, b int) PARTITION BY LIST ((a % 2))');
  await database.sql('CREATE TABLE plain (a int)');
  await database.sql('CREATE TABLE f (a int, b int) PARTITION BY LIST (a)');
  await database.sql('CREATE EXTENSION postgres_fdw');
  await database.sql('CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw');
  await database.sql('CREATE FOREIGN TABLE f1 PARTITION OF f FOR VALUES IN (1) SERVER elsewhere');
  const run = await startRun(
    database,
    `CREATE UNIQUE INDEX CONCURRENTLY a ON orders (id);
     CREATE UNIQUE INDEX CONCURRENTLY b ON by_expression (a);
     CREATE INDEX CONCURRENTLY c ON f (b);
     CREATE INDEX d ON ONLY plain (a);
     CREATE INDEX CONCURRENTLY e ON ONLY orders (id);
     ALTER INDEX nowhere ATTACH PARTITION nothing;`,
  );
  expect((await run.end()).outcome).toMatchObject({ status: 3 });
  const blocking = run.state().preflight?.findings.filter(({ level }) => level === 'blocks') ?? [];
  expect(blocking.filter(({ code }) => code === 'attach-unknown').map(({ place }) => place?.line)).toEqual([6, 6]);
  expect(blocking.flatMap(({ index, code }) => (index === undefined ? [] : [`${index} ${code}`])).sort()).toEqual([
    'a partition-key-missing',
    'a partition-key-missing',
    'b partition-key-missing',
    'c partition-foreign',
    'd only-not-partitioned',
    'e partitioned-table',
  ]);
});
