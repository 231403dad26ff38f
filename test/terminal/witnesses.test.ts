import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { RunEvent, RunStatus } from '../../src/run/index.ts';
import { indexes, type Place, place } from '../cli/place.ts';
import { folder, indexdeck, line, start } from '../cli/program.ts';
import { grant, makeRole } from '../support/elsewhere.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { onScreen } from '../support/screen.ts';
import { startProxy } from '../support/tcp-proxy.ts';

/** The run of the place's journal directory. */
const runOf = (journal: string): string => readdirSync(journal)[0] ?? '';

const journalOf = (journal: string): RunEvent[] =>
  readFileSync(join(journal, runOf(journal), 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** As one who sits at another machine: the same database, another home. */
const far = ({ env }: Place, role: { user: string; password: string }, port?: number): Record<string, string> => ({
  ...env,
  PGUSER: role.user,
  PGPASSWORD: role.password,
  XDG_STATE_HOME: folder(),
  ...(port === undefined ? {} : { PGPORT: String(port) }),
});

/** What a screen shows of a run, without what is its own: role, keys, and how long ago something was. */
const picture = (rows: string[]): string[] =>
  rows
    .slice(0, -1)
    .map((row) =>
      row
        .replace(/OPERATOR|OBSERVER|STANDBY/, 'ROLE')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((row) => /idx_|status|FINISHED|section|index /.test(row));

/** A deployment on a screen, which waits for a forgotten transaction. */
const deployment = async () => {
  const there = await place();
  const forgotten = await idleInTransaction(there.database);
  const screen = onScreen(there.args, there.env, 100, 30);
  await screen.shows(/waits \S+ on pid \d+ forgotten/);
  const bob = await makeRole(there.database, 'bob');
  const cleo = await makeRole(there.database, 'cleo');
  await grant(there.database, 'observer', bob);
  await grant(there.database, 'operator', cleo);
  return { ...there, forgotten, screen, bob, cleo };
};

describe('three who watch, with two roles: one late, one cut off for 20 s, one that stops reading', () => {
  test('all have seen the same in the end, event for event', async () => {
    const { database, journal, env, forgotten, screen, bob, cleo, ...rest } = await deployment();
    const there = { database, journal, env, ...rest };
    const run = runOf(journal);
    const proxy = await startProxy(database.server);
    const cut = onScreen(['attach', run], far(there, cleo, proxy.port), 100, 30);
    await cut.shows(/STANDBY/);
    const stalled = start(['watch', run, '--ui', 'json'], { env: far(there, bob) });
    await line(stalled, /client.joined/);
    process.kill(stalled.child.pid ?? 0, 'SIGSTOP');
    proxy.set('cut');
    await cut.shows(/no word from the engine/);
    // Pauses and goes on meanwhile, so that there is something to miss.
    screen.pty.write('P');
    await screen.shows(/PAUSED/);
    screen.pty.write('C');
    await screen.shows(/RUNNING/);
    // Twenty seconds in which it is cut off: their length is what is tested.
    await delay(20_000);
    proxy.set('pass');
    await cut.shows(/waits \S+ on pid \d+ forgotten/);
    const late = onScreen(['watch', run], far(there, bob), 100, 30);
    await late.shows(/OBSERVER[\s\S]*waits \S+ on pid \d+ forgotten/);
    // No key of an observer's changes anything, and none is offered.
    expect(late.rows().at(-1)).not.toMatch(/P pause|A abort/);
    late.pty.write('PADB');
    await delay(500);
    await forgotten.release();
    await screen.shows(/FINISHED/);
    await late.shows(/FINISHED/);
    await cut.shows(/FINISHED/);
    const shown = picture(screen.rows());
    expect(picture(late.rows())).toEqual(shown);
    expect(picture(cut.rows())).toEqual(shown);
    for (const each of [late, cut, screen]) each.pty.write('q');
    expect(await late.ended).toBe(0);
    expect(await cut.ended).toBe(0);
    expect(await screen.ended).toBe(0);
    process.kill(stalled.child.pid ?? 0, 'SIGCONT');
    expect((await stalled.ended).status).toBe(0);
    const events = journalOf(journal);
    expect(stalled.lines.map((line) => JSON.parse(line))).toEqual(events);
    // Who was there is on record; nobody was taken for gone.
    const names = events.flatMap((event) => (event.type === 'client.joined' ? [event.name] : []));
    expect(names.filter((name) => name.endsWith(`(role ${cleo.user})`))).toHaveLength(1);
    expect(events.filter((event) => event.type === 'client.left' && event.vanished)).toEqual([]);
    await proxy.close();
  }, 120_000);
});

test('a takeover while the terminal of the first operator is frozen', async () => {
  const { journal, env, forgotten, screen, cleo, database, ...rest } = await deployment();
  const there = { journal, env, database, ...rest };
  const run = runOf(journal);
  const second = onScreen(['attach', run], far(there, cleo), 100, 30);
  await second.shows(/STANDBY[\s\S]*operates this run; this screen stands by/);
  process.kill(screen.pty.pid, 'SIGSTOP');
  second.pty.write('H');
  await second.shows(/Take over this run\?/);
  second.pty.write('y');
  await second.shows(/OPERATOR/);
  second.pty.write('P');
  await second.shows(/PAUSED/);
  process.kill(screen.pty.pid, 'SIGCONT');
  await screen.shows(/STANDBY[\s\S]*PAUSED/);
  await screen.shows(new RegExp(`role ${cleo.user}\\) operates this run`));
  // His C is no key any more.
  expect(screen.rows().at(-1)).not.toMatch(/C continue/);
  second.pty.write('C');
  await second.shows(/RUNNING/);
  await forgotten.release();
  await second.shows(/FINISHED/);
  await screen.shows(/FINISHED/);
  second.pty.write('q');
  screen.pty.write('q');
  expect([await second.ended, await screen.ended]).toEqual([0, 0]);
  const taken = journalOf(journal).filter((event) => event.type === 'operator.changed');
  expect(taken).toMatchObject([{ name: expect.stringContaining(`(role ${cleo.user})`), from: expect.any(String) }]);
}, 90_000);

test('without a screen, from elsewhere: status, pause with an end, set, until, abort', async () => {
  const { journal, env, forgotten, cleo, bob, database, screen, ...rest } = await deployment();
  const there = { journal, env, database, ...rest };
  const run = runOf(journal);
  const asCleo = { env: far(there, cleo) };
  const asBob = { env: far(there, bob) };
  const status = async (): Promise<RunStatus> =>
    JSON.parse((await indexdeck(['status', '--json'], asBob)).stdout) as RunStatus;
  const before = await status();
  expect(before).toMatchObject({ run, state: 'running', indexes: { total: 3, building: 2 } });
  expect(before.waitsFor.join()).toContain('forgotten');
  expect(before.mayDo.map(({ what }) => what)).toEqual(['pause', 'abort', 'roll back']);
  const until = indexdeck(['watch', '--ui', 'json', '--until', 'paused,finished'], asBob);
  expect(await indexdeck(['pause', run.slice(0, 15), '--for', '10m', '--reason', 'lunch'], asCleo)).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('it goes on by itself in 00:10:00'),
  });
  const watched = await until;
  expect(watched.status).toBe(0);
  expect(watched.stdout.split('\n').at(-1)).toContain('"type":"run.paused"');
  const paused = await status();
  expect(paused).toMatchObject({ state: 'paused', reason: expect.stringContaining('lunch') });
  expect(paused.mayDo.map(({ what }) => what)).toEqual(['pause', 'continue', 'abort', 'roll back']);
  const set = await indexdeck(['set', 'lock-waiters=1,20,-', 'delay=1s', 'jobs=1'], asCleo);
  expect(set.status).toBe(0);
  expect(await status()).toMatchObject({ jobs: 1, delayMs: 1000 });
  // Only reading, by rights and by session.
  expect(await indexdeck(['pause'], asBob)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('sql/ledger/grants/operator.sql'),
  });
  expect((await indexdeck(['set', 'active=60,30,-'], asCleo)).stderr).toContain('does not rise');
  expect((await indexdeck(['continue'], asCleo)).status).toBe(0);
  expect((await indexdeck(['continue'], asCleo)).stderr).toContain('the run is not paused');
  const abort = await indexdeck(['abort'], asCleo);
  expect(abort).toMatchObject({ status: 0, stderr: expect.stringContaining('aborted by') });
  await screen.shows(/ABORTED/);
  screen.pty.write('q');
  expect(await screen.ended).toBe(4);
  expect(await indexes(database)).toEqual([]);
  expect(await status()).toMatchObject({ state: 'finished', status: 4 });
  expect((await indexdeck(['abort'], asCleo)).stderr).toContain('does not go on any more');
  // On the machine of the engine the record is there also when the database is not.
  const dead = { env: { ...env, PGPORT: '1' } };
  const here = ['status', run, '--json', '--journal', journal];
  expect(JSON.parse((await indexdeck(here, dead)).stdout)).toMatchObject({ state: 'finished', status: 4 });
  const named = await indexdeck([...here, '-h', '127.0.0.1', '-p', '1', '-d', database.name], dead);
  expect(named.stderr).toContain('What is on this machine is all that can be seen');
  expect(JSON.parse(named.stdout)).toMatchObject({ state: 'finished', status: 4 });
  await forgotten.release();
  await poll(
    async () =>
      (
        await database.sql(
          "SELECT FROM pg_stat_activity WHERE application_name LIKE 'indexdeck%' AND datname = current_database()",
        )
      ).length === 0,
  );
}, 90_000);
