import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/run/index.ts';
import { indexes, place } from '../cli/place.ts';
import { createDatabase } from '../support/database.ts';
import { idleInTransaction, waiters } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { invalidIndexes, sessionsOf } from '../support/run.ts';
import { onScreen } from '../support/screen.ts';
import { startServer } from '../support/server.ts';

const asking = (args: string[]): string[] => args.filter((arg) => arg !== '--yes');

test.each([
  [80, 24],
  [160, 50],
])('at %i x %i: go, pause, continue and abort by key, and nothing half-built is left', async (columns, lines) => {
  const { args, env, database } = await place();
  const forgotten = await idleInTransaction(database);
  const screen = onScreen(asking(args), env, columns, lines);
  await screen.shows(/READY/);
  await screen.shows(/y build/);
  // Enter alone never confirms: it only opens the details.
  screen.pty.write('\r');
  await screen.shows(/y c: copy/);
  screen.pty.write('\u001b');
  await screen.shows(/n leave\s+r look again|n leave {2}/);
  await poll(() => !screen.rows().join('\n').includes('y c: copy'));
  screen.pty.write('y');
  await screen.shows(/RUNNING/);
  await screen.shows(/waits \S+ on pid \d+ forgotten/);
  expect(screen.rows()[2]).toMatch(new RegExp(`waits .* on pid ${forgotten.pid} forgotten, idle in trans`));
  screen.pty.write('P');
  await screen.shows(/PAUSED/);
  expect(screen.rows().at(-1)).toMatch(/C continue/);
  screen.pty.write('C');
  await screen.shows(/RUNNING/);
  screen.resize(columns + 20, lines - 4);
  await screen.shows(/RUNNING[\s\S]*P pause/);
  expect(screen.rows()[0]).toMatch(/indexdeck {2}OPERATOR/);
  screen.pty.write('A');
  await screen.shows(/Abort this run\?/);
  screen.pty.write('n');
  await screen.shows(/not aborted: the run goes on/);
  screen.pty.write('A');
  await screen.shows(/Abort this run\?/);
  screen.pty.write('A');
  await screen.shows(/ABORTED|FINISHED/);
  await screen.shows(/status 4/);
  screen.pty.write('q');
  expect(await screen.ended).toBe(4);
  // The last word stays in the scrollback of the terminal that was there before.
  expect(screen.rows().join('\n')).toMatch(/indexdeck run \S+ on .*: status 4/);
  expect(screen.rows().join('\n')).toMatch(
    /Hand-off:\n {2}Before -> after: [\s\S]*\n {2}Rollback: nothing of this run/,
  );
  expect(await indexes(database)).toEqual([]);
  expect(await invalidIndexes(database)).toEqual([]);
  expect(await sessionsOf(database)).toEqual([]);
  await forgotten.release();
});

test.each([
  [80, 24],
  [160, 50],
])('at %i x %i: a blocker that somebody else takes away turns green without a key', async (columns, lines) => {
  const { args, env, database } = await place();
  const backup = await database.connect({ application_name: 'pg_dump' });
  await backup.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  const screen = onScreen(asking(args), env, columns, lines);
  await screen.shows(/BLOCKED[\s\S]*✗ dump-running/);
  await backup.end();
  await screen.shows(/READY[\s\S]*✓ dump-running .*cleared \d+s ago/, 40_000);
  await screen.shows(/y build/);
  screen.pty.write('n');
  expect(await screen.ended).toBe(4);
  expect(await indexes(database)).toEqual([]);
});

test('a terminal that is not read for ten seconds stops nothing: the gate trips, pauses and is journalled on time', async () => {
  // A server of its own: the gates look at the whole server.
  const server = await startServer({ version: 18 });
  const database = await createDatabase(18, { server });
  await database.sql('CREATE TABLE dishes AS SELECT n AS id, n % 7 AS course FROM generate_series(1, 2000) n');
  await database.sql('CREATE TABLE elsewhere (id int)');
  const { plan, journal } = await place(18, 'CREATE INDEX CONCURRENTLY idx_dishes_course ON dishes (course);');
  const forgotten = await idleInTransaction(database);
  const args = ['deploy', plan, '--yes', '--journal', journal];
  const screen = onScreen(args, database.environment, 160, 50);
  await screen.shows(/waits \S+ on pid \d+ forgotten/);
  screen.pty.pause();
  // Each draws the whole screen anew: more than a terminal's buffer takes, so that whoever writes to it stands still.
  for (let n = 0; n < 40; n++) {
    screen.pty.write('\u000c');
    await delay(25);
  }
  const crowd = await waiters(database, 30, 'elsewhere');
  const began = Date.now();
  // Ten seconds in which nobody reads: the length of the freeze is what is tested.
  await delay(10_000);
  const [run = ''] = readdirSync(journal);
  const lines = readFileSync(join(journal, run, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const paused = lines.map((line) => JSON.parse(line) as RunEvent).find((event) => event.type === 'run.paused');
  expect(paused).toMatchObject({ cause: 'gate', gate: 'lock-waiters' });
  expect(Date.parse(paused?.at ?? '') - began).toBeLessThanOrEqual(4_000);
  screen.pty.resume();
  screen.pty.write('\u001b');
  await screen.shows(/PAUSED/);
  await crowd.release();
  await forgotten.release();
  await screen.shows(/FINISHED/, 30_000);
  screen.pty.write('q');
  expect(await screen.ended).toBe(0);
});
