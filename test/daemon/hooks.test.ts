import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Hooks } from '../../src/daemon/hooks.ts';
import type { RunEvent } from '../../src/run/index.ts';
import { poll } from '../support/poll.ts';

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'indexdeck-hooks-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

const event = (seq: number, type: 'run.finished' | 'gate.cleared' = 'gate.cleared'): RunEvent =>
  ({ seq, at: '2026-11-23T19:07:00.000Z', run: 'r1', type, gate: 'active', value: seq }) as RunEvent;

const hooksOf = (command: string, timeoutMs?: number) => {
  const cwd = folder();
  const log: string[] = [];
  const hooks = new Hooks([{ event: 'gate.cleared', command, cwd }], (line) => log.push(line), timeoutMs);
  onTestFinished(() => hooks.close(0));
  const said = () => readFileSync(join(cwd, 'out'), 'utf8');
  return { hooks, cwd, log, said };
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // One that has ended may still be listed.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('the event is on standard input as one line of JSON, its type and run in the environment', async () => {
  const { hooks, said } = hooksOf('cat >> out; echo "$INDEXDECK_EVENT $INDEXDECK_RUN" >> out');
  hooks.recorded(event(1));
  hooks.recorded(event(2, 'run.finished'));
  await hooks.close(10_000);
  expect(said()).toBe(`${JSON.stringify(event(1))}\ngate.cleared r1\n`);
});

test('one at a time, in order, and what waits too long is dropped and said', async () => {
  const { hooks, cwd, log, said } = hooksOf(
    'read line; test -e busy && echo TWO >> out; touch busy; while [ ! -e go ]; do sleep 0.02; done; echo "$line" | cut -c1-9 >> out; rm busy',
  );
  for (let seq = 1; seq <= 30; seq++) hooks.recorded(event(seq));
  await poll(() => existsSync(join(cwd, 'busy')));
  expect(log.filter((line) => /dropped/.test(line))).toHaveLength(9);
  expect(log.at(-1)).toMatch(/event 30 dropped: 20 wait/);
  writeFileSync(join(cwd, 'go'), '');
  await hooks.close(30_000);
  expect(said().trimEnd().split('\n')).toEqual(
    Array.from({ length: 21 }, (_, n) => `{"seq":${n + 1}${n < 9 ? ',' : ''}`),
  );
  expect(log.at(-1)).toBe('hook gate.cleared: 9 events in all were dropped');
}, 60_000);

test('one that takes too long is ended with all that it started; the next one has its turn', async () => {
  const { hooks, cwd, log } = hooksOf('sleep 60 & echo $! > pid; echo begun; wait', 500);
  hooks.recorded(event(1));
  await poll(() => log.some((line) => /ended after/.test(line)));
  const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
  await poll(() => !isAlive(pid));
  expect(log).toContain('hook gate.cleared, event 1: begun');
});

test('what it leaves in the background ends with it', async () => {
  const { hooks, cwd } = hooksOf('sleep 60 & echo $! > pid');
  hooks.recorded(event(1));
  await hooks.close(10_000);
  const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
  await poll(() => !isAlive(pid));
});

test('its failure is in the log with its output, and so is one that does not start', async () => {
  const { hooks, log } = hooksOf('echo out; echo err >&2; exit 7');
  hooks.recorded(event(1));
  await hooks.close(10_000);
  expect(log).toEqual(expect.arrayContaining(['hook gate.cleared, event 1: out', 'hook gate.cleared, event 1: err']));
  expect(log.at(-1)).toBe('hook gate.cleared, event 1: failed with status 7');
  const nowhere = new Hooks([{ event: 'gate.cleared', command: 'x', cwd: '/nowhere' }], (line) => log.push(line));
  nowhere.recorded(event(2));
  await nowhere.close(10_000);
  expect(log.at(-1)).toMatch(/event 2: .*ENOENT/);
});

test('at the end it is not waited for longer than that', async () => {
  const { hooks, log } = hooksOf('echo $$ > pid; sleep 60');
  hooks.recorded(event(1));
  hooks.recorded(event(2));
  await hooks.close(300);
  expect(log).toEqual([
    'hook gate.cleared, event 1: ended with the run',
    'hook gate.cleared: event 2 dropped: the run has ended',
    'hook gate.cleared: 1 events in all were dropped',
  ]);
});

test('one that reads nothing of a large event has not failed', async () => {
  const { hooks, log } = hooksOf('echo done');
  hooks.recorded({ ...event(1), gate: 'x'.repeat(300_000) } as RunEvent);
  await hooks.close(10_000);
  expect(log).toEqual(['hook gate.cleared, event 1: done']);
});
