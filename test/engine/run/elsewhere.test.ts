import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LedgerFeed } from '../../../src/client/index.ts';
import { announcementText, type Opener, payloadOf, readOpener, sealText } from '../../../src/run/announcement/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { elsewhere, grant, makeRole } from '../../support/elsewhere.ts';
import { inLedger } from '../../support/ledger.ts';
import { idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { resumeRun, sessionsOf, startRun, type TestRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';
import { startProxy } from '../../support/tcp-proxy.ts';

const plan = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
`;

const prepare = async (version: 15 | 18): Promise<TestDatabase> => {
  const database = await createDatabase(version);
  for (const table of ['dishes', 'courses']) {
    await database.sql(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`);
    await database.sql(`INSERT INTO ${table} SELECT n, 'name ' || n FROM generate_series(1, 1000) n`);
  }
  return database;
};

/** A run whose first build waits for a forgotten transaction, and whose ledger says so. */
const waitingRun = async (database: TestDatabase) => {
  const forgotten = await idleInTransaction(database);
  const run = await startRun(database, plan);
  await run.go();
  const { run: id } = await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
  await poll(async () => (await database.sql('SELECT FROM indexdeck.samples')).length === 1);
  return { run, id, forgotten };
};

const caughtUp = (feed: LedgerFeed, run: TestRun): Promise<unknown> =>
  poll(() => feed.view().state?.seq === run.state().seq);

const orders = (database: TestDatabase) =>
  database.sql<{ type: string; state: string; answer: string | null; role: string }>(
    "SELECT command->>'type' AS type, state, answer, role FROM indexdeck.commands ORDER BY id",
  );

describe.each(versions)('elsewhere, through the ledger of PostgreSQL %i', (version) => {
  it('one who comes late, and may only read, sees all of it, to the end', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    const bob = await makeRole(database, 'bob');
    await grant(database, 'observer', bob);
    const feed = elsewhere(database, id, 'observer', { as: bob, name: 'bob@desk' });
    await caughtUp(feed, run);
    expect(feed.view().events).toEqual(run.events());
    expect(feed.view().link.status).toBe('connected');
    await poll(() => feed.view().sample !== null);
    // The engine sees him in the server's list of sessions.
    await poll(() =>
      run.client.view().sample?.watchers?.some(({ name, role }) => name === 'bob@desk' && role === bob.user),
    );
    expect(await feed.send({ type: 'pause' })).toEqual({ ok: false, why: 'an observer only watches' });
    await forgotten.release();
    const state = await run.end();
    await feed.closed;
    expect(feed.view().events).toEqual(run.events());
    expect(feed.view().state).toEqual(state);
    expect(feed.view().link).toMatchObject({ status: 'ended', why: null });
    await poll(async () => (await sessionsOf(database)).length === 0);
  });

  it('is told by the engine what it would have to ask for', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    const feed = elsewhere(database, id, 'observer');
    const asked = async () =>
      (await database.statementLog()).filter(({ application }) => application.startsWith('indexdeck watch')).length;
    const samples = new Set<string>();
    feed.subscribe(() => samples.add(feed.view().sample?.at ?? ''));
    // It reads the table until it has what opens the announcements, and has heard one.
    await poll(async () => {
      const [before, seen] = [await asked(), samples.size];
      await poll(() => samples.size >= seen + 2);
      return (await asked()) === before;
    });
    const before = await asked();
    samples.clear();
    await run.command({ type: 'pause', reason: 'to have something told' });
    await poll(() => feed.view().state?.pauses.length === 1);
    await run.command({ type: 'continue' });
    await poll(() => feed.view().state?.pauses.length === 0 && samples.size > 3);
    expect(await asked()).toBe(before);
    await forgotten.release();
    await run.end();
    await feed.closed;
    expect(feed.view().events).toEqual(run.events());
  });

  it('a reader who has what opens the announcements can make none, and repeating them does no harm', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    const bob = await makeRole(database, 'bob');
    await grant(database, 'observer', bob);
    const feed = elsewhere(database, id, 'observer');
    await caughtUp(feed, run);
    const forger = await database.connect(bob);
    const heard: string[] = [];
    forger.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await forger.query('LISTEN indexdeck');
    await poll(() => heard.length > 2);
    const { rows } = await forger.query('SELECT opener FROM indexdeck.runs');
    const opener = readOpener(rows[0].opener) as Opener;
    const next = JSON.stringify({ ...run.events()[0], seq: run.state().seq + 1, type: 'run.finished', status: 0 });
    const signing = generateKeyPairSync('ed25519').privateKey;
    const text = announcementText({ seq: run.state().seq + 1, events: [next], sample: null });
    const forged = payloadOf(id, sealText({ secret: opener.secret, signing }, id, randomBytes(12), text));
    for (const payload of [forged, ...heard, forged])
      await forger.query("SELECT pg_notify('indexdeck', $1)", [payload]);
    await forger.end();
    await run.command({ type: 'pause' });
    await caughtUp(feed, run);
    expect(feed.view().events).toEqual(run.events());
    await run.command({ type: 'continue' });
    await forgotten.release();
    await run.end();
    await feed.closed;
    expect(feed.view().events).toEqual(run.events());
  });

  it('an operator’s orders are followed, answered, and on record with his role', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    const anna = await makeRole(database, 'anna');
    await grant(database, 'operator', anna);
    const feed = elsewhere(database, id, 'operator', { as: anna, name: 'anna@far' });
    await poll(() => feed.view().client);
    const by = `anna@far (role ${anna.user})`;
    expect(run.state().clients).toContainEqual(expect.objectContaining({ role: 'operator', name: by }));
    // Another screen has the hand.
    expect((await feed.send({ type: 'set-jobs', jobs: 3 })).why).toBe('test operates this run: take over first');
    expect(await feed.send({ type: 'take-over' })).toEqual({ ok: true, why: 'you operate the run now' });
    expect(await feed.send({ type: 'set-jobs', jobs: 3 })).toEqual({ ok: true, why: 'jobs 3' });
    expect(await run.command({ type: 'set-jobs', jobs: 4 })).toEqual({
      ok: false,
      why: `${by} operates this run: take over first`,
    });
    expect((await feed.send({ type: 'pause', reason: 'lunch' })).ok).toBe(true);
    expect(run.state().pauses).toMatchObject([{ cause: 'operator', by, reason: 'lunch' }]);
    expect((await feed.send({ type: 'continue' })).ok).toBe(true);
    await feed.goodbye();
    await poll(() => run.of('client.left').some(({ name, vanished }) => name === by && !vanished));
    expect(run.state().clients.map(({ name }) => name)).toEqual(['test']);
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    expect((await orders(database)).map(({ type, state }) => [type, state])).toEqual([
      ['join', 'done'],
      ['set-jobs', 'refused'],
      ['take-over', 'done'],
      ['set-jobs', 'done'],
      ['pause', 'done'],
      ['continue', 'done'],
      ['leave', 'done'],
    ]);
  });
});

