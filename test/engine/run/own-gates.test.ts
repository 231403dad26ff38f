import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OwnGate, RunEvent } from '../../../src/run/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { invalidIndexes, sessionsOf, startRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';
import { makeTables, TWO_INDEXES } from '../../support/two-tables.ts';

const prepare = async (database: TestDatabase): Promise<void> => {
  await makeTables(database);
  await database.sql('CREATE TABLE shop (errors int)');
  await database.sql('INSERT INTO shop VALUES (0)');
};

const gate = (name: string, source: OwnGate['source'], more: Partial<OwnGate> = {}): OwnGate => ({
  name,
  source,
  everyMs: 1_000,
  timeoutMs: 1_000,
  thresholds: { warn: null, pause: 5, abort: null },
  below: false,
  unit: null,
  ...more,
});

const shopErrors = (more: Partial<OwnGate> = {}) =>
  gate('shop-errors', { kind: 'sql', sql: 'SELECT errors FROM shop' }, more);

const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'indexdeck-gate-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** Also of a process that was killed and that nobody has reaped yet: it is soon gone. */
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** pids that a command of the test wrote down, one a line. */
const pidsIn = (file: string): number[] => {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

const at = (event: RunEvent | undefined): number => Date.parse(event?.at ?? '');

describe.each(versions)('on PostgreSQL %i', (version) => {
  it('a statement pauses the run, and it goes on by itself', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const forgotten = await idleInTransaction(database);
    const run = await startRun(database, TWO_INDEXES, { options: { ownGates: [shopErrors({ unit: 'errors' })] } });
    await run.go();
    await run.until((state) => state.steps[0]?.status === 'building');
    await poll(() => run.client.view().sample?.own?.['shop-errors']?.value === 0);
    await database.sql('UPDATE shop SET errors = 6');
    await run.until((state) => state.pauses.some((pause) => pause.gate === 'shop-errors'));
    expect(run.of('gate.tripped').find((event) => event.gate === 'shop-errors')).toMatchObject({
      level: 'pause',
      value: 6,
      threshold: 5,
      reason: 'shop-errors is 6 errors (threshold 5 errors)',
    });
    // What runs goes on to its end, and nothing new begins.
    await forgotten.release();
    await run.until((state) => state.steps[0]?.status === 'done');
    expect(run.state().steps[1]?.status).toBe('queued');
    await database.sql('UPDATE shop SET errors = 0');
    const state = await run.end();
    expect(state.outcome?.status).toBe(0);
    expect(run.of('run.continued')).toMatchObject([{ cause: 'gate', gate: 'shop-errors' }]);
    expect(run.of('run.started')[0]?.options.ownGates?.[0]?.name).toBe('shop-errors');
    expect(run.of('metrics.summarised').some((event) => event.own?.['shop-errors'] !== undefined)).toBe(true);
    expect(await sessionsOf(database)).toEqual([]);
  });

  it('a statement that runs too long is ended by the server, and no session of it is left after an abort', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const forgotten = await idleInTransaction(database);
    const sql = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b';
    const slow = gate('slow', { kind: 'sql', sql }, { everyMs: 8_000, timeoutMs: 8_000 });
    const run = await startRun(database, TWO_INDEXES, {
      options: { ownGates: [slow, shopErrors({ thresholds: { warn: 9, pause: null, abort: null } })] },
    });
    await run.go();
    await run.until(() => run.of('gate.tripped').some((event) => event.gate === 'slow'));
    // Other gates look at the whole server, where other tests are at work.
    const [tripped] = run.of('gate.tripped').filter((event) => event.gate === 'slow');
    expect(tripped?.reason).toBe('cannot be read: no answer within 8.0 s');
    expect(run.of('connection.lost')).toEqual([]);
    // In the middle of the next reading.
    const atIt = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'indexdeck gate slow%' AND state = 'active'`;
    const [backend] = await poll(async () => {
      const rows = await database.sql<{ pid: number }>(atIt);
      return rows.length > 0 && rows;
    });
    await run.command({ type: 'abort' });
    expect((await run.end()).outcome?.status).toBe(4);
    expect(await sessionsOf(database)).toEqual([]);
    expect(await database.sql(`SELECT 1 FROM pg_stat_activity WHERE pid = ${backend?.pid}`)).toEqual([]);
    await forgotten.release();
  });

  it('says why a statement gives no number, reads only, and comes back when its backend was ended', async () => {
    const database = await createDatabase(version);
    await prepare(database);
    const forgotten = await idleInTransaction(database);
    await database.sql(
      `CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO courses VALUES (-1) RETURNING 1'`,
    );
    const blocker = await holdLock(database, 'shop');
    const odd: [string, string, RegExp][] = [
      ['two-rows', 'SELECT generate_series(1, 2)', /more than one row/],
      ['two-columns', 'SELECT 1, 2', /only one column/],
      ['no-row', 'SELECT 1 WHERE false', /no row, or NULL/],
      ['a-word', "SELECT 'many'", /"many", which is no number/],
      ['no-table', 'SELECT 1 FROM nowhere', /relation "nowhere" does not exist/],
      ['infinite', "SELECT 'Infinity'::float8", /no number/],
      ['writing', 'SELECT writes()', /read-only transaction/],
      ['locked', 'SELECT errors FROM shop', /no answer|lock timeout/],
    ];
    const warn = { warn: 99, pause: null, abort: null };
    const gates = odd.map(([name, sql]) => gate(name, { kind: 'sql', sql }, { thresholds: warn }));
    const fine = [
      'SELECT 3::bigint',
      'SELECT 3.0::numeric',
      'VALUES (3)',
      'WITH a AS (SELECT 3 AS n) SELECT n FROM a -- c',
    ];
    const good = fine.map((sql, n) => gate(`good-${n}`, { kind: 'sql', sql }, { thresholds: warn }));
    const run = await startRun(database, TWO_INDEXES, { options: { ownGates: [...gates, ...good] } });
    await run.go();
    for (const [name, , why] of odd)
      await poll(() => why.test(run.client.view().sample?.own?.[name]?.why ?? ''), 15_000);
    for (const { name } of good) await poll(() => run.client.view().sample?.own?.[name]?.value === 3);
    await blocker.release();
    await poll(() => run.client.view().sample?.own?.locked?.value === 0);
    expect(await database.sql('SELECT id FROM courses WHERE id < 0')).toEqual([]);
    await database.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'indexdeck gate good-0%'`,
    );
    await run.until(() => run.of('connection.lost').some((event) => event.session === 'gate good-0'));
    await run.until(() => run.of('connection.restored').some((event) => event.session === 'gate good-0'));
    // Our own gates' sessions are nobody's traffic.
    expect(run.client.view().sample?.metrics.active).toBeLessThan(gates.length + good.length);
    await run.command({ type: 'abort' });
    await forgotten.release();
    await run.end();
    expect(await sessionsOf(database)).toEqual([]);
  });
});

// A command knows of no server.
it('a command aborts the run, and leaves no process', async () => {
  const database = await createDatabase(18);
  await prepare(database);
  const forgotten = await idleInTransaction(database);
  const dir = folder();
  // Each reading leaves a program in the background, and prints what is in a file beside it.
  const command = 'sleep 3600 & echo $! >> pids; cat number';
  const disk = gate(
    'disk-free',
    { kind: 'command', command, cwd: dir },
    {
      thresholds: { warn: 30, pause: 20, abort: 10 },
      below: true,
    },
  );
  writeFileSync(join(dir, 'number'), '40\n');
  const run = await startRun(database, TWO_INDEXES, { options: { ownGates: [disk] } });
  await run.go();
  await run.until((state) => state.steps[0]?.status === 'building');
  await poll(() => run.client.view().sample?.own?.['disk-free']?.value === 40);
  writeFileSync(join(dir, 'number'), '9.5\n');
  const state = await run.end();
  expect(state.outcome?.status).toBe(4);
  expect(state.abort).toMatchObject({ by: 'gate disk-free', reason: 'disk-free is 9.50 (threshold 10)' });
  expect(await invalidIndexes(database)).toEqual([]);
  const pids = pidsIn(join(dir, 'pids'));
  expect(pids.length).toBeGreaterThan(3);
  await poll(() => !pids.some(alive));
  expect(await sessionsOf(database)).toEqual([]);
  await forgotten.release();
});

it('a command that hangs times out, pauses as unreadable after 15 s, and holds up nothing else', async () => {
  const database = await createDatabase(18);
  await prepare(database);
  const forgotten = await idleInTransaction(database);
  const dir = folder();
  const command = "trap '' TERM; sleep 3600 & echo $! >> pids; echo $$ >> pids; wait; sleep 3600";
  const hanging = gate('hanging', { kind: 'command', command, cwd: dir }, { everyMs: 2_000, timeoutMs: 2_000 });
  const run = await startRun(database, TWO_INDEXES, { options: { ownGates: [hanging, shopErrors()] } });
  await run.go();
  const samples = new Set<string>();
  const errors = new Set<string>();
  const watching = setInterval(() => {
    const { sample } = run.client.view();
    if (sample === null) return;
    samples.add(sample.at);
    errors.add(sample.own?.['shop-errors']?.at ?? '');
  }, 50);
  onTestFinished(() => clearInterval(watching));
  await run.until((state) => state.pauses.some((pause) => pause.gate === 'hanging'), 30_000);
  const [warned, paused] = run.of('gate.tripped').filter((event) => event.gate === 'hanging');
  expect(warned).toMatchObject({ level: 'warn', value: null, reason: 'cannot be read: no answer within 2.0 s' });
  expect(paused).toMatchObject({ level: 'pause', value: null });
  expect(at(paused) - at(warned)).toBeGreaterThanOrEqual(14_900);
  // Never two at a time: of all that were started at most one pair is left.
  await poll(() => pidsIn(join(dir, 'pids')).filter(alive).length <= 2);
  expect(samples.size).toBeGreaterThan(10);
  expect(errors.size).toBeGreaterThan(10);
  // Nor does it keep an abort waiting.
  const asked = Date.now();
  expect(await run.command({ type: 'abort' })).toMatchObject({ ok: true });
  expect((await run.end()).outcome?.status).toBe(4);
  expect(at(run.of('run.finished')[0]) - asked).toBeLessThan(10_000);
  await poll(() => !pidsIn(join(dir, 'pids')).some(alive));
  await forgotten.release();
});
