import { describe, expect, it } from 'vitest';
import { checkItems } from '../../../src/ui/model/checklist.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { startRun, type TestRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';

const PLAN = `
CREATE INDEX CONCURRENTLY idx_dishes_course ON dishes (course);
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (lower(name));
`;

const made = async (version: 15 | 18): Promise<TestDatabase> => {
  const database = await createDatabase(version);
  await database.sql('CREATE TABLE dishes AS SELECT n AS id, n % 7 AS course FROM generate_series(1, 500) n');
  await database.sql(`CREATE TABLE courses AS SELECT n AS id, 'c' || n AS name FROM generate_series(1, 50) n`);
  return database;
};

/** A backup by somebody else, as far as it can be told from outside. */
const dump = async (database: TestDatabase) => {
  const client = await database.connect({ application_name: 'pg_dump' });
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT 1');
  return client;
};

/** `code mark` of everything on the checklist that stands, or stood, in the way. */
const shown = (run: TestRun): string[] =>
  checkItems(run.state(), Date.now())
    .filter(({ group }) => group === 'blocks' || group === 'warning')
    .map(({ finding, mark }) => `${finding.code} ${mark}`);

/** Waits for so many looks from now on. */
const looks = async (run: TestRun, wanted: number): Promise<void> => {
  const seen = new Set([run.client.view().looked]);
  await poll(() => seen.add(run.client.view().looked).size > wanted, 60_000);
};

describe.each(versions)('looks before the go on PostgreSQL %i', (version) => {
  it('turn a blocker green by themselves when another session takes it away, and the go builds', async () => {
    const database = await made(version);
    const backup = await dump(database);
    const run = await startRun(database, PLAN, { options: { interactive: true } });
    await run.until(({ phase }) => phase === 'blocked');
    expect(shown(run)).toEqual(['dump-running null']);
    expect((await run.command({ type: 'go', replaceInvalid: [], confirm: null })).ok).toBe(false);
    await backup.end();
    await run.until(({ phase }) => phase === 'ready', 30_000);
    expect(shown(run)).toEqual(['dump-running cleared']);
    expect(run.of('preflight.finished')).toHaveLength(1);
    expect(run.of('preflight.changed')).toMatchObject([{ cleared: [{ code: 'dump-running', gone: true }] }]);
    expect(run.of('command.received')).toEqual([]);
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
  });
});

describe('looks before the go', () => {
  it('judge the go by what is there now, and hold it back when something comes in its way', async () => {
    const database = await made(18);
    const run = await startRun(database, PLAN, { options: { interactive: true } });
    await run.until(({ phase }) => phase === 'ready');
    await database.sql('ALTER TABLE courses RENAME TO lessons');
    await run.until(({ phase }) => phase === 'blocked', 30_000);
    expect(shown(run)).toEqual(['no-table new']);
    expect((await run.command({ type: 'go', replaceInvalid: [], confirm: null })).ok).toBe(false);
    await database.sql('ALTER TABLE lessons RENAME TO courses');
    await run.until(({ phase }) => phase === 'ready', 30_000);
    await run.go();
    expect((await run.end()).outcome).toMatchObject({ status: 0 });
  });

  it('leave no event while nothing changes, and try nothing twice that the server took', async () => {
    const database = await made(18);
    const run = await startRun(database, PLAN, { options: { interactive: true } });
    await run.until(({ phase }) => phase === 'ready');
    const events = run.events().length;
    await looks(run, 2);
    expect(run.events()).toHaveLength(events);
    const sent = (await database.statementLog()).filter(({ text }) => text.includes('indexdeck.tried'));
    const tried = sent.filter(({ text }) => /\bdo\b/i.test(text));
    expect(tried).toHaveLength(1);
    await run.command({ type: 'abort' });
    expect((await run.end()).outcome).toMatchObject({ status: 4 });
  });
});

it('what is waived with --ignore blocks no longer, is marked, and stays on record', async () => {
  const database = await made(18);
  const backup = await dump(database);
  const options = { interactive: true, ignore: ['dump-running'] };
  const run = await startRun(database, PLAN, { options });
  await run.until(({ phase }) => phase === 'ready');
  expect(shown(run)).toEqual(['dump-running waived']);
  expect(run.of('run.started')[0]?.options.ignore).toEqual(['dump-running']);
  expect(run.of('preflight.finished')[0]?.findings).toContainEqual(
    expect.objectContaining({ level: 'warning', code: 'dump-running', waived: true }),
  );
  expect(run.of('preflight.finished')[0]?.summary).toMatchObject({ blocks: [], waived: ['dump-running'] });
  await backup.end();
  await run.go();
  expect((await run.end()).outcome).toMatchObject({ status: 0 });
});
