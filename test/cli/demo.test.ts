import { chmodSync, readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
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

test('bad usage is said before minutes are spent', async () => {
  const env = temporary();
  const { status, stderr } = await indexdeck(['demo', '--environment', 'production'], { env });
  expect(status).toBe(2);
  expect(stderr).toMatch(/production needs a backup/);
  onTestFinished(() => expect(readdirSync(env.TMPDIR)).toEqual([]));
});
