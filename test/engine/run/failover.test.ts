import { readFileSync } from 'node:fs';
import pg from 'pg';
import { expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { readLog, statements } from '../../support/log.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, sessionsOf, startRun } from '../../support/run.ts';
import { startServer, startStandby } from '../../support/server.ts';
import { startProxy } from '../../support/tcp-proxy.ts';

const plan = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
COMMENT ON INDEX idx_courses_name IS 'by name';
`;

/** A primary with a standby, a proxy that leads to the primary, and a database that is reached through it. */
const scene = async () => {
  const { primary, standby } = await startStandby(18);
  const proxy = await startProxy(primary);
  const { user, password, logFile } = primary;
  const server = { user, password, logFile, host: proxy.host, port: proxy.port };
  const database = await createDatabase(18, { server, mayLeaveSessions: true });
  for (const table of ['dishes', 'courses']) {
    await database.sql(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`);
    await database.sql(`INSERT INTO ${table} SELECT n, 'name ' || n FROM generate_series(1, 1000) n`);
  }
  // Up to what was inserted: the test servers commit asynchronously, and what is not written yet is not sent either.
  const caughtUp = () =>
    poll(async () => {
      const [row] = await database.sql<{ done: boolean }>(
        'SELECT bool_and(replay_lsn >= pg_current_wal_insert_lsn()) AS done FROM pg_stat_replication',
      );
      return row?.done;
    });
  await caughtUp();
  const takeOver = () => {
    proxy.lead(standby);
    proxy.set('cut');
    proxy.set('pass');
  };
  return { primary, standby, proxy, database, caughtUp, takeOver };
};

const expectAllThere = async (database: TestDatabase): Promise<void> => {
  expect(
    await database.sql(
      `SELECT indexrelid::regclass::text AS name, indisvalid AS valid, obj_description(indexrelid) AS comment
       FROM pg_index WHERE indexrelid::regclass::text LIKE 'idx%' ORDER BY 1`,
    ),
  ).toEqual([
    { name: 'idx_courses_name', valid: true, comment: 'by name' },
    { name: 'idx_dishes_name', valid: true, comment: null },
  ]);
  expect(await invalidIndexes(database)).toEqual([]);
  expect(await sessionsOf(database)).toEqual([]);
};

it('a failover in the middle of a build: a standby is waited for, looked at once promoted, and the run goes on', async () => {
  const { primary, database, caughtUp, takeOver } = await scene();
  // The first build does not mind it, the second waits for it.
  const writer = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
  const run = await startRun(database, plan);
  await run.go();
  await run.until((state) => state.steps[0]?.status === 'done');
  await run.until((state) => state.steps[1]?.oid);
  await caughtUp();
  await primary.stop('immediate');
  takeOver();
  await writer.client.end().catch(() => undefined);
  await run.until((state) => state.refusedServer?.kind === 'in-recovery');
  await database.sql('SELECT pg_promote(true)');
  const state = await run.end(120_000);
  expect(state.outcome?.status).toBe(0);
  expect(run.of('server.changed')).toMatchObject([
    { kind: 'in-recovery', to: { inRecovery: true } },
    { kind: 'failed-over', from: { timeline: 1 }, to: { timeline: 2, inRecovery: false } },
  ]);
  expect(run.of('recheck.finished')).toHaveLength(1);
  await expectAllThere(database);
}, 150_000);

it('what a standby never got is built again, and said', async () => {
  const { primary, standby, database, takeOver } = await scene();
  // Whatever the run does, the standby will not know of it.
  await standby.stop('fast');
  // The first build does not mind it, the second waits for it.
  const writer = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
  const run = await startRun(database, plan);
  await run.go();
  await run.until((state) => state.steps[0]?.status === 'done');
  await primary.stop('immediate');
  await standby.start();
  takeOver();
  await writer.client.end().catch(() => undefined);
  await database.sql('SELECT pg_promote(true)');
  const state = await run.end(120_000);
  expect(state.outcome?.status).toBe(0);
  expect(run.of('step.lost').map((event) => event.name)).toContain('idx_dishes_name');
  await expectAllThere(database);
}, 150_000);

it('another server is sent nothing but questions: the run pauses, can only be aborted, and ends with 5', async () => {
  const server = await startServer({ version: 18 });
  const stranger = await startServer({ version: 18, stranger: true });
  const proxy = await startProxy(server);
  const database = await createDatabase(18, { server, mayLeaveSessions: true });
  await database.sql('CREATE TABLE dishes (id int PRIMARY KEY, name text)');
  await database.sql('CREATE TABLE courses (id int PRIMARY KEY, name text)');
  const there = new pg.Client(stranger.url('postgres'));
  await there.connect();
  // It has a database of this name as well, where the whole plan could be built.
  await there.query(`CREATE DATABASE ${database.name}`);
  await there.end();
  const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
  const run = await startRun(database, plan, {
    connection: { host: proxy.host, port: proxy.port },
    // Its server is not to be reached any more.
    ledgerLacks: true,
  });
  await run.go();
  await run.until((state) => state.steps[0]?.oid);
  proxy.lead(stranger);
  proxy.set('cut');
  proxy.set('pass');
  await run.until((state) => state.pauses.some((pause) => pause.cause === 'server'));
  expect(await run.command({ type: 'continue' })).toMatchObject({ ok: false });
  expect(await run.command({ type: 'abort' })).toMatchObject({ ok: true });
  const state = await run.end();
  expect(state.outcome).toMatchObject({ status: 5, leftToDo: [expect.stringContaining('idx_dishes_name')] });
  await writer.release();
  const sent = statements(await readLog(stranger.logFile)).filter(({ application }) =>
    application.startsWith('indexdeck'),
  );
  expect(sent.length).toBeGreaterThan(0);
  // Who it is, and the settings of a session that asks it.
  const asked = ['identify_session', 'configure_session', 'server_identity', 'system_identifier'].map((name) =>
    readFileSync(new URL(`../../../sql/session/${name}.sql`, import.meta.url), 'utf8'),
  );
  for (const { text } of sent) expect(asked).toContain(text);
}, 120_000);
