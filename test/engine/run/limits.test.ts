import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunClient } from '../../../src/client/index.ts';
import { readJournal } from '../../../src/client/journal-file.ts';
import type { EngineConfig } from '../../../src/engine/config.ts';
import { folder } from '../../cli/program.ts';
import { options } from '../../support/core.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, planFrom, sessionsOf, startRun } from '../../support/run.ts';
import { startServer, versions } from '../../support/server.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { expectTwoIndexes, makeTables, TABLES, TWO_INDEXES, twoTables } from '../../support/two-tables.ts';

/** A role that owns the tables, and is no superuser: limits bind it. */
const owner = async (database: TestDatabase, attributes = ''): Promise<{ user: string; password: string }> => {
  const user = `owner_${database.name}`;
  await database.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'p' ${attributes}`);
  await database.sql(`GRANT pg_monitor TO ${user}`);
  await database.sql(`GRANT CREATE ON SCHEMA public TO ${user}`);
  for (const table of TABLES) await database.sql(`ALTER TABLE ${table} OWNER TO ${user}`);
  onTestFinished(async () => {
    await database.sql(`DROP OWNED BY ${user}`);
    await database.sql(`DROP ROLE ${user}`);
  });
  return { user, password: 'p' };
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  it.each([
    ['a full disk', '53100', 'free some space'],
    ['no memory', '53200', 'lower maintenance_work_mem'],
  ])('%s pauses with advice, leaves nothing, and the index is built once it is mended', async (_, sqlstate, advice) => {
    const database = await twoTables(version);
    const trouble = (raise: string) =>
      database.sql(
        `CREATE OR REPLACE FUNCTION troubled(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN ${raise} RETURN $1; END$$`,
      );
    await trouble(`RAISE 'no more' USING ERRCODE = '${sqlstate}';`);
    const run = await startRun(database, 'CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (troubled(name));');
    await run.go();
    await run.until(
      (state) => state.pauses.some((pause) => pause.cause === 'error') && state.steps[0]?.leftover === null,
    );
    expect(run.of('build.failed')).toMatchObject([
      { error: { sqlstate }, retryAt: null, leftover: { ours: true }, advice: expect.stringContaining(advice) },
    ]);
    expect(await invalidIndexes(database)).toEqual([]);
    await trouble('');
    expect((await run.command({ type: 'retry', step: 0 })).ok).toBe(true);
    expect((await run.end()).outcome?.status).toBe(0);
  });

  it('a role with every setting that ends or forbids work is built with all the same', async () => {
    const database = await twoTables(version);
    const login = await owner(database);
    const settings: Record<string, string> = {
      statement_timeout: '900ms',
      lock_timeout: '900ms',
      idle_in_transaction_session_timeout: '900ms',
      idle_session_timeout: '900ms',
      client_connection_check_interval: '500ms',
      default_transaction_read_only: 'on',
      ...(version >= 17 ? { transaction_timeout: '900ms' } : {}),
    };
    for (const [name, value] of Object.entries(settings))
      await database.sql(`ALTER ROLE ${login.user} SET ${name} = '${value}'`);
    await database.sql(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    const client = await database.connect({ options: '-c default_transaction_read_only=off' });
    await client.query('BEGIN');
    await client.query('LOCK TABLE dishes IN ROW EXCLUSIVE MODE');
    const run = await startRun(database, `${TWO_INDEXES}\nSELECT count(*) FROM dishes;`, {
      connection: login,
      ledgerLacks: true,
    });
    await run.go();
    // Past every one of the limits, in the wait as in idleness.
    await poll(() => run.client.view().sample?.builds.some((build) => build.waiting && build.phaseS >= 2.5));
    await client.query('COMMIT');
    expect((await run.end()).outcome?.status).toBe(0);
    await client.query(`ALTER DATABASE ${database.name} RESET default_transaction_read_only`);
    await client.end();
    expect(run.of('build.failed')).toEqual([]);
    expect(run.of('connection.lost')).toEqual([]);
    await expectTwoIndexes(database);
  });

  it('connections that are lost while no more are to be had come back when there is room', async () => {
    const database = await twoTables(version);
    const login = await owner(database);
    const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const run = await startRun(database, TWO_INDEXES, { connection: login, ledgerLacks: true });
    await run.go();
    await run.until((state) => state.steps[0]?.oid);
    await database.sql(`ALTER ROLE ${login.user} CONNECTION LIMIT 1`);
    await database.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE ANY ('{indexdeck builder%,indexdeck monitor%}')`,
    );
    await writer.release();
    await run.until(() => run.of('build.failed').length > 0);
    await run.until((state) => state.lostConnections.length >= 3);
    await database.sql(`ALTER ROLE ${login.user} CONNECTION LIMIT -1`);
    const state = await run.end();
    expect(state.outcome?.status).toBe(0);
    expect(state.lostConnections).toEqual([]);
    await expectTwoIndexes(database);
  });

  it('with client_connection_check_interval a killed engine leaves no backend, and what to clean up is on record', async () => {
    const database = await createDatabase(version, { mayLeaveSessions: true });
    await makeTables(database);
    const login = await owner(database);
    await database.sql(`ALTER ROLE ${login.user} SET client_connection_check_interval = '500ms'`);
    const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const run = await startRun(database, TWO_INDEXES, { connection: login, ledgerLacks: true });
    await run.go();
    const { oid } = (await run.until((state) => state.steps[0]?.oid)).steps[0] ?? {};
    process.kill(run.pid, 'SIGKILL');
    await poll(async () => (await sessionsOf(database)).length === 0);
    expect(await invalidIndexes(database)).toEqual(['idx_dishes_name']);
    const journal = readJournal(run.dir);
    expect(journal.problem).toBeNull();
    expect(journal.events).toContainEqual(expect.objectContaining({ type: 'index.identified', step: 0, oid }));
    await writer.release();
  });
});

