import { describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import {
  invalidIndexes,
  type RunSetup,
  resumeRun,
  rollbackRun,
  sessionsOf,
  startRun,
  type TestRun,
} from '../../support/run.ts';
import { type ServerVersion, versions } from '../../support/server.ts';
import { makeTables } from '../../support/two-tables.ts';
import { createRole } from '../catalog/support.ts';

const TABLES = ['courses', 'dishes', 'users'];

/** An old index with everything that CREATE INDEX alone does not bring back, and others. */
const prepared = async (version: ServerVersion): Promise<TestDatabase> => {
  const database = await createDatabase(version, { mayLeaveSessions: true });
  await makeTables(database, { tables: TABLES });
  for (const sql of [
    'CREATE UNIQUE INDEX old_dishes ON dishes (lower(name) DESC, id) INCLUDE (name) WITH (fillfactor = 70) WHERE id > 0',
    "COMMENT ON INDEX old_dishes IS 'it''s the kitchen''s'",
    'ALTER INDEX old_dishes ALTER COLUMN 1 SET STATISTICS 321',
    'CREATE INDEX old_courses ON courses (name)',
    'ALTER TABLE courses CLUSTER ON old_courses',
    'CREATE INDEX "Old Users" ON users (name)',
    'CREATE EXTENSION pg_trgm',
    'CREATE EXTENSION btree_gist',
    'ALTER INDEX old_dishes DEPENDS ON EXTENSION pg_trgm',
    'ALTER INDEX old_dishes DEPENDS ON EXTENSION btree_gist',
    // The index follows, and the one that a superuser builds in its place belongs to the table's owner again.
    `ALTER TABLE users OWNER TO ${(await createRole(database)).user}`,
  ])
    await database.sql(sql);
  return database;
};

interface Listed {
  name: string;
  valid: boolean;
  definition: string;
  comment: string | null;
  clustered: boolean;
  targets: string;
}

/** Every index as it is, apart from its OID. */
const indexesOf = (database: TestDatabase): Promise<Listed[]> =>
  database.sql(
    `SELECT relname AS name, indisvalid AS valid, pg_get_indexdef(c.oid) AS definition, indisclustered AS clustered,
            obj_description(c.oid, 'pg_class') AS comment, pg_get_userbyid(relowner) AS owner,
            ARRAY(SELECT extname::text FROM pg_depend JOIN pg_extension e ON e.oid = refobjid
                  WHERE objid = c.oid AND deptype = 'x' ORDER BY extname) AS extensions, reltablespace::int AS tablespace,
            (SELECT string_agg(attnum || '=' || coalesce(attstattarget, -1), ',' ORDER BY attnum)
             FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0) AS targets
     FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE nspname = 'public' ORDER BY relname`,
  );

const names = async (database: TestDatabase): Promise<string[]> =>
  (await indexesOf(database)).map(({ name }) => name).filter((name) => !name.endsWith('_pkey'));

const start = (database: TestDatabase, sql: string, { plan, ...setup }: RunSetup = {}): Promise<TestRun> =>
  startRun(database, sql, { plan: { allowDrops: true, ...plan }, ...setup });

/** Says yes to all that the survey shows. */
const confirm = async (run: TestRun): Promise<void> => {
  await run.until((state) => state.survey !== null);
  expect(await run.command({ type: 'roll-back', oids: [], all: true, confirm: run.database.name })).toMatchObject({
    ok: true,
  });
};

const expectClean = async (run: TestRun): Promise<void> => {
  expect(await invalidIndexes(run.database)).toEqual([]);
  expect(await sessionsOf(run.database)).toEqual([]);
};

const expectAsBefore = async (back: TestRun, before: Listed[]): Promise<void> => {
  expect(back.state().outcome).toMatchObject({ status: 0 });
  expect(back.state().rollback).toMatchObject({ left: [], differences: { added: [], missing: [], changed: [] } });
  expect(back.state()).toMatchObject({ created: [], removed: [] });
  expect(await indexesOf(back.database)).toEqual(before);
  await expectClean(back);
};

const REPLACING = `
-- SECTION 1: OLD ONES
CREATE INDEX CONCURRENTLY new_dishes ON dishes (name, id);
DROP INDEX CONCURRENTLY IF EXISTS old_dishes, not_there;
-- SECTION 2: REPLACED
DROP INDEX CONCURRENTLY old_courses;
CREATE INDEX CONCURRENTLY old_courses ON courses (name, id);
DROP INDEX CONCURRENTLY public."Old Users";
`;

const onlyDrop = 'DROP INDEX CONCURRENTLY old_courses;';

const finding = (run: TestRun, code: string) => run.state().preflight?.findings.find((each) => each.code === code);

/** A run whose drop waits for a writer. */
const held = async (database: TestDatabase, sql = onlyDrop) => {
  const lock = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
  const run = await start(database, sql);
  await run.go();
  await run.until(() => run.of('drop.started').some(({ name }) => name === 'old_courses'));
  // From its first moment on the index is not valid.
  await poll(async () => (await invalidIndexes(database)).length === 1);
  return { run, lock };
};

describe.each(versions)('drops of the plan on PostgreSQL %i', (version) => {
  it('are shown, recorded with their definition, verified, and built again by a rollback', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const run = await start(database, REPLACING);
    await run.until((state) => state.phase === 'ready');
    const shown = run.state().preflight?.findings.filter(({ code }) => code === 'planned-drop') ?? [];
    expect(shown.map(({ index }) => index)).toEqual(['old_dishes', 'old_courses', 'Old Users']);
    expect(shown[0]?.what).toContain(
      'CREATE UNIQUE INDEX old_dishes ON public.dishes USING btree (lower(name) DESC, id)',
    );
    expect(finding(run, 'drop-absent')?.index).toBe('not_there');
    // What stands in the place of the new old_courses goes before it is built: it is nothing to wonder at.
    expect(finding(run, 'index-different')).toBeUndefined();
    await run.go();
    expect((await run.end()).outcome).toEqual({
      status: 0,
      reason: '2 indexes built, 3 dropped, all verified',
      leftToDo: [],
    });
    expect(await names(database)).toEqual(['new_dishes', 'old_courses']);
    const [intent] = run.of('drop.started');
    expect(intent).toMatchObject({ name: 'old_dishes', why: 'planned' });
    expect(intent?.record).toMatchObject({
      comment: "it's the kitchen's",
      statistics: [{ column: 1, target: 321 }],
      valid: true,
      definition: before.find(({ name }) => name === 'old_dishes')?.definition,
    });
    expect(run.state().verify?.results.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    const back = await rollbackRun(run);
    await back.until((state) => state.survey !== null);
    expect(back.state().survey?.indexes.map(({ name, rebuild, kept }) => [name, rebuild !== undefined, kept])).toEqual([
      ['new_dishes', false, null],
      ['old_dishes', true, null],
      ['old_courses', true, null],
      ['old_courses', false, null],
      ['Old Users', true, null],
    ]);
    await confirm(back);
    await back.end();
    await expectAsBefore(back, before);
    // On one table in the order of the plan turned round: never without an index, and never two of one name.
    const order = back
      .events()
      .flatMap((event) => {
        if (event.type === 'build.started') return [`+${event.name}`];
        return event.type === 'drop.started' ? [`-${event.name}`] : [];
      })
      .filter((each) => !each.includes('Users'));
    expect(order.indexOf('+old_dishes')).toBeLessThan(order.indexOf('-new_dishes'));
    expect(order.indexOf('-old_courses')).toBeLessThan(order.indexOf('+old_courses'));
  });

  it('after a kill -9 in the middle the drop is gone on with, and nothing invalid is left', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const { run, lock } = await held(database);
    await run.kill();
    // The orphan is ended with its connection, or goes on: both are found out.
    const again = await resumeRun(run);
    await again.until((state) => state.phase === 'ready');
    expect(finding(again, 'resumed-drop')?.what).toContain('still stands');
    await again.go();
    await lock.release();
    expect((await again.end()).outcome).toMatchObject({ status: 0 });
    expect(await names(database)).toEqual(['Old Users', 'old_dishes']);
    await expectClean(again);
    const back = await rollbackRun(again);
    await confirm(back);
    await back.end();
    await expectAsBefore(back, before);
  });

  it('a drop that is cancelled in the middle is tried again until it is done', async () => {
    const database = await prepared(version);
    const { run, lock } = await held(database);
    await database.sql('SELECT pg_cancel_backend($1)', [run.of('drop.started')[0]?.pid]);
    await run.until(() => run.of('drop.failed').length === 1);
    expect(run.of('drop.failed')[0]).toMatchObject({ standing: 'invalid', error: { sqlstate: '57014' } });
    await lock.release();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
    expect(await names(database)).toEqual(['Old Users', 'old_dishes']);
    await expectClean(run);
  });

  it('an abort while it waits ends with 5 and says how to go on, and resume ends it', async () => {
    const database = await prepared(version);
    const { run, lock } = await held(database);
    await run.kill();
    const back = await rollbackRun(run);
    await back.until((state) => state.survey !== null);
    expect(back.state().survey?.unfinished).toMatchObject([{ work: 'drop', name: 'drop old_courses' }]);
    await back.command({ type: 'abort' });
    const state = await back.end();
    expect(state.outcome).toMatchObject({
      status: 5,
      leftToDo: [expect.stringContaining('may be half dropped, and serves no query then: indexdeck resume')],
    });
    const again = await resumeRun(back);
    await again.go();
    await lock.release();
    expect((await again.end()).outcome).toMatchObject({ status: 0 });
    await expectClean(again);
  });

  it('a rollback that is killed while it builds one again goes on with that', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const run = await start(database, onlyDrop);
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
    const lock = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
    const back = await rollbackRun(run);
    await confirm(back);
    await back.until((state) => state.steps[0]?.status === 'building' && state.steps[0].oid !== null);
    await back.kill();
    const again = await rollbackRun(back);
    await again.until((state) => state.survey !== null);
    await confirm(again);
    await lock.release();
    await again.end();
    await expectAsBefore(again, before);
  });

  it('what backs a constraint, belongs to a partitioned table, or identifies rows blocks', async () => {
    const database = await prepared(version);
    for (const sql of [
      'CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id)',
      'CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)',
      'CREATE INDEX p_id ON p (id)',
      'CREATE UNIQUE INDEX dishes_id ON dishes (id)',
      'ALTER TABLE dishes REPLICA IDENTITY USING INDEX dishes_id',
    ])
      await database.sql(sql);
    const before = await indexesOf(database);
    const all = ['courses_pkey', 'p1_id_idx', 'p_id', 'dishes_id', 'courses', 'nowhere'];
    const run = await start(database, all.map((name) => `DROP INDEX CONCURRENTLY ${name};`).join('\n'));
    expect((await run.end()).outcome?.status).toBe(3);
    const blocks = run.state().preflight?.findings.filter(({ level }) => level === 'blocks') ?? [];
    expect(blocks.map(({ what }) => what)).toEqual([
      'courses_pkey cannot be dropped: the constraint courses_pkey depends on it.',
      'p1_id_idx cannot be dropped: it is attached to an index of a partitioned table.',
      'p_id cannot be dropped: it is the index of a partitioned table, which cannot be dropped concurrently.',
      'dishes_id cannot be dropped: it is the replica identity of its table.',
      'courses is a table, not an index.',
      'There is no index nowhere to be dropped.',
    ]);
    expect(await indexesOf(database)).toEqual(before);
  });

  it('another index of the same name than the one that was shown is not touched', async () => {
    const database = await prepared(version);
    const run = await start(database, onlyDrop, { options: { onError: 'skip' } });
    await run.until((state) => state.phase === 'ready');
    await database.sql('DROP INDEX old_courses');
    await database.sql('CREATE INDEX old_courses ON courses (id, name)');
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 1 });
    expect(run.state().steps[0]?.error?.message).toContain('it is not the index that was shown before the go');
    expect(await names(database)).toContain('old_courses');
  });

  it('is not done when what is built before it on its table has failed', async () => {
    const database = await prepared(version);
    const sql = `CREATE UNIQUE INDEX CONCURRENTLY new_courses ON courses (name);\n${onlyDrop}`;
    const run = await start(database, sql, { options: { onError: 'skip' } });
    await run.until((state) => state.phase === 'ready');
    await database.sql("INSERT INTO courses VALUES (-1, 'name 1')");
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 1 });
    expect(run.step('old_courses').error?.message).toContain('new_courses, which stands before it');
    expect(await names(database)).toContain('old_courses');
    await expectClean(run);
  });

  it('one that is not valid is dropped, and a rollback does not build it again', async () => {
    const database = await prepared(version);
    await database.sql("INSERT INTO courses VALUES (-1, 'name 1')");
    await database.sql('CREATE UNIQUE INDEX CONCURRENTLY broken ON courses (name)').catch(() => undefined);
    expect(await invalidIndexes(database)).toEqual(['broken']);
    const run = await start(database, 'DROP INDEX CONCURRENTLY broken;');
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
    const back = await rollbackRun(run);
    await confirm(back);
    const state = await back.end();
    expect(state.outcome?.status).toBe(1);
    expect(state.rollback?.left.map(({ why }) => why)).toEqual([
      'it was not valid when it was dropped: it is not built again',
    ]);
    expect(await names(database)).not.toContain('broken');
  });
});
