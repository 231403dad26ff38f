import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_GATES, type RunEvent } from '../../../src/run/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction, waiters } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, startRun } from '../../support/run.ts';
import { type ServerVersion, startServer, versions } from '../../support/server.ts';
import { makeTables, TABLES } from '../../support/two-tables.ts';

const prepare = (database: TestDatabase) => makeTables(database, { tables: [...TABLES, 'elsewhere'] });

/** On a server of its own: gates look at the whole server, and other tests are at work on the shared ones. */
const ownDatabase = async (version: ServerVersion, flags: Record<string, string> = {}): Promise<TestDatabase> => {
  const server = await startServer({ version, flags });
  const database = await createDatabase(version, { server });
  await prepare(database);
  return database;
};

const plan = `
-- SECTION 1: DISHES
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
`;

const at = (event: RunEvent | undefined): number => Date.parse(event?.at ?? '');

describe.each(versions)('on PostgreSQL %i', (version) => {
  it('60 sessions that wait on locks pause the run within four seconds, and it goes on by itself', async () => {
    const database = await ownDatabase(version);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[0]?.status === 'building');
    const crowd = await waiters(database, 60, 'elsewhere');
    const began = Date.now();
    await run.until((state) => state.pauses.some((pause) => pause.gate === 'lock-waiters'), 10_000);
    const paused = run.of('run.paused').find((event) => event.gate === 'lock-waiters');
    expect(at(paused) - began).toBeLessThanOrEqual(4_000);
    expect(paused?.reason).toMatch(/60/);
    // What runs goes on to its end, and nothing new begins.
    await forgotten.release();
    await run.until((state) => state.steps[0]?.status === 'done');
    expect(run.state().steps[1]?.status).toBe('queued');
    await crowd.release();
    const state = await run.end();
    expect(state.outcome?.status).toBe(0);
    expect(run.of('run.continued')).toMatchObject([{ cause: 'gate', gate: 'lock-waiters' }]);
  });

  it('an ALTER TABLE that waits for our build for five seconds gets the way free', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
    const other = await database.connect({ application_name: 'migration' });
    const altered = other.query('ALTER TABLE dishes ADD COLUMN spicy boolean');
    await run.until(() => run.of('cancel.requested').length > 0);
    expect(run.of('cancel.requested')[0]).toMatchObject({ by: 'gate blocked-by-us', step: 0 });
    await altered;
    await other.end();
    await forgotten.release();
    const state = await run.end();
    expect(state.outcome?.status).toBe(0);
    expect(run.of('build.cancelled')).toMatchObject([{ retryAt: expect.any(String) }]);
    expect(run.of('build.started').filter((event) => event.step === 0)).toHaveLength(2);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  it('names the blocker of a build that waits, and gives no percentage meanwhile', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    const build = await poll(() => {
      const [now] = run.client.view().sample?.builds ?? [];
      return now?.phase === 'waiting for old snapshots' && now.blockers.length > 0 ? now : null;
    });
    expect(build).toMatchObject({ waiting: true, percent: null, phaseNo: 8, phases: 8 });
    expect(build.blockers[0]).toMatchObject({ pid: forgotten.pid, application: 'forgotten' });
    await forgotten.release();
    expect((await run.end()).outcome?.status).toBe(0);
  });
});

