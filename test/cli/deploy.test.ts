import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/run/index.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { versions } from '../support/server.ts';
import { BUILT, indexes, type Place, place } from './place.ts';
import { type Ended, file, indexdeck, line, type Running, start } from './program.ts';

const runOf = (journal: string): { run: string; dir: string; text: string; events: RunEvent[] } => {
  const [run = ''] = readdirSync(journal);
  const text = readFileSync(join(journal, run, 'journal.jsonl'), 'utf8');
  const events = text
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => JSON.parse(each));
  return { run, dir: join(journal, run), text, events };
};

test.each(versions)(
  'on PostgreSQL %i, plain lines: all is built, verified, and kept to this user; no password anywhere',
  async (version) => {
    const { database, journal, args, env } = await place(version);
    const { status, stdout, stderr } = await indexdeck(args, { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await indexes(database)).toEqual(BUILT);
    const { run, dir, text } = runOf(journal);
    expect(stdout).toMatch(new RegExp(`^run ${run}, journal in ${dir}$`, 'm'));
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ idx_dishes_id {2}built in /m);
    expect(stdout).toMatch(/run finished with status 0/);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'journal.jsonl')).mode & 0o777).toBe(0o600);
    for (const said of [stdout, text, readFileSync(join(dir, 'engine.log'), 'utf8')])
      expect(said).not.toContain(database.server.password);
  },
);

test('JSON: standard output is the journal, byte for byte', async () => {
  const { journal, args, env } = await place();
  const { status, stdout } = await indexdeck([...args, '--ui', 'json'], { env });
  expect(status).toBe(0);
  const { text, events } = runOf(journal);
  const shown = stdout.split('\n').length;
  expect(`${stdout}\n`).toBe(text.split('\n').slice(0, shown).join('\n').concat('\n'));
  expect(JSON.parse(stdout.split('\n').at(-1) ?? '')).toMatchObject({ type: 'run.finished', status: 0 });
  expect(events.map((event) => event.seq)).toEqual(events.map((_event, at) => at + 1));
});

/** A deployment whose last build waits for a forgotten transaction. */
const stuck = async (more: string[] = []): Promise<Place & { running: Running; release(): Promise<void> }> => {
  const there = await place();
  const scene = await idleInTransaction(there.database);
  const running = start([...there.args, ...more], { env: there.env });
  await line(running, /waiting for old snapshots|"build.phase_entered".*waiting for old snapshots/);
  return { ...there, running, release: () => scene.release() };
};

describe('signals without a terminal', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s aborts, waits for the end, and leaves nothing half-built',
    async (signal) => {
      const { database, running, release } = await stuck();
      running.child.kill(signal);
      await poll(() => running.errors.some((each) => each.includes(`${signal}: aborting the run`)));
      const { status, stdout } = await running.ended;
      expect(status).toBe(4);
      expect(stdout).toMatch(new RegExp(`ABORT by .*: ${signal}`));
      expect((await indexes(database)).filter((index) => !index.valid)).toEqual([]);
      await release();
    },
  );

  test('of the program that waits on an older Node’s behalf, too', async () => {
    const { database, args, env } = await place();
    const scene = await idleInTransaction(database);
    const pretend = file(
      'pretend.cjs',
      `Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '20.0.0' }) });`,
    );
    const running = start(args, { env, nodeArgs: ['-r', pretend] });
    await line(running, /waiting for old snapshots/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 4 });
    await scene.release();
  });
});

