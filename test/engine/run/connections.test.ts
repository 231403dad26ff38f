import { describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, sessionsOf, startRun } from '../../support/run.ts';
import { startServer, versions } from '../../support/server.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { endSessions, heldRun, makeTables, TWO_INDEXES, twoTables } from '../../support/two-tables.ts';

/** What the run's session of this name executes right now. */
const activeQueries = async (database: TestDatabase, name: string): Promise<string[]> =>
  (
    await database.sql<{ query: string }>(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
         AND application_name LIKE 'indexdeck ' || $1 || ' %'`,
      [name],
    )
  ).map(({ query }) => query);

describe.each(versions)('on PostgreSQL %i, a run survives', (version) => {
  it('the loss of its advisory lock: a pause, until it is held again', async () => {
    const database = await twoTables(version);
    const { run, forgotten } = await heldRun(database, TWO_INDEXES);
    await endSessions(database, 'lock');
    await run.until(() => run.of('connection.restored').some((event) => event.session === 'lock'));
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(run.of('connection.lost').map((event) => event.session)).toContain('lock');
  });

  it('the loss of every session that looks and cancels, and a question that somebody cancels', async () => {
    const database = await twoTables(version);
    const { run, forgotten } = await heldRun(database, TWO_INDEXES);
    for (const name of ['inspect', 'control', 'monitor', 'cleanup']) await endSessions(database, name);
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(await sessionsOf(database)).toEqual([]);
  });

  it('connections of which the server does not notice that they are gone: none of their backends is left', async () => {
    const database = await twoTables(version);
    const proxy = await startProxy(database.server);
    const { run, forgotten } = await heldRun(database, TWO_INDEXES, {
      connection: { host: proxy.host, port: proxy.port },
    });
    const before = (await sessionsOf(database)).length;
    proxy.set('half-open');
    const back = () => run.of('connection.restored').length;
    await run.until(() => back() > 0 && back() === run.of('connection.lost').length);
    expect((await sessionsOf(database)).length).toBeGreaterThan(before);
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(await sessionsOf(database)).toEqual([]);
  });

  it('the loss of the session of a validation query: it is asked again', async () => {
    const database = await twoTables(version);
    await database.sql('CREATE TABLE orders (id int)');
    const held = await holdLock(database, 'orders');
    const run = await startRun(database, `${TWO_INDEXES}\nSELECT count(*) FROM orders;`);
    await run.go();
    await poll(async () => (await endSessions(database, 'validate')).length > 0, 20_000);
    await held.release();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(run.of('validation.finished')).toMatchObject([{ ok: true, rows: [['0']] }]);
  });
});

it('a server that restarts in the middle of a build', async () => {
  const server = await startServer({ version: 18 });
  const database = await createDatabase(18, { server, mayLeaveSessions: true });
  await makeTables(database);
  const forgotten = await idleInTransaction(database);
  const run = await startRun(database, TWO_INDEXES);
  await run.go();
  await run.until((state) => state.steps[0]?.oid);
  await server.stop('immediate');
  await run.until(() => run.of('build.lost').length > 0);
  await server.start();
  await forgotten.client.end().catch(() => undefined);
  expect((await run.end()).outcome?.status).toBe(0);
  expect(run.of('build.started').length).toBeGreaterThan(2);
  expect(await invalidIndexes(database)).toEqual([]);
  expect(await sessionsOf(database)).toEqual([]);
});

describe.each(versions)('on PostgreSQL %i', (version) => {
  it('an abort during a validation query leaves nothing of ours behind', async () => {
    const database = await twoTables(version);
    const endless = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b;';
    const run = await startRun(database, `${TWO_INDEXES}\n${endless}`);
    await run.go();
    await poll(async () => (await activeQueries(database, 'validate')).some((query) => query.includes('left(c0')));
    expect((await run.command({ type: 'abort' })).ok).toBe(true);
    expect((await run.end()).outcome?.status).toBe(4);
    expect(await sessionsOf(database)).toEqual([]);
    expect(run.of('connection.lost')).toEqual([]);
  });
});
