import { describe, expect, it, onTestFinished } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { heldRename } from '../../support/held-back.ts';
import { holdLock } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, resumeRun, rollbackRun, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { type ServerVersion, versions } from '../../support/server.ts';
import { makeTables } from '../../support/two-tables.ts';

const prepared = async (version: ServerVersion): Promise<TestDatabase> => {
  const database = await createDatabase(version, { mayLeaveSessions: true });
  await makeTables(database);
  await database.sql('CREATE INDEX idx_dishes ON dishes (name)');
  await database.sql("COMMENT ON INDEX idx_dishes IS 'the old one'");
  return database;
};

const PLAN = `
DROP INDEX CONCURRENTLY idx_dishes;
CREATE INDEX CONCURRENTLY idx_dishes ON dishes (name, id);
COMMENT ON INDEX idx_dishes IS 'the new one';
`;

interface Listed {
  name: string;
  definition: string;
  comment: string | null;
}

const indexesOf = (database: TestDatabase): Promise<Listed[]> =>
  database.sql(
    `SELECT relname AS name, pg_get_indexdef(c.oid) AS definition, obj_description(c.oid, 'pg_class') AS comment
     FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = 'dishes'::regclass AND indisvalid
     ORDER BY relname`,
  );

const start = (database: TestDatabase): Promise<TestRun> =>
  startRun(database, PLAN, { plan: { allowDrops: true, safeReplace: true } });

/** Counts the moments at which no valid index on the name was there, until the test ends. */
const gaps = (database: TestDatabase) => {
  let over = false;
  let seen = 0;
  let without = 0;
  const watching = (async () => {
    const client = await database.connect({ application_name: 'gap-watcher' });
    while (!over) {
      const { rows } = await client.query(
        `SELECT count(*)::int AS n FROM pg_index WHERE indrelid = 'dishes'::regclass AND indisvalid AND NOT indisprimary`,
      );
      seen += 1;
      if (rows[0].n === 0) without += 1;
    }
    await client.end();
  })();
  const end = async () => {
    over = true;
    await watching;
    return { seen, without };
  };
  onTestFinished(async () => void (await end()));
  return end;
};

const expectReplaced = async (run: TestRun): Promise<void> => {
  expect(run.state().outcome).toMatchObject({ status: 0 });
  expect(await indexesOf(run.database)).toMatchObject([
    { name: 'dishes_pkey' },
    {
      name: 'idx_dishes',
      definition: 'CREATE INDEX idx_dishes ON public.dishes USING btree (name, id)',
      comment: 'the new one',
    },
  ]);
  expect(run.state().created).toMatchObject([{ name: 'idx_dishes' }]);
  expect(await invalidIndexes(run.database)).toEqual([]);
  expect(await sessionsOf(run.database)).toEqual([]);
};

const rolledBack = async (run: TestRun, before: Listed[]): Promise<TestRun> => {
  const back = await rollbackRun(run);
  await back.until((state) => state.survey !== null);
  for (const { kept } of back.state().survey?.indexes ?? []) expect(kept).toBeNull();
  const confirm = run.database.name;
  expect(await back.command({ type: 'roll-back', oids: [], all: true, confirm })).toMatchObject({ ok: true });
  await back.end();
  expect(back.state().outcome).toMatchObject({ status: 0 });
  expect(back.state().rollback).toMatchObject({ left: [], differences: { added: [], missing: [], changed: [] } });
  expect(await indexesOf(run.database)).toEqual(before);
  expect(await sessionsOf(run.database)).toEqual([]);
  return back;
};