describe('two processes', () => {
  it('a client that does not read its socket stops nothing: the gate trips, pauses and is journalled on time', async () => {
    const database = await ownDatabase(18);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[0]?.status === 'building');
    // Says hello and then never reads: what a frozen terminal makes of a client.
    const frozen = connect(join(run.dir, 'control.sock'));
    frozen.write(`${JSON.stringify({ type: 'hello', role: 'operator', name: 'frozen', after: 0 })}\n`);
    frozen.pause();
    await run.until((state) => state.clients.some((client) => client.name === 'frozen'));
    const crowd = await waiters(database, 30, 'elsewhere');
    const began = Date.now();
    // Ten seconds in which nobody reads: the length of the freeze is what is tested.
    await delay(10_000);
    const journal = readFileSync(join(run.dir, 'journal.jsonl'), 'utf8').trim().split('\n');
    const events = journal.map((line) => JSON.parse(line) as RunEvent);
    const paused = events.find((event) => event.type === 'run.paused');
    expect(paused).toMatchObject({ gate: 'lock-waiters' });
    expect(at(paused) - began).toBeLessThanOrEqual(4_000);
    const summaries = events.filter((event) => event.type === 'metrics.summarised');
    expect(summaries.length).toBeGreaterThan(0);
    await crowd.release();
    await forgotten.release();
    frozen.destroy();
    expect((await run.end(30_000)).outcome?.status).toBe(0);
  });

  it('clients that speak nonsense, never end a line, or break off harm nothing', async () => {
    const database = await createDatabase(18);
    await prepare(database);
    const run = await startRun(database, plan);
    await run.until((state) => state.phase === 'ready');
    const nonsense = [
      '{}\n',
      'GET / HTTP/1.1\r\n\r\n',
      '{"type":"command","id":1,"command":{"type":"drop-everything"}}\n',
    ];
    for (const text of [...nonsense, 'x'.repeat(1_000_000)]) {
      const client = connect(join(run.dir, 'control.sock'));
      const closed = new Promise((resolve) => client.once('close', resolve));
      client.on('error', () => undefined).write(text);
      await closed;
    }
    for (let n = 0; n < 20; n++) {
      const client = connect(join(run.dir, 'control.sock'));
      client.on('error', () => undefined);
      client.write(`${JSON.stringify({ type: 'hello', role: 'observer', name: 'hasty', after: 0 })}\n`);
      await new Promise((resolve) => client.once('connect', resolve));
      client.destroy();
    }
    // Whoever gives one order and goes is nobody's screen: it is not missed.
    const brief = connect(join(run.dir, 'control.sock'));
    const answered = new Promise((resolve) => brief.on('data', (chunk) => chunk.includes('"reply"') && resolve(chunk)));
    brief.write(`${JSON.stringify({ type: 'hello', role: 'caller', name: 'brief', after: 0 })}\n`);
    brief.write(`${JSON.stringify({ type: 'command', id: 1, command: { type: 'continue' } })}\n`);
    await answered;
    brief.destroy();
    await run.go();
    expect((await run.end()).outcome?.status).toBe(0);
    expect(run.of('client.joined').map((event) => event.name)).not.toContain('brief');
    expect(readFileSync(join(run.dir, 'engine.log'), 'utf8')).not.toContain('fault');
  });

  it('an abort cancels, cleans up and ends with 4, also with a build that waits for a writer', async () => {
    const database = await createDatabase(18);
    await prepare(database);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[0]?.oid);
    expect((await run.command({ type: 'abort', reason: 'enough' })).ok).toBe(true);
    const state = await run.end();
    expect(state.outcome).toMatchObject({ status: 4 });
    expect(run.of('build.cancelled')).toHaveLength(1);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(await database.sql("SELECT to_regclass('idx_dishes_name') AS there")).toEqual([{ there: null }]);
    await forgotten.release();
  });

  it('abort works when not one more connection is to be had', async () => {
    const database = await ownDatabase(18, { max_connections: '30' });
    const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const run = await startRun(database, plan, {
      options: {
        gates: {
          ...DEFAULT_GATES,
          connections: { warn: null, pause: null, abort: null },
        },
      },
    });
    await run.go();
    await run.until((state) => state.steps[0]?.oid);
    const crowd = [];
    for (;;) {
      const client = await database.connect({ application_name: 'crowd' }).catch(() => null);
      if (client === null) break;
      crowd.push(client);
    }
    expect(crowd.length).toBeGreaterThan(10);
    await run.command({ type: 'abort' });
    await run.until(() => run.of('build.cancelled').length > 0);
    await writer.release();
    expect((await run.end()).outcome?.status).toBe(4);
    for (const client of crowd) await client.end();
    expect(await invalidIndexes(database)).toEqual([]);
  });

  it('SIGTERM to the engine aborts as an operator would', async () => {
    const database = await createDatabase(18);
    await prepare(database);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[0]?.oid);
    process.kill(run.pid, 'SIGTERM');
    expect((await run.end()).outcome?.status).toBe(4);
    expect(run.state().abort?.by).toBe('signal SIGTERM');
    expect(await invalidIndexes(database)).toEqual([]);
    await forgotten.release();
  });

  it('pause begins nothing new until continue; a vanished operator pauses; an observer may order nothing', async () => {
    const database = await createDatabase(18);
    await prepare(database);
    const writer = await holdLock(database, 'dishes', 'ROW EXCLUSIVE');
    const run = await startRun(database, plan);
    await run.go();
    await run.until((state) => state.steps[0]?.status === 'building');
    await run.command({ type: 'pause' });
    await writer.release();
    await run.until((state) => state.steps[0]?.status === 'done');
    expect(run.state().steps[1]?.status).toBe('queued');
    const observer = connect(join(run.dir, 'control.sock'));
    const answers: string[] = [];
    observer.on('data', (chunk) => answers.push(chunk.toString()));
    observer.write(`${JSON.stringify({ type: 'hello', role: 'observer', name: 'eve', after: 0 })}\n`);
    observer.write(`${JSON.stringify({ type: 'command', id: 1, command: { type: 'continue' } })}\n`);
    await poll(() => answers.join('').includes('"reply"'));
    expect(answers.join('')).toContain('an observer only watches');
    observer.destroy();
    expect(run.state().pauses).toHaveLength(1);
    await run.command({ type: 'continue' });
    expect((await run.end()).outcome?.status).toBe(0);
  });
});
