import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/run/index.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { BUILT, indexes, type Place, place } from './place.ts';
import { type Ended, folder, indexdeck, line, start } from './program.ts';

interface Killed extends Place {
  run: string;
  /** Lines of the journal when the engine died. */
  recorded: number;
  release(): Promise<void>;
  resume(...more: string[]): Promise<Ended>;
}

const journalLines = (dir: string): string[] => readFileSync(join(dir, 'journal.jsonl'), 'utf8').trimEnd().split('\n');

/** A deployment whose engine is killed while an index waits for a forgotten transaction. */
const killed = async (more: (database: string) => string[] = () => []): Promise<Killed> => {
  const there = await place(18, undefined, { mayLeaveSessions: true });
  const forgotten = await idleInTransaction(there.database);
  const running = start([...there.args, ...more(there.database.name)], { env: there.env });
  await line(running, /waiting for old snapshots/);
  const [run = ''] = readdirSync(there.journal);
  const dir = join(there.journal, run);
  process.kill(Number(readFileSync(join(dir, 'engine.pid'), 'utf8')), 'SIGKILL');
  const { status, stderr } = await running.ended;
  expect(status).toBe(5);
  expect(stderr).toContain(`indexdeck resume ${run} goes on`);
  return {
    ...there,
    run,
    recorded: journalLines(dir).length,
    release: () => forgotten.release(),
    resume: (...args) => indexdeck(['resume', '--journal', there.journal, ...args], { env: there.env }),
  };
};