describe.each(versions)('a replacement in the safe order on PostgreSQL %i', (version) => {
  it('is built under a passing name, then the old one goes, then it is renamed; and all of it back', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const run = await start(database);
    const passing = run.config.start.kind === 'new' ? run.config.start.plan.sections[0]?.steps[0] : undefined;
    expect(passing).toMatchObject({ kind: 'create-index', replaces: 'idx_dishes' });
    await run.until((state) => state.phase === 'ready');
    const end = gaps(database);
    await run.go();
    await run.end();
    await expectReplaced(run);
    expect(run.of('statement.started')[0]?.sql).toMatch(
      /^ALTER INDEX public\.idx_dishes_new_[0-9a-f]{6} RENAME TO idx_dishes$/,
    );
    const back = await rolledBack(run, before);
    const { seen, without } = await end();
    expect(seen).toBeGreaterThan(10);
    expect(without).toBe(0);
    const order = back.events().flatMap((event) => {
      if (event.type === 'statement.started') return [event.sql.replace(/_new_\w+/g, '_new')];
      if (event.type === 'build.started') return [`+${event.name}`];
      return event.type === 'drop.started' && event.why === 'rollback' ? [event.name.replace(/_new_\w+/, '_new')] : [];
    });
    expect(order.slice(-3)).toEqual([
      'ALTER INDEX public.idx_dishes RENAME TO idx_dishes_new',
      '+idx_dishes',
      'idx_dishes_new',
    ]);
  });

  it('killed while it drops the old one, it is gone on with', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const run = await start(database);
    await run.until((state) => state.phase === 'ready');
    // It keeps a drop on this table waiting and a build not: it only reads.
    const reader = await holdLock(database, 'dishes', 'ACCESS SHARE');
    await run.go();
    await run.until(() => run.of('drop.started').length === 1);
    await poll(async () => (await invalidIndexes(database)).length === 1);
    await run.kill();
    const again = await resumeRun(run);
    await again.go();
    await reader.release();
    await again.end();
    await expectReplaced(again);
    await rolledBack(again, before);
  });

  it('a rename that has to wait gives up and is tried again; killed there, another engine finds out what became of it', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const run = await start(database);
    await run.until((state) => state.phase === 'ready');
    const passing = await heldRename(database, run);
    await run.until(() => run.of('statement.failed').length > 0);
    expect(run.of('statement.failed')[0]).toMatchObject({ error: { sqlstate: '55P03' } });
    expect(run.of('statement.failed')[0]?.retryAt).not.toBeNull();
    await run.until(() => run.of('statement.started').length > 1);
    await run.kill();
    await passing.release();
    await poll(async () => (await sessionsOf(database)).length === 0);
    // As the engine that is gone would have done it in its last moment.
    if ((await indexesOf(database)).some(({ name }) => name === passing.name))
      await database.sql(`ALTER INDEX ${passing.name} RENAME TO idx_dishes`);
    const again = await resumeRun(run);
    await again.go();
    await again.end();
    await expectReplaced(again);
    expect(again.of('step.lost')).toEqual([]);
    await rolledBack(again, before);
  });

  it('rolled back with the rename in doubt', async () => {
    const database = await prepared(version);
    const before = await indexesOf(database);
    const run = await start(database);
    await run.until((state) => state.phase === 'ready');
    const passing = await heldRename(database, run);
    await run.until((state) => state.steps[2]?.status === 'running');
    await run.kill();
    await passing.release();
    await poll(async () => (await sessionsOf(database)).length === 0);
    if ((await indexesOf(database)).some(({ name }) => name === passing.name))
      await database.sql(`ALTER INDEX ${passing.name} RENAME TO idx_dishes`);
    await rolledBack(run, before);
  });

  it('what could not be built leaves the old one as it is', async () => {
    const database = await prepared(version);
    const sql = PLAN.replace(
      'CREATE INDEX CONCURRENTLY idx_dishes ON dishes (name, id)',
      'CREATE UNIQUE INDEX CONCURRENTLY idx_dishes ON dishes (name)',
    );
    const run = await startRun(database, sql, {
      plan: { allowDrops: true, safeReplace: true },
      options: { onError: 'skip' },
    });
    await run.until((state) => state.phase === 'ready');
    await database.sql("INSERT INTO dishes VALUES (-1, 'name 1')");
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 1 });
    expect(await indexesOf(database)).toMatchObject([
      { name: 'dishes_pkey' },
      // Not that of the index which is not there.
      { name: 'idx_dishes', comment: 'the old one' },
    ]);
    expect(run.of('index.skipped')).toMatchObject([{ step: 3, name: 'comment on idx_dishes', reason: 'unmade' }]);
    expect(run.state().steps[1]?.error?.message).toContain('which is to take its place, is not built by this run');
    expect(await invalidIndexes(database)).toEqual([]);
  });
});