describe('exit status', () => {
  const TWICE = '-- SECTION 1: ONE\nCREATE UNIQUE INDEX CONCURRENTLY u ON dishes (name);\n';
  // Preflight would find it.
  const UNLOOKED = ['--check-unique-up-to', '0'];
  const status = async (sql: string, more: string[] = []): Promise<Ended> => {
    const { args, env } = await place(18, sql);
    return await indexdeck([...args, ...more], { env });
  };

  test('1 when an index failed and the rest went on', async () => {
    expect(await status(TWICE, [...UNLOOKED, '--on-error', 'skip'])).toMatchObject({ status: 1 });
  });

  test('4 when a failure aborts, which is what it does without a terminal', async () => {
    expect(await status(TWICE, UNLOOKED)).toMatchObject({ status: 4 });
  });

  test('3 when a unique index would meet duplicates', async () => {
    expect(await status(TWICE)).toMatchObject({ status: 3 });
  });

  test('3 when preflight blocks', async () => {
    const ended = await status('-- SECTION 1: ONE\nCREATE INDEX CONCURRENTLY i ON nowhere (a);\n');
    expect(ended.status).toBe(3);
    expect(ended.stdout).toMatch(/BLOCKS .*nowhere/);
  });

  test('3 when the database does not answer, and no run is left behind', async () => {
    const { args, env, journal } = await place();
    const ended = await indexdeck(args, { env: { ...env, PGPORT: '1' } });
    expect(ended).toMatchObject({ status: 3, stdout: '' });
    expect(ended.stderr).toMatch(/cannot connect to .*ECONNREFUSED.*Nothing was changed$/);
    expect(() => readdirSync(journal)).toThrow(/ENOENT/);
  });

  test('5 when the engine is gone', async () => {
    const { running, journal, release } = await stuck();
    const { dir } = runOf(journal);
    const pid = Number(readFileSync(join(dir, 'engine.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    const { status: code, stderr } = await running.ended;
    expect(code).toBe(5);
    expect(stderr).toContain(dir);
    await release();
  });

  test('0 in production with the name and a reason, which is kept', async () => {
    const { args, env, journal, database } = await place();
    const consent = ['--environment', 'production', '--confirm', database.name, '--no-backup', 'snapshot 7'];
    expect(await indexdeck([...args, ...consent], { env })).toMatchObject({ status: 0 });
    expect(runOf(journal).events[0]).toMatchObject({ type: 'run.started', options: { noBackup: 'snapshot 7' } });
  });
});

describe('a reader that goes away is a client that vanished', () => {
  test.each(['json', 'plain'])('%s: the run is left to the policy, and can be taken up again', async (ui) => {
    const { database, journal, env, running, release } = await stuck(['--ui', ui, '--on-disconnect', 'pause']);
    const at = { env };
    running.child.stdout?.destroy();
    const control = (...args: string[]) => indexdeck([...args, '--journal', journal], at);
    // It notices with the next line, such as that somebody joined.
    start(['watch', '--ui', 'json', '--journal', journal], at);
    const { status, stderr } = await running.ended;
    expect(status).toBe(5);
    expect(stderr).toMatch(/nobody reads the output any more.*--on-disconnect pause/);
    await poll(() =>
      runOf(journal).events.some((event) => event.type === 'run.paused' && event.cause === 'disconnect'),
    );
    await release();
    expect(await control('continue')).toMatchObject({ status: 0 });
    await poll(() => runOf(journal).events.some((event) => event.type === 'run.finished' && event.status === 0));
    expect(await indexes(database)).toEqual(BUILT);
  });
});

describe('from another shell', () => {
  test('runs, pause, watch, continue, attach', async () => {
    const { journal, env, running, release } = await stuck();
    const { run } = runOf(journal);
    const other = (...args: string[]) => indexdeck([...args, '--journal', journal], { env });
    expect((await other('runs')).stdout).toMatch(new RegExp(`^${run} {2}running `));
    expect(await other('pause')).toMatchObject({ status: 0, stderr: expect.stringMatching(/paused/) });
    expect(await other('pause', run.slice(0, 12))).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/paused already/),
    });
    expect((await other('runs')).stdout).toMatch(/ paused /);
    const watching = start(['watch', '--ui', 'json', '--journal', journal], { env });
    await line(watching, /"run.paused"/);
    const attached = start(['attach', run, '--journal', journal], { env });
    await line(attached, /PAUSED/);
    await release();
    expect(await other('continue')).toMatchObject({ status: 0 });
    expect(await running.ended).toMatchObject({ status: 0 });
    expect(await attached.ended).toMatchObject({ status: 0 });
    const watched = await watching.ended;
    expect(watched.status).toBe(0);
    expect(watched.stdout.split('\n').at(-1)).toMatch(/"run.finished"/);
    await poll(async () => !(await other('runs', '--ui', 'json')).stdout.includes('"alive":true'));
    // What has ended is seen from its journal, and takes no orders.
    const replayed = await other('watch', '--ui', 'json');
    expect(replayed).toMatchObject({ status: 0, stdout: runOf(journal).text.trimEnd() });
    expect(await other('abort')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/does not go on any more: finished, status 0/),
    });
  });

  test('abort returns when all is cleaned up', async () => {
    const { database, journal, env, running, release } = await stuck();
    const aborted = await indexdeck(['abort', '--journal', journal], { env });
    expect(aborted.status).toBe(0);
    expect((await indexes(database)).filter((index) => !index.valid)).toEqual([]);
    expect(await running.ended).toMatchObject({ status: 4 });
    await release();
  });

  test('two runs at a time: which one is meant has to be said', async () => {
    const first = await stuck();
    const second = await place();
    const scene = await idleInTransaction(second.database);
    const { journal } = first;
    const running = start(['deploy', second.plan, '--yes', '--journal', journal], { env: second.env });
    await line(running, /waiting for old snapshots/);
    const abort = (...args: string[]) => indexdeck(['abort', ...args, '--journal', journal], { env: second.env });
    const ambiguous = await abort();
    expect(ambiguous).toMatchObject({ status: 2, stderr: expect.stringMatching(/several runs are meant/) });
    for (const run of readdirSync(journal)) expect(ambiguous.stderr).toContain(run);
    expect(await abort('-d', second.database.name)).toMatchObject({ status: 0 });
    expect(await running.ended).toMatchObject({ status: 4 });
    expect(await abort()).toMatchObject({ status: 0 });
    expect(await first.running.ended).toMatchObject({ status: 4 });
    await scene.release();
    await first.release();
  });
});

describe('check', () => {
  test('prints plan, tables and findings, and changes nothing', async () => {
    const { database, plan, env } = await place();
    const { status, stdout, stderr } = await indexdeck(['check', plan], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/1\. MENU/);
    expect(stdout).toMatch(/public\.dishes .*(rows|unknown)/);
    expect(stdout).toMatch(/Nothing blocks/);
    expect(await indexes(database)).toEqual([]);
  });

  test('as one JSON object; 3 when something blocks', async () => {
    const { plan, env } = await place(18, '-- SECTION 1: ONE\nCREATE INDEX CONCURRENTLY i ON nowhere (a);\n');
    const { status, stdout } = await indexdeck(['check', plan, '--ui', 'json'], { env });
    expect(status).toBe(3);
    const { plan: read, findings } = JSON.parse(stdout);
    expect(read.sections).toHaveLength(1);
    expect(findings.filter((finding: { level: string }) => finding.level === 'blocks')).not.toEqual([]);
  });

  test('3 with a finding when the database does not answer', async () => {
    const { plan, env } = await place();
    const { status, stdout } = await indexdeck(['check', plan, '--ui', 'json'], { env: { ...env, PGPORT: '1' } });
    expect(status).toBe(3);
    expect(JSON.parse(stdout).findings).toContainEqual(expect.objectContaining({ code: 'not-reachable' }));
  });
});
