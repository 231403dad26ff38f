import { describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, sessionsOf, startRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';
import { startProxy } from '../../support/tcp-proxy.ts';

const plan = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
ANALYZE courses;
`;

const prepare = async (database: TestDatabase): Promise<void> => {
  for (const table of ['dishes', 'courses']) {
    await database.sql(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`);
    await database.sql(`INSERT INTO ${table} SELECT n, 'name ' || n FROM generate_series(1, 1000) n`);
  }
};

const planned = async (database: TestDatabase): Promise<string[]> =>
  (
    await database.sql<{ name: string }>(
      "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indexrelid::regclass::text LIKE 'idx\\_%' AND indisvalid ORDER BY 1",
    )
  ).map((row) => row.name);

const expectAllThere = async (database: TestDatabase): Promise<void> => {
  expect(await planned(database)).toEqual(['idx_courses_name', 'idx_dishes_name']);
  expect(await invalidIndexes(database)).toEqual([]);
  expect(await sessionsOf(database)).toEqual([]);
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  it('a build whose answer never arrives is looked up, and not built twice', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const proxy = await startProxy(database.server);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan, { connection: { host: proxy.host, port: proxy.port } });
    await run.go();
    await run.until((state) => state.steps[0]?.oid);
    // Both: which of them builds, the run says.
    expect(proxy.setOf('indexdeck builder', 'one-way')).toBe(2);
    await forgotten.release();
    const state = await run.end(120_000);
    expect(state.outcome?.status).toBe(0);
    const [lost] = run.of('build.lost');
    expect(lost).toMatchObject({ name: 'idx_dishes_name' });
    expect(lost?.error.message).toMatch(/in 3 looks running its backend is idle/);
    expect(run.of('build.started').filter((event) => event.name === 'idx_dishes_name')).toHaveLength(1);
    await expectAllThere(database);
  }, 150_000);

  it('an ANALYZE whose backend is gone without a word is sent again', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const proxy = await startProxy(database.server);
    const run = await startRun(database, plan, { connection: { host: proxy.host, port: proxy.port } });
    await database.sql('CREATE INDEX idx_courses_name ON courses (name)');
    const holder = await holdLock(database, 'courses', 'SHARE UPDATE EXCLUSIVE');
    await run.go();
    const { backend } = (await run.until((state) => state.steps[2]?.status === 'running')).steps[2] ?? {};
    const waits = "SELECT FROM pg_stat_activity WHERE pid = $1 AND query LIKE 'ANALYZE%' AND wait_event_type = 'Lock'";
    await poll(async () => (await database.sql(waits, [backend?.pid])).length === 1);
    proxy.setOf('indexdeck builder', 'one-way');
    await database.sql('SELECT pg_terminate_backend($1)', [backend?.pid]);
    await holder.release();
    expect((await run.end(120_000)).outcome?.status).toBe(0);
    expect(run.of('statement.failed')[0]?.error.message).toMatch(/no such backend any more/);
    expect(run.of('statement.started')).toHaveLength(2);
    await expectAllThere(database);
  }, 150_000);

  it('connections that all fall silent at once, and for a while all new ones too, are made again', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const proxy = await startProxy(database.server);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan, { connection: { host: proxy.host, port: proxy.port } });
    await run.go();
    await run.until((state) => state.steps[0]?.oid);
    proxy.set('stall');
    const lost = () => new Set(run.of('connection.lost').map((event) => event.session));
    await run.until(() => ['lock', 'monitor', 'control'].every((name) => lost().has(name)), 60_000);
    proxy.setNew('pass');
    await forgotten.release();
    const state = await run.end(150_000);
    expect(state.outcome?.status).toBe(0);
    expect(state.lostConnections).toEqual([]);
    await expectAllThere(database);
  }, 240_000);
});