// No server knows of what follows.
describe('elsewhere, through the ledger', () => {
  const version = 18;

  it('an abort goes before what waits with it, and one can be taken back', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    const feed = elsewhere(database, id, 'caller');
    await caughtUp(feed, run);
    // An engine that stands still, so that orders wait.
    process.kill(run.pid, 'SIGSTOP');
    const jobs = feed.send({ type: 'set-jobs', jobs: 5 });
    const [first] = await poll(() => (feed.view().waiting?.length === 1 ? feed.view().waiting : null));
    expect(first).toMatchObject({ command: { type: 'set-jobs', jobs: 5 }, by: 'eve@far' });
    expect((await feed.withdraw(first?.id ?? '')).ok).toBe(true);
    const pause = feed.send({ type: 'pause' });
    const abort = feed.send({ type: 'abort', reason: 'enough' });
    await poll(async () => (await orders(database)).length === 4);
    process.kill(run.pid, 'SIGCONT');
    expect(await jobs).toEqual({ ok: false, why: 'withdrawn before it was followed' });
    expect(await pause).toEqual({ ok: false, why: 'an abort came before it was followed' });
    expect(await abort).toEqual({ ok: true, why: 'aborting' });
    await feed.closed;
    expect((await run.end()).outcome).toMatchObject({ status: 4 });
    expect(run.of('command.dropped').map(({ command, how }) => [command.type, how])).toEqual([
      ['set-jobs', 'withdrawn'],
      ['pause', 'superseded'],
    ]);
    expect((await orders(database)).map(({ state }) => state)).toEqual(['withdrawn', 'done', 'superseded', 'done']);
    await forgotten.release();
  });

  it('what was ordered while no engine was there is not followed by the next one', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    await run.kill();
    const late = elsewhere(database, id, 'caller');
    await poll(() => late.view().state !== null);
    const abort = late.send({ type: 'abort' });
    await poll(async () => (await orders(database)).length === 1);
    const next = await resumeRun(run);
    await next.go();
    expect(await abort).toEqual({
      ok: false,
      why: 'it was given before the go to the engine that is at work now',
    });
    await forgotten.release();
    expect((await next.end()).outcome?.status).toBe(0);
    await late.closed;
    expect(late.view().events).toEqual(next.events());
  });

  it('an operator who waits for the next engine has a seat at it', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    await run.kill();
    const feed = elsewhere(database, id, 'operator', { name: 'cleo@far' });
    await poll(async () => (await orders(database)).some(({ type }) => type === 'join'));
    const next = await resumeRun(run);
    await next.go();
    await poll(() => next.state().clients.some(({ name }) => name.startsWith('cleo@far')));
    await poll(() => feed.view().client);
    expect((await orders(database))[0]).toMatchObject({ type: 'join', state: 'done' });
    expect((await feed.send({ type: 'pause' })).ok).toBe(true);
    expect((await feed.send({ type: 'take-over' })).ok).toBe(true);
    expect((await feed.send({ type: 'continue' })).ok).toBe(true);
    await forgotten.release();
    expect((await next.end()).outcome?.status).toBe(0);
  });

  it('forged and flooded notifications, and orders that are none, do no harm', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    const anna = await makeRole(database, 'anna');
    await grant(database, 'operator', anna);
    const feed = elsewhere(database, id, 'observer');
    await caughtUp(feed, run);
    const mallory = await makeRole(database, 'mallory');
    const forger = await database.connect(mallory);
    const payloads = [`${id}:999999`, '{"seq":1}', '', 'x'.repeat(7000), `${id}:order 1`];
    for (let n = 0; n < 2_000; n += 1) await forger.query("SELECT pg_notify('indexdeck', $1)", [payloads[n % 5]]);
    await forger.end();
    const nonsense = [
      '{}',
      '{"type":"drop-everything"}',
      '{"type":"set-jobs","jobs":"many"}',
      '{"type":"join","seat":"s","pid":1}',
    ];
    await inLedger(
      database,
      async ({ client }) => {
        for (const command of nonsense)
          await client.query('INSERT INTO commands (run, command, ordered_by) VALUES ($1, $2, $3)', [id, command, 'x']);
      },
      anna,
    );
    await poll(async () => (await orders(database)).every(({ state }) => state === 'refused'));
    expect((await orders(database)).map(({ answer }) => answer)).toEqual([
      'it is no order that this engine knows',
      'it is no order that this engine knows',
      'it is no order that this engine knows',
      `there is no session with pid 1 of ${anna.user}`,
    ]);
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    await feed.closed;
    expect(feed.view().events).toEqual(run.events());
  });

  it('a connection that is cut is made again: nothing is missed, nothing comes twice, the seat is kept', async () => {
    const database = await prepare(version);
    const { run, id, forgotten } = await waitingRun(database);
    const proxy = await startProxy(database.server);
    const feed = elsewhere(database, id, 'operator', { port: proxy.port });
    await poll(() => feed.view().client);
    const { client } = feed.view();
    proxy.set('cut');
    await poll(() => feed.view().link.status === 'lost');
    await run.command({ type: 'pause', reason: 'while it is cut' });
    await run.command({ type: 'continue' });
    proxy.set('pass');
    await poll(() => feed.view().link.status === 'connected' && feed.view().state?.seq === run.state().seq);
    // It says again that it is there, under the same name.
    await poll(
      async () =>
        (await orders(database)).filter(({ type, state }) => type === 'join' && state === 'done').length === 2,
    );
    expect((await feed.send({ type: 'pause' })).ok).toBe(true);
    expect((await feed.send({ type: 'take-over' })).ok).toBe(true);
    expect(run.state().hand).toBe(client);
    expect((await feed.send({ type: 'continue' })).ok).toBe(true);
    expect(run.of('client.joined')).toHaveLength(2);
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
    await feed.closed;
    expect(feed.view().events).toEqual(run.events());
    await proxy.close();
  });

  it('an abort from the socket does not wait for a ledger that cannot be written', async () => {
    const database = await prepare(version);
    const { run, forgotten } = await waitingRun(database);
    const locker = await database.connect();
    await locker.query('BEGIN; LOCK TABLE indexdeck.events, indexdeck.commands IN ACCESS EXCLUSIVE MODE');
    expect((await run.command({ type: 'abort' })).ok).toBe(true);
    await run.until(({ phase }) => phase === 'finished', 30_000);
    expect(run.state().outcome?.status).toBe(4);
    await locker.end();
    await forgotten.release();
  });
});
