import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import { holdLock, idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { versions } from '../support/server.ts';
import { indexes, type Place, place } from './place.ts';
import { folder, indexdeck, line, start } from './program.ts';

const BUILT = ['idx_courses_name', 'idx_dishes_course', 'idx_dishes_id'];

const names = async (database: TestDatabase): Promise<string[]> => (await indexes(database)).map(({ name }) => name);

/** A place with a finished run, and the arguments to roll it back. */
const deployed = async (version: 15 | 18 = 18): Promise<Place & { back: string[]; run: string }> => {
  const there = await place(version);
  const { status, stderr } = await indexdeck(there.args, { env: there.env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [run = ''] = readdirSync(there.journal);
  return { ...there, run, back: ['rollback', '--journal', there.journal] };
};

describe.each(versions)('rollback on PostgreSQL %i', (version) => {
  test('lists what it drops, from which database, and what cannot be undone; then drops it', async () => {
    const { database, back, run, env } = await deployed(version);
    expect(await names(database)).toEqual(BUILT);
    const { status, stdout, stderr } = await indexdeck([...back, run.slice(0, 17), '--yes'], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`rollback of run ${run} on ${database.name} at .*: drops 3 indexes`));
    expect(stdout).toMatch(/ {4}public\.idx_dishes_id {2}not used {2}\d+.* old {2}oid \d+/);
    expect(stdout).toMatch(/cannot be undone/);
    expect(stdout).toMatch(/the catalog is as before the run/);
    expect(await names(database)).toEqual([]);
    // There is nothing left to drop, and the run is not to be gone on with.
    expect(await indexdeck([...back, '--yes'], { env })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/nothing left to roll back/),
    });
    const resume = await indexdeck(['resume', ...back.slice(1), '--yes'], { env });
    expect(resume).toMatchObject({ status: 2, stderr: expect.stringMatching(/was rolled back/) });
  });
});

test('a part of them: by name, by section, by table', async () => {
  const { database, back, env } = await deployed();
  const left = async (...flags: string[]) => {
    const { status, stderr } = await indexdeck([...back, '--yes', ...flags], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return await names(database);
  };
  expect(await left('--table', 'courses')).toEqual(BUILT.filter((name) => !name.includes('courses')));
  expect(await left('--section', 'more')).toEqual(['idx_dishes_course']);
  expect(await left('--only', 'public.idx_dishes_course')).toEqual([]);
});

test('right behind the end of the run, whose engine is at work with its last hook', async () => {
  const { database, journal, args, env } = await place();
  expect(await indexdeck([...args, '--exec', 'run.finished=sleep 3'], { env })).toMatchObject({ status: 0 });
  const { status, stderr } = await indexdeck(['rollback', '--journal', journal, '--yes'], { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(await names(database)).toEqual([]);
});

test('what it refuses before it looks at the database', async () => {
  const { database, back, env } = await deployed();
  const refused = async (flags: string[], why: RegExp) => {
    const { status, stderr } = await indexdeck([...back, ...flags], { env });
    expect(stderr).toMatch(why);
    expect(status).toBe(2);
  };
  await refused([], /no terminal to ask on before dropping: give --yes/);
  await refused(['--yes', '--confirm', 'other'], /--confirm says "other"/);
  await refused(['--yes', '--environment', 'production'], /needs the database’s name: --confirm/);
  await refused(['--yes', '--only', 'nothing'], /--only nothing: the plan of run .* has nothing of that/);
  await refused(['--yes', '--section', '9'], /--section 9: /);
  await refused(['nosuchrun', '--yes'], /there is no run nosuchrun/);
  expect(await names(database)).toEqual(BUILT);
});

test('from another machine: the ledger knows what the run created, and keeps what came of it', async () => {
  const { database, back, run, env } = await deployed();
  const elsewhere = join(folder(), 'runs');
  const there = ['rollback', '--journal', elsewhere, '-d', database.connectionString, '--yes'];
  const unknown = await indexdeck([...there, '--ledger-schema', 'nowhere'], { env });
  expect(unknown).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/neither in the journal directory nor in/),
  });
  const part = await indexdeck([...there, '--only', 'idx_dishes_id'], { env });
  expect(part).toMatchObject({ status: 0, stderr: expect.stringContaining(`run ${run}: `) });
  expect(await names(database)).toEqual(['idx_courses_name', 'idx_dishes_course']);
  // Back on the first machine: what went on elsewhere is taken over.
  const rest = await indexdeck([...back, '--yes', '--ui', 'json'], { env });
  expect(rest.status).toBe(0);
  const events = rest.stdout.split('\n').filter((each) => each !== '');
  expect(events.map((each) => JSON.parse(each))).toContainEqual(
    expect.objectContaining({ type: 'run.resumed', from: 'ledger', purpose: 'rollback' }),
  );
  expect(await names(database)).toEqual([]);
  const fed = await database.sql<{ type: string }>('SELECT type FROM indexdeck.events ORDER BY seq');
  expect(fed.filter(({ type }) => type === 'index.dropped')).toHaveLength(3);
  expect(fed.at(-1)).toEqual({ type: 'run.finished' });
});

test('a living run: it is stopped, what it began is cleaned up, and what it built is dropped', async () => {
  const there = await place();
  const forgotten = await idleInTransaction(there.database);
  const running = start(there.args, { env: there.env });
  await line(running, /waiting for old snapshots/);
  const back = start(['rollback', '--journal', there.journal, '--yes'], { env: there.env });
  const { status } = await back.ended;
  expect(status).toBe(0);
  expect((await running.ended).status).toBe(0);
  expect(await names(there.database)).toEqual([]);
  await forgotten.release();
});

test('an index that is put to use before the drop is left: status 1, and said', async () => {
  const { database, back, env } = await deployed();
  await database.sql('ALTER TABLE dishes ADD CONSTRAINT idx_dishes_id UNIQUE USING INDEX idx_dishes_id');
  const { status, stdout } = await indexdeck([...back, '--yes'], { env });
  expect(status).toBe(1);
  expect(stdout).toMatch(/idx_dishes_id {2}oid \d+ {2}NOT TOUCHED: the constraint idx_dishes_id depends on it by now/);
  expect(await names(database)).toEqual(['idx_dishes_id']);
});

test('SIGTERM aborts it: what is left is said, and another rollback ends it', async () => {
  const { database, back, env } = await deployed();
  const lock = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
  const running = start([...back, '--yes', '--jobs', '1'], { env });
  await poll(async () => {
    const [row] = await database.sql('SELECT count(*)::int AS n FROM pg_index WHERE NOT indisvalid');
    return row.n === 1;
  });
  running.child.kill('SIGTERM');
  expect((await running.ended).status).toBe(5);
  await lock.release();
  expect((await indexdeck([...back, '--yes'], { env })).status).toBe(0);
  expect(await names(database)).toEqual([]);
});