it('a tablespace that is really full: its leftover is dropped, and the index is built once there is room', async ({
  skip,
}) => {
  const disk = await smallDisk('256k');
  if (disk === null) return skip('no file system can be mounted here');
  const server = await startServer({ version: 18 });
  const database = await createDatabase(18, { server });
  await makeTables(database, { rows: 20_000 });
  const folder = join(disk.path, 'space');
  await database.sql(`COPY (SELECT 1) TO PROGRAM 'mkdir ${folder}'`);
  await database.sql(`CREATE TABLESPACE small LOCATION '${folder}'`);
  const run = await startRun(database, TWO_INDEXES.replaceAll('(name)', '(name) TABLESPACE small'));
  await run.go();
  await run.until(
    (state) => state.pauses.some((pause) => pause.cause === 'error') && state.steps[0]?.leftover === null,
  );
  expect(run.of('build.failed')[0]?.error).toMatchObject({ sqlstate: '53100' });
  expect(await invalidIndexes(database)).toEqual([]);
  await disk.resize('32m');
  expect((await run.command({ type: 'retry', step: 0 })).ok).toBe(true);
  const state = await run.end();
  expect(state.verify?.results.flatMap((result) => result.problems)).toEqual([]);
  expect(state.outcome).toMatchObject({ status: 0 });
  await expectTwoIndexes(database);
  for (const name of ['idx_dishes_name', 'idx_courses_name']) await database.sql(`DROP INDEX ${name}`);
  await database.sql('DROP TABLESPACE small');
});

it('a disk that takes no journal: what runs is cancelled, the engine ends with 5 and says why', async ({ skip }) => {
  const disk = await smallDisk('512k');
  if (disk === null) return skip('no file system can be mounted here');
  const database = await createDatabase(18);
  await makeTables(database);
  const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
  const dir = join(disk.path, 'run');
  mkdirSync(dir, { mode: 0o700 });
  const log = join(folder(), 'log.md');
  const { host, port, user, password } = database.server;
  const config: EngineConfig = {
    run: 'full-disk',
    dir,
    version: 'test',
    start: { kind: 'new', plan: await planFrom(TWO_INDEXES), sources: [] },
    connection: { host, port, user, password, database: database.name },
    operator: 'test',
    options: options({ interactive: false, log }),
  };
  // Not by launchEngine, which lets go of the process: its status is what counts here.
  const main = fileURLToPath(new URL('../../../src/daemon/main.ts', import.meta.url));
  const engine = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(engine, 'exit');
  onTestFinished(() => void engine.kill('SIGKILL'));
  engine.stdin.end(JSON.stringify(config));
  await once(engine.stdout, 'data');
  const client = new RunClient({ dir, role: 'operator', name: 'test' });
  onTestFinished(() => client.goodbye());
  await poll(() => client.view().state?.phase === 'ready');
  await client.send({ type: 'go', replaceInvalid: [], confirm: null });
  await poll(() => client.view().state?.steps[0]?.oid);
  disk.fill();
  // What is left of the journal's last block takes some more.
  await poll(async () => {
    for (const type of ['pause', 'continue'] as const) await client.send({ type }).catch(() => undefined);
    return engine.exitCode !== null;
  }, 30_000);
  expect(await ended).toEqual([5, null]);
  expect(readFileSync(join(dir, 'engine.log'), 'utf8')).toMatch(/fault: .*ENOSPC/);
  // Elsewhere there is room to say that it broke off.
  expect(readFileSync(log, 'utf8')).toMatch(/^STATUS: UNFINISHED$/m);
  await poll(async () => (await sessionsOf(database)).length === 0);
  // What was recorded can be read, also behind a torn line; it says what is to be cleaned up.
  const journal = readJournal(dir);
  expect(journal.problem).toBeNull();
  const building = client.view().state?.steps[0];
  expect(building).toMatchObject({ status: 'building' });
  expect(await database.sql('SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = $1', [building?.oid])).toEqual(
    [{ valid: false }],
  );
  await writer.release();
});
