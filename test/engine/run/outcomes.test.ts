import { describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, sessionsOf, startRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';

const withTables = async (database: TestDatabase, rows = 2_000): Promise<void> => {
  await database.sql('CREATE TABLE dishes (id int PRIMARY KEY, name text, price numeric)');
  await database.sql(`INSERT INTO dishes SELECT n, 'dish ' || n, n FROM generate_series(1, ${rows}) n`);
  await database.sql('CREATE TABLE courses (id int PRIMARY KEY, name text)');
  await database.sql(`INSERT INTO courses SELECT n, 'course ' || n % 7 FROM generate_series(1, ${rows}) n`);
};

const two = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_dishes_name ON dishes (name);
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_courses_name ON courses (name);
`;

const makeInvalid = async (database: TestDatabase, table: string, name: string, column: string): Promise<void> => {
  await database
    .sql(`INSERT INTO ${table} SELECT id + 1000000, ${column} FROM ${table} LIMIT 1`)
    .catch(() => undefined);
  await database.sql(`CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table} (${column})`).catch(() => undefined);
  expect(await invalidIndexes(database)).toEqual([name]);
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  it('builds, verifies, leaves no session and no lock, and ends with 0', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    const run = await startRun(database, `${two}\nSELECT count(*) AS dishes FROM dishes;`);
    await run.go();
    const state = await run.end();
    expect(state.outcome).toMatchObject({ status: 0 });
    expect(state.verify?.results.every((result) => result.ok && (result.bytes ?? 0) > 0)).toBe(true);
    expect(run.of('validation.finished')).toMatchObject([{ ok: true, columns: ['dishes'], rows: [['2000']] }]);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(await sessionsOf(database)).toEqual([]);
    expect(
      await database.sql(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      ),
    ).toEqual([]);
    const seqs = run.events().map((event) => event.seq);
    expect(seqs).toEqual(seqs.map((_, n) => n + 1));
  });

  it('a second run skips what is there, and says so', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    await database.sql('CREATE INDEX idx_dishes_name ON dishes USING btree (name)');
    const run = await startRun(database, two);
    await run.go();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(run.of('index.skipped')).toMatchObject([{ name: 'idx_dishes_name', reason: 'equal' }]);
    expect(run.of('build.started').map((event) => event.name)).toEqual(['idx_courses_name']);
  });

  it('an invalid leftover is not touched without the operator’s word', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    await makeInvalid(database, 'courses', 'idx_courses_name', 'name');
    const [before] = await database.sql("SELECT 'idx_courses_name'::regclass::oid AS oid");
    const run = await startRun(database, two, { options: { onError: 'skip' } });
    await run.go();
    expect((await run.end()).outcome?.status).toBe(1);
    expect(run.step('idx_courses_name')).toMatchObject({ status: 'failed' });
    expect(await database.sql("SELECT 'idx_courses_name'::regclass::oid AS oid")).toEqual([before]);
  });

  it('an invalid leftover that the operator agreed to is dropped concurrently and rebuilt', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    await makeInvalid(database, 'courses', 'idx_courses_name', 'name');
    const run = await startRun(database, two, { options: { replaceInvalid: true } });
    await run.go();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(run.of('drop.started')).toMatchObject([{ name: 'idx_courses_name', why: 'agreed-leftover' }]);
    expect(await invalidIndexes(database)).toEqual([]);
    const sent = (await database.statementLog()).filter(({ text }) => text.startsWith('DROP INDEX'));
    expect(sent.map(({ text }) => text)).toEqual(['DROP INDEX CONCURRENTLY public.idx_courses_name']);
  });

  it('an index of the same name with another definition pauses the run, and S leaves it out', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    await database.sql('CREATE INDEX idx_dishes_name ON dishes (price)');
    const run = await startRun(database, two);
    await run.go();
    await run.until((state) => state.pauses.some((pause) => pause.cause === 'error'));
    expect(run.step('idx_dishes_name').error?.message).toMatch(/another definition.*price/);
    expect((await run.command({ type: 'skip', step: 0 })).ok).toBe(true);
    expect((await run.end()).outcome?.status).toBe(1);
    expect(run.step('idx_courses_name').status).toBe('done');
  });

  it('a unique violation drops its own leftover, keeps the server’s words, and follows --on-error', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    const plan = 'CREATE UNIQUE INDEX CONCURRENTLY idx_courses_unique ON courses (name);';
    const run = await startRun(database, plan, {
      options: { onError: 'abort', uniqueCheck: { upTo: 0, asked: true, examples: false } },
    });
    await run.go();
    expect((await run.end()).outcome?.status).toBe(4);
    const [failed] = run.of('build.failed');
    expect(failed?.error.sqlstate).toBe('23505');
    expect(failed?.error.detail).toMatch(/Key \(name\)=\(course \d\) is duplicated/);
    expect(failed?.leftover).toMatchObject({ ours: true, name: 'idx_courses_unique' });
    expect(run.of('index.dropped')).toMatchObject([{ name: 'idx_courses_unique' }]);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(await database.sql("SELECT to_regclass('idx_courses_unique') AS there")).toEqual([{ there: null }]);
  });

  it('an error in the very first scan of a tiny table is cleaned up as well', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE tiny (a int)');
    await database.sql('INSERT INTO tiny VALUES (0)');
    const run = await startRun(database, 'CREATE INDEX CONCURRENTLY idx_tiny ON tiny ((1 / a));', {
      options: { onError: 'skip' },
    });
    await run.go();
    expect((await run.end()).outcome?.status).toBe(1);
    expect(run.of('build.failed')).toMatchObject([{ error: { sqlstate: '22012' }, leftover: { ours: true } }]);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  it('a deadlock is tried again after its leftover is dropped', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, 'CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);');
    await run.go();
    // Almost done: it waits for the old snapshot. A second build on the table waits for the first, with a snapshot of
    // its own, which the first has to wait for in turn.
    await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
    const other = await database.connect();
    const second = other.query('CREATE INDEX CONCURRENTLY idx_other ON dishes (price)').catch(() => undefined);
    await forgotten.release();
    await second;
    await other.end();
    const state = await run.end();
    expect(state.outcome?.status).toBe(0);
    const failures = run.of('build.failed');
    // Which of the two dies is the server's choice; ours is right in the end either way.
    for (const failure of failures) expect(failure).toMatchObject({ error: { sqlstate: '40P01' } });
    expect(await invalidIndexes(database).then((names) => names.filter((name) => name !== 'idx_other'))).toEqual([]);
  });

  it('defaults of the role that would kill a build do not: lock_timeout and statement_timeout', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    await database.sql(`CREATE ROLE hasty_${database.name} LOGIN SUPERUSER PASSWORD 'p'`);
    try {
      await database.sql(`ALTER ROLE hasty_${database.name} SET lock_timeout = '100ms'`);
      await database.sql(`ALTER ROLE hasty_${database.name} SET statement_timeout = '400ms'`);
      const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
      const run = await startRun(database, two, { connection: { user: `hasty_${database.name}`, password: 'p' } });
      await run.go();
      const sample = await poll(() => {
        const build = run.client.view().sample?.builds[0];
        return build?.waiting && build.phaseS >= 1.5 ? build : null;
      });
      expect(sample.phase).toBe('waiting for writers before build');
      expect(sample.blockers.map((blocker) => blocker.pid)).toEqual([writer.pid]);
      await writer.release();
      expect((await run.end()).outcome?.status).toBe(0);
      expect(run.of('build.failed')).toEqual([]);
    } finally {
      // Its ledger.
      await database.sql(`DROP OWNED BY hasty_${database.name}`);
      await database.sql(`DROP ROLE hasty_${database.name}`);
    }
  });

  it('a build that somebody else cancels is not tried again by itself', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const run = await startRun(database, two, { options: { onError: 'pause' } });
    await run.go();
    const state = await run.until((now) => now.steps[0]?.oid);
    await database.sql('SELECT pg_cancel_backend($1)', [state.steps[0]?.backend?.pid]);
    await run
      .until((now) => now.pauses.some((pause) => pause.cause === 'error') && now.steps[0]?.status === 'failed', 5_000)
      .catch(() => undefined);
    await writer.release();
    await run.until((now) => now.steps[0]?.status === 'failed' && now.steps[0].leftover === null);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(run.of('build.failed')).toMatchObject([{ error: { sqlstate: '57014' }, retryAt: null }]);
    expect((await run.command({ type: 'retry', step: 0 })).ok).toBe(true);
    expect((await run.end()).outcome?.status).toBe(0);
  });

  it('a builder’s backend that is terminated: its build is looked up, cleaned and tried again', async () => {
    const database = await createDatabase(version);
    await withTables(database);
    const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const run = await startRun(database, two);
    await run.go();
    const state = await run.until((now) => now.steps[0]?.oid);
    await database.sql('SELECT pg_terminate_backend($1)', [state.steps[0]?.backend?.pid]);
    await run.until(() => run.of('build.lost').length > 0);
    await writer.release();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(run.of('connection.restored').length).toBeGreaterThan(0);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(run.of('build.started').filter((event) => event.name === 'idx_dishes_name')).toHaveLength(2);
  });
});

it('an index in the tablespace that --set names is as planned: verified, and not built again', async () => {
  const database = await createDatabase(18);
  await withTables(database);
  const space = `space_${database.name}`;
  const client = await database.connect();
  await client.query('SET allow_in_place_tablespaces = on');
  await client.query(`CREATE TABLESPACE ${space} LOCATION ''`);
  const options = { settings: { default_tablespace: space } };
  const first = await startRun(database, two, { options });
  await first.go();
  expect((await first.end()).outcome).toMatchObject({ status: 0 });
  const second = await startRun(database, two, { options });
  await second.go();
  const state = await second.end();
  expect(state.steps.map(({ status }) => status)).toEqual(['equal', 'equal']);
  expect(state.outcome).toMatchObject({ status: 0 });
  await client.query('DROP INDEX idx_dishes_name, idx_courses_name');
  await client.query(`DROP TABLESPACE ${space}`);
  await client.end();
});
