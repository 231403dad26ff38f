import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { replay } from '../../../src/run/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, rollbackRun, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { type ServerVersion, versions } from '../../support/server.ts';
import { makeTables } from '../../support/two-tables.ts';

const TABLES = ['courses', 'dishes', 'users'];

const plan = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
CREATE INDEX CONCURRENTLY idx_dishes_id ON dishes (id, name);
-- SECTION 2: THE REST
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
CREATE UNIQUE INDEX CONCURRENTLY idx_users_id ON users (id, name);
`;

const prepared = async (version: ServerVersion): Promise<TestDatabase> => {
  const database = await createDatabase(version, { mayLeaveSessions: true });
  await makeTables(database, { tables: TABLES });
  await database.sql('CREATE INDEX theirs ON dishes (name)');
  return database;
};

interface Listed {
  oid: number;
  name: string;
  valid: boolean;
  ready: boolean;
  live: boolean;
}

const indexesOf = (database: TestDatabase): Promise<Listed[]> =>
  database.sql(
    `SELECT c.oid::int AS oid, relname AS name, indisvalid AS valid, indisready AS ready, indislive AS live
     FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE nspname = 'public' ORDER BY relname`,
  );

const names = async (database: TestDatabase): Promise<string[]> => (await indexesOf(database)).map(({ name }) => name);

/** Sessions that read and write all tables until the test ends; what they were refused is counted. */
const traffic = async (database: TestDatabase): Promise<{ errors: string[]; end(): Promise<void> }> => {
  const errors: string[] = [];
  let over = false;
  const session = async (table: string): Promise<void> => {
    const client = await database.connect({ application_name: `traffic ${table}` });
    for (let n = 0; !over; n++) {
      await client
        .query(
          `BEGIN; SELECT * FROM ${table} WHERE name = 'name ${n % 1000}';
           UPDATE ${table} SET name = name WHERE id = ${n % 1000}; SELECT pg_sleep(0.005); COMMIT`,
        )
        .catch((error: Error) => errors.push(error.message));
    }
    await client.end();
  };
  const sessions = TABLES.map(session);
  const end = async () => {
    over = true;
    await Promise.all(sessions);
  };
  onTestFinished(end);
  return { errors, end };
};

/** Says yes to all that the survey shows, or to these. */
const confirm = async (run: TestRun, wanted: string[] | null = null): Promise<void> => {
  await run.until((state) => state.survey !== null);
  const indexes = run.state().survey?.indexes ?? [];
  const chosen = indexes.filter(({ name, kept }) => kept === null && (wanted === null || wanted.includes(name)));
  const oids = chosen.map(({ oid }) => oid);
  const reply = await run.command({ type: 'roll-back', oids, all: wanted === null, confirm: run.database.name });
  expect(reply).toMatchObject({ ok: true });
};

/** The events of all engines are one history without gaps, and every drop had its intent and was of an index of this run. */
const expectWhole = (run: TestRun): void => {
  const lines = readFileSync(join(run.dir, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line));
  expect(events.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at + 1));
  expect(run.events()).toEqual(events);
  expect(replay(run.events())).toEqual(run.state());
  const ours = new Set(
    run.events().flatMap((event) => {
      if (event.type === 'build.finished' || event.type === 'index.identified') return [event.oid];
      return event.type === 'build.failed' || event.type === 'build.cancelled' ? [event.leftover?.oid] : [];
    }),
  );
  for (const { oid } of run.of('drop.started')) expect(ours).toContain(oid);
};

/** What was sent to drop anything, as the server's log has it: only ever DROP INDEX CONCURRENTLY, of the plan's names. */
const droppedStatements = async (database: TestDatabase): Promise<string[]> =>
  (await database.statementLog())
    .map(({ text }) => text)
    .filter((text) => /^\s*drop/i.test(text) && text.includes('CONCURRENTLY'));

const expectBack = async (run: TestRun, before: Listed[]): Promise<void> => {
  expect(run.state().outcome).toMatchObject({ status: 0 });
  expect(run.state().created).toEqual([]);
  expect(run.state().rollback).toMatchObject({ left: [], differences: { added: [], missing: [], changed: [] } });
  expect(await indexesOf(run.database)).toEqual(before);
  expect(await sessionsOf(run.database)).toEqual([]);
  expectWhole(run);
};

/** What is still this run's, by name. */
const madeOf = (run: TestRun): string[] =>
  run
    .state()
    .created.map(({ name }) => name)
    .sort();

const finished = async (database: TestDatabase): Promise<TestRun> => {
  const run = await startRun(database, plan);
  await run.go();
  expect((await run.end()).outcome).toMatchObject({ status: 0 });
  return run;
};

/** A run whose third build waits for a writer. */
const inTheMiddle = async (database: TestDatabase) => {
  const lock = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
  const run = await startRun(database, plan);
  await run.go();
  await run.until((state) => state.steps[2]?.status === 'building' && state.steps[2].phase !== null);
  return { run, lock };
};

/** A run whose engine was killed while its first build waited for a forgotten transaction. */
const killedInBuild = async (database: TestDatabase) => {
  const forgotten = await idleInTransaction(database);
  const run = await startRun(database, plan);
  await run.go();
  await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
  await run.kill();
  return { run, forgotten };
};

/** An engine that has come to roll a run back, and waits for the word. */
const surveyed = async (run: TestRun): Promise<TestRun> => {
  const back = await rollbackRun(run);
  await back.until((state) => state.phase === 'surveyed');
  return back;
};

/** A finished run that is rolled back, one at a time, while a writer keeps the first drop from its end. */
const blocked = async (version: ServerVersion) => {
  const database = await prepared(version);
  const before = await indexesOf(database);
  const run = await finished(database);
  const lock = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
  const back = await rollbackRun(run, { jobs: 1 });
  await confirm(back);
  return { database, before, lock, back };
};

const dropWaits = (back: TestRun) =>
  poll(() => back.client.view().sample?.builds.some(({ work, waiting }) => work === 'drop' && waiting));

describe.each(versions)('the way back on PostgreSQL %i', (version) => {
  it('after a finished run, under traffic: what it would drop is said, dropped, and the catalog is as before', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const { errors, end } = await traffic(database);
    const run = await finished(database);
    const built = await indexesOf(database);
    await poll(async () => {
      const [row] = await database.sql(
        "SELECT idx_scan::int AS scans FROM pg_stat_user_indexes WHERE indexrelname = 'idx_courses_name'",
      );
      return row.scans > 0;
    });
    const back = await surveyed(run);
    expect(await indexesOf(database)).toEqual(built);
    const survey = back.state().survey?.indexes ?? [];
    expect(survey.map(({ name }) => name)).toEqual([
      'idx_dishes_name',
      'idx_dishes_id',
      'idx_courses_name',
      'idx_users_id',
    ]);
    for (const index of survey) expect(index).toMatchObject({ standing: 'valid', kept: null, schema: 'public' });
    for (const { bytes } of survey) expect(bytes).toBeGreaterThan(0);
    const used = survey.find(({ name }) => name === 'idx_courses_name');
    expect(used?.scans).toBeGreaterThan(0);
    if (version === 18) expect(Date.parse(used?.lastScan ?? '')).toBeGreaterThan(0);
    else expect(used?.lastScan).toBeNull();
    await confirm(back);
    await back.end();
    await end();
    await expectBack(back, before);
    expect(errors).toEqual([]);
    expect(back.of('drop.started').map(({ why }) => why)).toEqual(Array(4).fill('rollback'));
    expect((await droppedStatements(database)).sort()).toEqual(
      survey.map(({ name }) => `DROP INDEX CONCURRENTLY public.${name}`).sort(),
    );
  });

  it('never two on one table, and on different tables at the same time', async () => {
    const database = await prepared(version);
    const run = await finished(database);
    const locks = await Promise.all(TABLES.map((table) => holdLock(database, table, 'ROW EXCLUSIVE')));
    const back = await rollbackRun(run, { jobs: 4 });
    await confirm(back);
    await back.until((state) => state.steps.filter(({ status }) => status === 'dropping').length === 3);
    await poll(
      () => back.client.view().sample?.builds.filter(({ work, waiting }) => work === 'drop' && waiting).length === 3,
    );
    expect(back.of('drop.started').map(({ name }) => name)).not.toContain('idx_dishes_id');
    for (const lock of locks) await lock.release();
    expect((await back.end()).outcome?.status).toBe(0);
    expect(back.of('drop.started').map(({ name }) => name)).toContain('idx_dishes_id');
  });

  it('after an abort in the middle', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const { run, lock } = await inTheMiddle(database);
    await run.command({ type: 'abort' });
    await run.until(() => run.of('build.cancelled').length > 0);
    await lock.release();
    expect((await run.end()).outcome?.status).toBe(4);
    expect(await names(database)).toContain('idx_dishes_name');
    const back = await rollbackRun(run);
    await confirm(back);
    await back.end();
    await expectBack(back, before);
  });

  it('after a kill -9: the build that its backend still finished counts as created, and goes too', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const { run, forgotten } = await killedInBuild(database);
    await forgotten.release();
    await poll(async () => (await indexesOf(database)).some(({ name, valid }) => name === 'idx_dishes_name' && valid));
    await poll(async () => (await sessionsOf(database)).length === 0);
    const back = await surveyed(run);
    expect(back.state().survey?.indexes.map(({ name, standing }) => [name, standing])).toEqual([
      ['idx_dishes_name', 'valid'],
    ]);
    await confirm(back);
    await back.end();
    await expectBack(back, before);
  });

  it('after a kill -9 with a backend that builds on: it is ended, and what it leaves is dropped', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const { run, forgotten } = await killedInBuild(database);
    const back = await surveyed(run);
    expect(back.state().survey?.unfinished).toMatchObject([
      { step: 0, work: 'build', pid: run.step('idx_dishes_name').backend?.pid },
    ]);
    await confirm(back);
    await back.end();
    await expectBack(back, before);
    await forgotten.release();
  });

  it('an index that somebody recreated, renamed or put to use in between is not touched, and that is said', async () => {
    const database = await prepared(version);
    const run = await finished(database);
    await database.sql('DROP INDEX idx_dishes_name');
    await database.sql('CREATE INDEX idx_dishes_name ON dishes (name)');
    await database.sql('ALTER INDEX idx_courses_name RENAME TO kept_by_us');
    await database.sql('ALTER TABLE users ADD CONSTRAINT idx_users_id UNIQUE USING INDEX idx_users_id');
    const back = await surveyed(run);
    expect(back.state().survey?.indexes.map(({ name, kept }) => [name, kept !== null])).toEqual([
      ['idx_dishes_name', true],
      ['idx_dishes_id', false],
      ['idx_courses_name', true],
      ['idx_users_id', true],
    ]);
    await confirm(back);
    const state = await back.end();
    expect(state.outcome?.status).toBe(1);
    expect(state.rollback?.left.map(({ name, why }) => `${name}: ${why}`)).toEqual([
      expect.stringMatching(/^idx_dishes_name: another relation of this name stands there now \(oid \d+\)/),
      expect.stringMatching(/^idx_courses_name: it was renamed to public.kept_by_us since/),
      expect.stringMatching(/^idx_users_id: the constraint idx_users_id depends on it by now/),
    ]);
    expect(state.rollback?.differences?.added.map(({ name }) => name)).toEqual(['idx_dishes_name']);
    expect(await names(database)).toEqual(
      ['courses_pkey', 'dishes_pkey', 'idx_dishes_name', 'idx_users_id', 'kept_by_us', 'theirs', 'users_pkey'].sort(),
    );
    expect(await droppedStatements(database)).toEqual(['DROP INDEX CONCURRENTLY public.idx_dishes_id']);
    // What is not there any more is not this run's; what is, still is.
    expect(madeOf(back)).toEqual(['idx_courses_name', 'idx_users_id']);
    expectWhole(back);
  });

  it('the last look is right before the drop: what changed since the question is seen', async () => {
    const database = await prepared(version);
    const run = await finished(database);
    const back = await surveyed(run);
    await database.sql('ALTER TABLE users ADD CONSTRAINT idx_users_id UNIQUE USING INDEX idx_users_id');
    await database.sql('DROP INDEX idx_courses_name');
    await confirm(back);
    const state = await back.end();
    expect(state.outcome?.status).toBe(1);
    expect(state.rollback?.left.map(({ name }) => name)).toEqual(['idx_users_id']);
    expect(await names(database)).toContain('idx_users_id');
  });

  it('with a blocked drop: the blocker is shown, a pause holds the rest, and it goes on by word', async () => {
    const { database, before, lock, back } = await blocked(version);
    await poll(() =>
      back.client
        .view()
        .sample?.builds.some(({ work, waiting, blockers }) => work === 'drop' && waiting && blockers.length === 1),
    );
    // Invalid from its first moment on, it still costs writes: what a cancelled drop would leave.
    expect((await indexesOf(database)).find(({ name }) => name === 'idx_dishes_name')).toMatchObject({
      valid: false,
      ready: true,
    });
    expect(await back.command({ type: 'pause' })).toMatchObject({ ok: true });
    await lock.release();
    await back.until(() => back.of('index.dropped').length === 1);
    await back.command({ type: 'set-jobs', jobs: 2 });
    expect(back.of('drop.started')).toHaveLength(1);
    expect(await back.command({ type: 'continue' })).toMatchObject({ ok: true });
    await back.end();
    await expectBack(back, before);
  });

  it('aborted while a drop is blocked: status 5, the half-dropped index is named, and another rollback ends it', async () => {
    const { database, before, lock, back } = await blocked(version);
    await dropWaits(back);
    await back.command({ type: 'abort' });
    const state = await back.end();
    expect(state.outcome).toMatchObject({ status: 5, leftToDo: [expect.stringContaining('half dropped')] });
    expect(await invalidIndexes(database)).toEqual(['idx_dishes_name']);
    expect(await sessionsOf(database)).toEqual([]);
    await lock.release();
    const again = await surveyed(back);
    expect(again.state().survey?.indexes[0]).toMatchObject({
      name: 'idx_dishes_name',
      standing: 'invalid',
      kept: null,
    });
    await confirm(again);
    await again.end();
    await expectBack(again, before);
  });

  it('aborted while nothing is blocked: what has begun ends, the rest stays, status 4', async () => {
    const { database, lock, back } = await blocked(version);
    await dropWaits(back);
    await back.command({ type: 'abort' });
    await lock.release();
    expect((await back.end()).outcome?.status).toBe(4);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(madeOf(back)).toEqual(['idx_courses_name', 'idx_dishes_id', 'idx_users_id']);
  });

  it('killed in the middle of a blocked drop: another engine waits for the backend and goes on to the end', async () => {
    const { database, before, lock, back } = await blocked(version);
    await back.until((state) => state.steps[0]?.status === 'dropping');
    await poll(async () => (await invalidIndexes(database)).length === 1);
    await back.kill();
    const again = await surveyed(back);
    expect(again.state().survey?.unfinished).toMatchObject([{ step: 0, work: 'drop' }]);
    await confirm(again);
    await again.until((state) => state.phase === 'rolling-back');
    await lock.release();
    await again.end();
    await expectBack(again, before);
  });

  it('from a running run: builds are stopped and cleaned up first, then what is built is dropped', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const { run, lock } = await inTheMiddle(database);
    expect(await run.command({ type: 'roll-back', oids: [], all: true, confirm: database.name })).toMatchObject({
      ok: false,
      why: expect.stringContaining('not been looked at'),
    });
    await run.command({ type: 'pause' });
    await run.command({ type: 'survey' });
    await confirm(run);
    await run.until(() => run.of('build.cancelled').length > 0);
    await lock.release();
    await run.end();
    await expectBack(run, before);
  });

  it('a part of them: the rest stays, and is still this run’s', async () => {
    const database = await prepared(version);
    const run = await finished(database);
    const back = await rollbackRun(run);
    await confirm(back, ['idx_courses_name']);
    const state = await back.end();
    expect(state.outcome?.status).toBe(0);
    expect(madeOf(back)).toEqual(['idx_dishes_id', 'idx_dishes_name', 'idx_users_id']);
    expect(await names(database)).not.toContain('idx_courses_name');
    const again = await rollbackRun(back);
    await confirm(again);
    expect((await again.end()).created).toEqual([]);
    expectWhole(again);
  });

  it('what somebody else made or dropped meanwhile is said, and is no failure', async () => {
    const database = await prepared(version);
    const run = await finished(database);
    await database.sql('CREATE INDEX hotfix ON users (name)');
    await database.sql('DROP INDEX theirs');
    const back = await rollbackRun(run);
    await confirm(back);
    const state = await back.end();
    expect(state.outcome?.status).toBe(0);
    expect(state.rollback?.differences).toMatchObject({
      added: [{ name: 'hotfix' }],
      missing: [{ name: 'theirs' }],
      changed: [],
    });
    expect(await names(database)).toContain('hotfix');
  });

  it('what a cancelled DROP INDEX CONCURRENTLY leaves: invalid in its first wait, dead in its second; again drops it', async () => {
    const database = await prepared(version);
    const dropper = await database.connect();
    const pid = async () => (await dropper.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
    const theirs = async () => (await indexesOf(database)).find(({ name }) => name === 'theirs');
    const first = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const backend = await pid();
    const dropping = dropper.query('DROP INDEX CONCURRENTLY theirs').catch((error: Error) => error);
    await poll(async () => (await theirs())?.valid === false);
    expect(await theirs()).toMatchObject({ valid: false, ready: true, live: true });
    await database.sql('SELECT pg_cancel_backend($1)', [backend]);
    expect(await dropping).toMatchObject({ code: '57014' });
    expect(await theirs()).toMatchObject({ valid: false, ready: true, live: true });
    const again = dropper.query('DROP INDEX CONCURRENTLY theirs').catch((error: Error) => error);
    await poll(
      async () => (await database.sql('SELECT FROM pg_locks WHERE pid = $1 AND NOT granted', [backend])).length > 0,
    );
    const second = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    await first.release();
    await poll(async () => (await theirs())?.live === false);
    await database.sql('SELECT pg_cancel_backend($1)', [backend]);
    expect(await again).toMatchObject({ code: '57014' });
    expect(await theirs()).toMatchObject({ valid: false, ready: false, live: false });
    await second.release();
    // An old snapshot that has not used the table is waited for by a build, and not by a drop.
    const old = await idleInTransaction(database);
    await dropper.query('DROP INDEX CONCURRENTLY theirs');
    expect(await theirs()).toBeUndefined();
    await old.release();
    await dropper.end();
  });
});
