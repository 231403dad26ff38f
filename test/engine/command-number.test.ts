import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CommandNumber } from '../../src/engine/own-gates/command-number.ts';
import { poll } from '../support/poll.ts';

const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'indexdeck-command-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

const read = (command: string, { timeoutMs = 5_000, cwd = folder(), signal = new AbortController().signal } = {}) =>
  new CommandNumber({ command, cwd, timeoutMs }).read(signal);

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const gone = (dir: string, count: number) =>
  poll(() => {
    const pids = readFileSync(join(dir, 'pids'), 'utf8').trim().split('\n').map(Number);
    return pids.length === count && !pids.some(alive);
  });

describe('a command', () => {
  it.each([
    ['echo 5', 5],
    ['echo "  -0.5  "; echo said >&2', -0.5],
    ['printf 1.5e3', 1500],
  ])('%s gives a number', async (command, number) => {
    expect(await read(command)).toBe(number);
  });

  it.each([
    ['true', 'it gave nothing'],
    ['echo 1 2', 'it gave "1 2", which is no number'],
    ['echo 1e999', 'it gave "1e999", which is no number'],
    ['echo 0x10', 'it gave "0x10", which is no number'],
    ['echo 5; exit 3', 'it ended with status 3'],
    ['echo no route >&2; echo to shop >&2; exit 1', 'it ended with status 1: to shop'],
    ['kill -9 $$', 'it ended with SIGKILL'],
    ['yes', 'it printed far more than a number'],
  ])('%s gives none, and says why', async (command, why) => {
    await expect(read(command)).rejects.toThrow(why);
  });

  it('runs in its folder, and fails when there is none', async () => {
    const dir = folder();
    expect(await read('echo 7 > number; pwd > where; cat number', { cwd: dir })).toBe(7);
    expect(readFileSync(join(dir, 'where'), 'utf8').trim()).toMatch(dir);
    await expect(read('echo 1', { cwd: join(dir, 'nowhere') })).rejects.toThrow(/ENOENT|nowhere/);
  });

  it('has no password of ours in its environment', async () => {
    vi.stubEnv('PGPASSWORD', 'secret');
    vi.stubEnv('DATABASE_URL', 'postgres://me:secret@db/shop');
    vi.stubEnv('SHOP', 'open');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await read('env | grep -c secret || true')).toBe(0);
    expect(await read('env | grep -c SHOP=open')).toBe(1);
  });

  it('that hangs is killed with its children, though they ignore SIGTERM', async () => {
    const dir = folder();
    const command = `trap '' TERM; sleep 3600 & echo $! >> pids; echo $$ >> pids; sleep 3600`;
    await expect(read(command, { cwd: dir, timeoutMs: 300 })).rejects.toThrow('no answer within 0.30 s');
    await gone(dir, 2);
  });

  it('leaves nothing running in the background, and does not wait for it', async () => {
    const dir = folder();
    expect(await read('sleep 3600 & echo $! >> pids; echo 6', { cwd: dir, timeoutMs: 60_000 })).toBe(6);
    await gone(dir, 1);
  });

  it('whose child has left its group, and holds its output open, still ends in time', async () => {
    const command = 'setsid sh -c "echo \\$\\$ > pids; exec sleep 3600" & sleep 3600';
    const dir = folder();
    onTestFinished(() => {
      process.kill(Number(readFileSync(join(dir, 'pids'), 'utf8')), 'SIGKILL');
    });
    await expect(read(command, { cwd: dir, timeoutMs: 500 })).rejects.toThrow('no answer');
  });

  it('is killed at once when the run ends', async () => {
    const dir = folder();
    const stop = new AbortController();
    const reading = read('echo $$ > pids; sleep 3600', { cwd: dir, timeoutMs: 60_000, signal: stop.signal });
    const failed = expect(reading).rejects.toThrow();
    await poll(() => {
      try {
        return readFileSync(join(dir, 'pids'), 'utf8').endsWith('\n');
      } catch {
        return false;
      }
    });
    stop.abort(new Error('the end'));
    await failed;
    await gone(dir, 1);
  });
});
