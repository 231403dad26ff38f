import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJournal } from '../../../src/client/index.ts';
import { launchEngine } from '../../../src/engine/launch.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, resumeRun, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';

const plan = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
ANALYZE dishes;
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
`;

const prepared = async (version: 15 | 18): Promise<TestDatabase> => {
  const database = await createDatabase(version, { mayLeaveSessions: true });
  for (const table of ['dishes', 'courses']) {
    await database.sql(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`);
    await database.sql(`INSERT INTO ${table} SELECT n, 'name ' || n FROM generate_series(1, 1000) n`);
  }
  return database;
};

const NAMES = ['idx_courses_name', 'idx_dishes_name'];

const planned = async (database: TestDatabase): Promise<{ name: string; oid: number; valid: boolean }[]> =>
  database.sql(
    `SELECT relname AS name, c.oid::int AS oid, indisvalid AS valid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
     WHERE relname = ANY ($1) ORDER BY relname`,
    [NAMES],
  );

/** A run whose engine was killed while its first index waited for a forgotten transaction. */
const killedInABuild = async (version: 15 | 18) => {
  const database = await prepared(version);
  const forgotten = await idleInTransaction(database);
  const run = await startRun(database, plan);
  await run.go();
  await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
  await run.kill();
  return { database, forgotten, run };
};

