import { chmodSync, readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { testWithPgTools } from '../support/pg-tools.ts';
import { poll } from '../support/poll.ts';
import { folder, indexdeck, line, start } from './program.ts';
import { open } from './terminal.ts';

/** A folder for everything temporary, in which nothing may be left. */
const temporary = (): { TMPDIR: string } => {
  const path = folder();
  // The server may run as another user.
  chmodSync(path, 0o755);
  return { TMPDIR: path };
};

const nothingIn = (path: string) => poll(() => readdirSync(path).length === 0, 20_000);

test('without a terminal it runs through, and leaves nothing', { timeout: 180_000 }, async () => {
  const env = temporary();
  const { status, stdout } = await indexdeck(['demo', '--scale', '0.1', '--no-traffic', '--jobs', '4'], { env });
  expect(stdout).toMatch(/verified: 58 indexes, all there, valid, and as planned/);
  expect(status).toBe(0);
  await nothingIn(env.TMPDIR);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while it builds aborts, and everything goes',
  { timeout: 120_000 },
  async (signal) => {
    const env = temporary();
    const running = start(['demo', '--scale', '0.1'], { env });
    await line(running, /build begins on/, 60_000);
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ status: 4 });
    await nothingIn(env.TMPDIR);
  },
);

test('SIGINT while it is set up ends it, and everything goes', { timeout: 120_000 }, async () => {
  const env = temporary();
  const running = start(['demo', '--scale', '0.1'], { env });
  await poll(() => running.errors.some((each) => /Filling/.test(each)), 60_000);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ status: 4, stdout: '' });
  await nothingIn(env.TMPDIR);
});

test('a terminal that goes away takes all of it along', { timeout: 120_000 }, async () => {
  const env = temporary();
  const terminal = open(['demo', '--scale', '0.1', '--yes'], env);
  await terminal.shows(/phase \d/, 90_000);
  terminal.pty.kill('SIGHUP');
  expect(await terminal.ended).toBe(4);
  await nothingIn(env.TMPDIR);
});

testWithPgTools('B restores its backup, under its traffic', { timeout: 240_000 }, async () => {
  const env = temporary();
  const screen = open(['demo', '--server', '15', '--scale', '0.2', '--yes'], env);
  await screen.shows(/PostgreSQL 15: pg_dump 1[56]\.\d+ in .* backs it up/, 60_000);
  await screen.shows(/built in/, 90_000);
  screen.pty.write('B');
  await screen.shows(/RESTORE the database from its backup/);
  screen.pty.write('menuca');
  // Only what changed is drawn; the schema is called menuca_v3.
  await screen.shows(/menuca_(?!v3)/);
  screen.pty.write('\r');
  await screen.shows(/Type the database's name to go on/, 60_000);
  // The traffic is there, and is ended for the swap alone.
  expect(screen.text()).toMatch(/then end \d+ other sessions? and swap names/);
  screen.pty.write('menuca\r');
  await screen.shows(/menuca is restored and verified/, 90_000);
  await screen.shows(/the demo ends/);
  expect(screen.text()).toMatch(/verified: rows: /);
  expect(screen.text()).toMatch(/verified: objects: /);
  expect(await screen.ended).toBe(0);
  await nothingIn(env.TMPDIR);
});

test('bad usage is said before minutes are spent', async () => {
  const env = temporary();
  const refused = async (why: RegExp, ...flags: string[]) => {
    const { status, stderr } = await indexdeck(['demo', ...flags], { env });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(why) });
  };
  await refused(/production needs a backup/, '--environment', 'production', '--bin-dir', folder());
  await refused(/--server 12: no such PostgreSQL is installed/, '--server', '12');
  await refused(/--server takes a major version/, '--server', 'new');
  await refused(/takes a backup of it by itself/, '--backup', 'x');
  onTestFinished(() => expect(readdirSync(env.TMPDIR)).toEqual([]));
});