describe('resume', () => {
  test('goes on after kill -9 of the engine, and prints the rest of the events', async () => {
    const { database, journal, run, recorded, release, env } = await killed();
    const running = start(['resume', run.slice(0, 15), '--yes', '--ui', 'json', '--journal', journal], { env });
    await line(running, /"run.approved"/);
    await release();
    const { status, stdout } = await running.ended;
    expect(status).toBe(0);
    expect(await indexes(database)).toEqual(BUILT);
    const lines = journalLines(join(journal, run));
    expect(stdout.split('\n')).toEqual(lines.slice(recorded));
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ type: 'run.resumed', seq: recorded + 1 });
    expect(lines.map((each) => (JSON.parse(each) as RunEvent).seq)).toEqual(lines.map((_, at) => at + 1));
    expect(await indexdeck(['resume', '--journal', journal, '--yes'], { env })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is done and verified: there is nothing to go on with'),
    });
  });

  test('says in plain lines what it found for each index in doubt', async () => {
    const { release, resume } = await killed();
    await release();
    const { status, stdout } = await resume('--yes');
    expect(status).toBe(0);
    expect(stdout).toMatch(/taken up again by .*, from the journal/);
    expect(stdout).toMatch(
      /idx_\w+ \(oid \d+\) (was finished after its engine was lost|is still being built by pid \d+)/,
    );
  });

  test('refuses when the script has changed, and shows how; goes on with what was recorded when told', async () => {
    const { database, plan, release, resume } = await killed();
    await release();
    appendFileSync(plan, 'CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);\n');
    const refused = await resume('--yes');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /the script has changed since run .* was started:\n {2}\+ line 7 now: index idx_dishes_name on dishes/,
    );
    expect(refused.stderr).toContain('--recorded-plan');
    const told = await resume('--yes', '--recorded-plan');
    expect(told).toMatchObject({ status: 0, stderr: expect.stringContaining('+ line 7 now') });
    expect(await indexes(database)).toEqual(BUILT);
  });

  test('goes on when the script is not to be found, and says so', async () => {
    const { plan, release, resume } = await killed();
    await release();
    rmSync(plan);
    expect(await resume('--yes')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('there is no such file: going on with the plan as it was recorded'),
    });
  });

  test('takes the connection from the record; one to another database is refused', async () => {
    const { database, journal, run, release, resume, env } = await killed();
    expect((await resume(run, '--yes', '-d', 'postgres')).stderr).toMatch(
      /is on the database "test_\w+", and the connection is to "postgres"/,
    );
    await release();
    // All that is left of the environment is the password.
    const { PGPASSWORD = '' } = env;
    const { status } = await indexdeck(['resume', '--yes', '--journal', journal], { env: { PGPASSWORD } });
    expect(status).toBe(0);
    expect(await indexes(database)).toEqual(BUILT);
  });

  test('asks: without a terminal --yes is required, and in production the name', async () => {
    const { database, release, resume } = await killed((name) => [
      '--environment',
      'production',
      '--no-backup',
      'a test',
      '--confirm',
      name,
    ]);
    await release();
    expect(await resume()).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') });
    expect(await resume('--yes')).toMatchObject({ status: 2, stderr: expect.stringContaining('--confirm DBNAME') });
    expect(await resume('--yes', '--confirm', database.name)).toMatchObject({ status: 0 });
  });

  test('refuses a run that goes on', async () => {
    const there = await place();
    const forgotten = await idleInTransaction(there.database);
    const running = start(there.args, { env: there.env });
    await line(running, /waiting for old snapshots/);
    const refused = await indexdeck(['resume', '--yes', '--journal', there.journal], { env: there.env });
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(/goes on: indexdeck attach/) });
    await forgotten.release();
    expect((await running.ended).status).toBe(0);
  });

  test('two at the same moment: one goes on, the other one is refused', async () => {
    const { database, release, resume } = await killed();
    const both = Promise.all([resume('--yes'), resume('--yes')]);
    await poll(
      async () =>
        (await database.sql("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'indexdeck lock%'")).length > 0,
    );
    await release();
    const statuses = (await both).map(({ status }) => status).sort();
    expect(statuses[0]).toBe(0);
    expect([2, 3]).toContain(statuses[1]);
    expect(await indexes(database)).toEqual(BUILT);
  });

  describe('from the ledger', () => {
    test('on another machine: the history comes along, and all of it is in both', async () => {
      const { database, run, recorded, release, env } = await killed();
      await release();
      const elsewhere = join(folder(), 'runs');
      const { status, stdout, stderr } = await indexdeck(
        ['resume', '--yes', '--ui', 'json', '--journal', elsewhere, '-d', database.connectionString],
        { env },
      );
      expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining(`run ${run}: `) });
      expect(stdout.split('\n')[0]).toContain('"from":"ledger"');
      expect(await indexes(database)).toEqual(BUILT);
      const lines = journalLines(join(elsewhere, run));
      expect(lines.length).toBeGreaterThan(recorded);
      const fed = await database.sql<{ event: string }>(
        'SELECT event::text AS event FROM indexdeck.events ORDER BY seq',
      );
      expect(fed.map(({ event }) => event)).toEqual(lines);
    });

    test('back on the first machine: what happened elsewhere is taken over, and there is nothing left to do', async () => {
      const { database, journal, run, release, resume, env } = await killed();
      await release();
      const elsewhere = join(folder(), 'runs');
      const there = ['resume', '--yes', '--journal', elsewhere, '-d', database.connectionString];
      expect((await indexdeck(there, { env })).status).toBe(0);
      expect(await resume('--yes')).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('is done and verified'),
      });
      expect(journalLines(join(journal, run))).toEqual(journalLines(join(elsewhere, run)));
    });

    test('two stories of one run are never mixed', async () => {
      const { journal, run, release, resume } = await killed();
      await release();
      const path = join(journal, run, 'journal.jsonl');
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace('"type":"run.approved","by":"', '"type":"run.approved","by":"not '),
      );
      const { status, stderr } = await resume('--yes');
      expect({ status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('tell different stories'),
      });
    });

    test('a database without a ledger knows no run', async () => {
      const { args: _, database, env } = await place();
      const elsewhere = join(folder(), 'runs');
      const { status, stderr } = await indexdeck(
        ['resume', '--yes', '--journal', elsewhere, '-d', database.connectionString],
        { env },
      );
      expect({ status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('neither in the journal directory nor in the ledger'),
      });
    });
  });
});