const buildersOf = (database: TestDatabase): Promise<{ pid: number }[]> =>
  database.sql(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'indexdeck builder%'
       AND state = 'active'`,
  );

/** The events of both engines are one history without gaps, and give one state. */
const expectWhole = (run: TestRun): void => {
  const text = readFileSync(join(run.dir, 'journal.jsonl'), 'utf8');
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).seq)).toEqual(lines.map((_, at) => at + 1));
  expect(run.events()).toEqual(lines.map((line) => JSON.parse(line)));
};

const expectAllThere = async (run: TestRun): Promise<void> => {
  expect(run.state().outcome).toMatchObject({ status: 0 });
  expect((await planned(run.database)).map(({ name, valid }) => ({ name, valid }))).toEqual(
    NAMES.map((name) => ({ name, valid: true })),
  );
  // What a rollback would drop is what stands there.
  expect(
    run
      .state()
      .created.map(({ oid }) => oid)
      .sort(),
  ).toEqual((await planned(run.database)).map(({ oid }) => oid).sort());
  expect(await invalidIndexes(run.database)).toEqual([]);
  expect(await sessionsOf(run.database)).toEqual([]);
  expectWhole(run);
};

const codes = (run: TestRun): string[] =>
  run
    .of('preflight.finished')
    .at(-1)
    ?.findings.map(({ code }) => code) ?? [];

describe.each(versions)('a run whose engine was killed, on PostgreSQL %i', (version) => {
  it('adopts the backend that builds on: says so, shows its progress, waits, and counts the index as built', async () => {
    const { database, forgotten, run } = await killedInABuild(version);
    const [before] = await planned(database);
    const again = await resumeRun(run);
    await again.until((state) => state.phase === 'ready');
    expect(codes(again)).toContain('resumed-building');
    await again.go();
    await poll(() => again.client.view().sample?.builds.some((build) => build.phase === 'waiting for old snapshots'));
    expect(await buildersOf(database)).toHaveLength(1);
    await forgotten.release();
    await again.end();
    expect(again.of('build.started').filter(({ step }) => step === 0)).toHaveLength(1);
    // Nobody saw how long it took.
    expect(again.of('build.finished').find(({ step }) => step === 0)).toMatchObject({ unwatched: true });
    expect((await planned(database)).find(({ name }) => name === 'idx_dishes_name')?.oid).toBe(before?.oid);
    await expectAllThere(again);
  });

  it('ends that backend instead on the operator’s word, drops what it left, and builds anew', async () => {
    const { database, forgotten, run } = await killedInABuild(version);
    const again = await resumeRun(run, { endOrphans: true });
    await again.go();
    await again.until(() => again.of('build.cancelled').length > 0);
    expect(again.of('build.cancelled')[0]).toMatchObject({ step: 0, leftover: { ours: true } });
    await again.until(() => again.of('index.dropped').length > 0);
    await forgotten.release();
    await again.end();
    expect(again.of('build.started').filter(({ step }) => step === 0).length).toBeGreaterThan(1);
    await expectAllThere(again);
    expect(database.name).toBe(again.state().database.database);
  });

  it('drops an invalid index that its own build left, known by its OID', async () => {
    const { database, forgotten, run } = await killedInABuild(version);
    for (const { pid } of await buildersOf(database)) await database.sql('SELECT pg_terminate_backend($1)', [pid]);
    await poll(async () => (await buildersOf(database)).length === 0);
    await forgotten.release();
    expect(await invalidIndexes(database)).toEqual(['idx_dishes_name']);
    const again = await resumeRun(run);
    await again.until((state) => state.phase === 'ready');
    expect(codes(again)).toContain('resumed-invalid');
    await again.go();
    await again.end();
    expect(again.of('drop.started').map(({ why }) => why)).toEqual(['failed-build']);
    await expectAllThere(again);
  });

  it('builds again what its own build left nothing of', async () => {
    const { database, forgotten, run } = await killedInABuild(version);
    for (const { pid } of await buildersOf(database)) await database.sql('SELECT pg_terminate_backend($1)', [pid]);
    await poll(async () => (await buildersOf(database)).length === 0);
    await forgotten.release();
    await database.sql('DROP INDEX idx_dishes_name');
    const again = await resumeRun(run);
    await again.until((state) => state.phase === 'ready');
    expect(codes(again)).toContain('resumed-absent');
    await again.go();
    await again.end();
    expect(again.of('drop.started')).toEqual([]);
    await expectAllThere(again);
  });

  it('never drops what somebody else made there meanwhile', async () => {
    const { database, forgotten, run } = await killedInABuild(version);
    for (const { pid } of await buildersOf(database)) await database.sql('SELECT pg_terminate_backend($1)', [pid]);
    await poll(async () => (await buildersOf(database)).length === 0);
    await forgotten.release();
    await database.sql('DROP INDEX idx_dishes_name');
    await database.sql('CREATE INDEX idx_dishes_name ON dishes (id)');
    const [theirs] = await database.sql("SELECT 'idx_dishes_name'::regclass::oid::int AS oid");
    const again = await resumeRun(run, { options: { onError: 'skip' } });
    await again.go();
    expect((await again.end()).outcome?.status).toBe(1);
    expect((await planned(database)).find(({ name }) => name === 'idx_dishes_name')?.oid).toBe(theirs.oid);
    expect(again.of('drop.started')).toEqual([]);
    expectWhole(again);
  });

  it('builds again what was built and is gone, and leaves what is there', async () => {
    const database = await prepared(version);
    const lock = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[2]?.status === 'building' && state.steps[2].phase !== null);
    await run.kill();
    await database.sql('DROP INDEX idx_dishes_name');
    const again = await resumeRun(run);
    await again.until((state) => state.phase === 'ready');
    expect(codes(again)).toEqual(expect.arrayContaining(['resumed-gone', 'resumed-building']));
    // They follow on the findings.
    await again.until(() => again.of('step.lost').length >= 2);
    expect(again.of('step.lost').map(({ step }) => step)).toEqual([0, 1]);
    await lock.release();
    await again.go();
    await again.end();
    await expectAllThere(again);
  });

  it('lost between the intent and the server’s first word: the intent proves what stands there', async () => {
    const { database, forgotten, run } = await killedInABuild(version);
    // As if it had been killed a moment earlier: the OID never got into journal and ledger.
    const lines = readFileSync(join(run.dir, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
    const intent = lines.findIndex((line) => JSON.parse(line).type === 'build.started');
    writeFileSync(join(run.dir, 'journal.jsonl'), `${lines.slice(0, intent + 1).join('\n')}\n`);
    await database.sql('DELETE FROM indexdeck.events WHERE seq > $1', [intent + 1]);
    for (const { pid } of await buildersOf(database)) await database.sql('SELECT pg_terminate_backend($1)', [pid]);
    await poll(async () => (await buildersOf(database)).length === 0);
    await forgotten.release();
    const again = await resumeRun(run);
    await again.go();
    await again.end();
    expect(again.of('drop.started').map(({ why }) => why)).toEqual(['failed-build']);
    await expectAllThere(again);
  });
});

it('a torn last line is cut off: what it would have said never happened', async () => {
  const { forgotten, run } = await killedInABuild(18);
  appendFileSync(join(run.dir, 'journal.jsonl'), '{"seq":9999,"at":"20');
  const again = await resumeRun(run);
  await forgotten.release();
  await again.go();
  await again.end();
  await expectAllThere(again);
});

it('a second engine on the run’s directory is refused, and the first one does not notice', async () => {
  const { forgotten, run } = await killedInABuild(18);
  const again = await resumeRun(run);
  await expect(launchEngine(again.config)).rejects.toThrow(/another engine is at work on this run/);
  await forgotten.release();
  await again.go();
  await again.end();
  await expectAllThere(again);
});

it('an operator who says no changes nothing: the run can be taken up again', async () => {
  const { database, forgotten, run } = await killedInABuild(18);
  const again = await resumeRun(run);
  await again.until((state) => state.phase === 'ready');
  await again.command({ type: 'abort', reason: 'the go was not given' });
  expect((await again.end()).outcome).toMatchObject({ status: 5 });
  expect(await buildersOf(database)).toHaveLength(1);
  await forgotten.release();
  const third = await resumeRun(again);
  await third.go();
  await third.end();
  await expectAllThere(third);
});

it('an aborted run goes on where it was aborted', async () => {
  const database = await prepared(18);
  const forgotten = await idleInTransaction(database);
  const run = await startRun(database, plan);
  await run.go();
  await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
  await run.command({ type: 'abort' });
  expect((await run.end()).outcome?.status).toBe(4);
  await forgotten.release();
  const again = await resumeRun(run);
  await again.go();
  await again.end();
  await expectAllThere(again);
});

it('a pause that nobody lifts ends the engine cleanly, and the run goes on later', async () => {
  const database = await prepared(18);
  const lock = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
  const run = await startRun(database, plan, { options: { onDisconnect: 'pause', giveUpMs: 1_500 } });
  await run.go();
  await run.until((state) => state.steps[2]?.phase != null);
  run.client.vanish();
  await poll(() => readJournal(run.dir).events.some((event) => event.type === 'abort.started'));
  // The drop of what it leaves would wait for the writer, too.
  await lock.release();
  await poll(() => readJournal(run.dir).events.at(-1)?.type === 'run.finished', 30_000);
  const { events } = readJournal(run.dir);
  expect(events.filter((event) => event.type === 'run.paused')).toMatchObject([{ cause: 'disconnect' }]);
  expect(events.at(-1)).toMatchObject({ status: 4, reason: expect.stringContaining('nobody answered for 1.5 s') });
  await poll(async () => (await sessionsOf(database)).length === 0);
  expect(await invalidIndexes(database)).toEqual([]);
  const again = await resumeRun(run);
  await again.go();
  await again.end();
  await expectAllThere(again);
});
