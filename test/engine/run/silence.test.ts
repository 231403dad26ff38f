import { describe, expect, it } from 'vitest';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { startRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { expectTwoIndexes, heldRun, TWO_INDEXES, twoTables } from '../../support/two-tables.ts';

const plan = `${TWO_INDEXES}ANALYZE courses;`;

describe.each(versions)('on PostgreSQL %i', (version) => {
  it('a build whose answer never arrives is looked up, and not built twice', async () => {
    const database = await twoTables(version);
    const proxy = await startProxy(database.server);
    const { run, forgotten } = await heldRun(database, plan, { connection: { host: proxy.host, port: proxy.port } });
    // Both: which of them builds, the run says.
    expect(proxy.setOf('indexdeck builder', 'one-way')).toBe(2);
    await forgotten.release();
    const state = await run.end(120_000);
    expect(state.outcome?.status).toBe(0);
    const [lost] = run.of('build.lost');
    expect(lost).toMatchObject({ name: 'idx_dishes_name' });
    expect(lost?.error.message).toMatch(/in 3 looks running its backend is idle/);
    expect(run.of('build.started').filter((event) => event.name === 'idx_dishes_name')).toHaveLength(1);
    await expectTwoIndexes(database);
  }, 150_000);

  it('an ANALYZE whose backend is gone without a word is sent again', async () => {
    const database = await twoTables(version);
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
    await expectTwoIndexes(database);
  }, 150_000);
});

// What notices it is ours alone: the server has nothing to say.
it('connections that all fall silent at once, and for a while all new ones too, are made again', async () => {
  const database = await twoTables(18);
  const proxy = await startProxy(database.server);
  const { run, forgotten } = await heldRun(database, plan, { connection: { host: proxy.host, port: proxy.port } });
  proxy.set('stall');
  const lost = () => new Set(run.of('connection.lost').map((event) => event.session));
  await run.until(() => ['lock', 'monitor', 'control'].every((name) => lost().has(name)), 60_000);
  proxy.setNew('pass');
  await forgotten.release();
  const state = await run.end(150_000);
  expect(state.outcome?.status).toBe(0);
  expect(state.lostConnections).toEqual([]);
  await expectTwoIndexes(database);
}, 240_000);
