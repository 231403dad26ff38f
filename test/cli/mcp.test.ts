import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import type { RunStatus } from '../../src/run/index.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { BUILT, indexes, type Place, place } from './place.ts';
import { folder, program } from './program.ts';

/** An agent's client of `indexdeck mcp`. */
const agent = async ({ env, journal }: Place, ...flags: string[]) => {
  const client = new Client({ name: 'test', version: '1' });
  const home = { PATH: process.env.PATH ?? '', HOME: folder() };
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      cwd: folder(),
      args: [program, 'mcp', '--journal', journal, ...flags],
      env: { ...home, ...env },
    }),
  );
  onTestFinished(() => client.close());
  return {
    tools: async () => (await client.listTools()).tools,
    call: async (name: string, args: Record<string, unknown> = {}) => {
      const { content, isError = false } = await client.callTool({ name, arguments: args }, undefined, {
        timeout: 100_000,
      });
      const [first] = content as { text: string }[];
      return { text: first?.text ?? '', isError };
    },
  };
};

test('what only looks is there; what changes something asks for a person’s word', async () => {
  const there = await place();
  const { tools, call } = await agent(there);
  const names = (await tools()).map(({ name, annotations }) => [name, annotations?.readOnlyHint]);
  expect(names).toEqual([
    ...['plan', 'check', 'runs', 'status', 'watch', 'report'].map((name) => [name, true]),
    ...['start', 'pause', 'continue', 'abort', 'rollback', 'restore'].map((name) => [name, false]),
  ]);
  const plan = await call('plan', { plan: there.plan });
  expect(JSON.parse(plan.text.split('\n')[0] ?? '')).toMatchObject({ problems: [] });
  expect((await call('check', { plan: there.plan })).text).toContain('exit status 0');
  for (const [name, args, command] of [
    ['start', { plan: there.plan }, `indexdeck deploy ${there.plan}`],
    ['pause', { run: 'r1', for: '10m' }, 'indexdeck pause r1 --for=10m'],
    ['abort', {}, 'indexdeck abort '],
    ['rollback', { run: 'r1' }, 'indexdeck rollback r1'],
    ['restore', { backup: '/backups/a b' }, "indexdeck restore '--backup=/backups/a b'"],
  ] as const) {
    const said = await call(name, args);
    expect([name, said.isError]).toEqual([name, true]);
    expect(said.text).toContain('nothing was done. The operator says so himself, in a terminal: ');
    expect(said.text).toContain(command);
  }
  expect((await call('runs')).text).toContain('exit status 0');
  expect(await indexes(there.database)).toEqual([]);
  // Nothing of an agent's text becomes an option.
  expect((await call('status', { run: '--help' })).isError).toBe(true);
  expect((await call('plan', { plan: '--help' })).text).toContain('exit status 2');
});

test('with --allow-writes: start, pause, continue, watch to the end, roll back; never in production', async () => {
  const there = await place();
  const forgotten = await idleInTransaction(there.database);
  const { call } = await agent(there, '--allow-writes');
  const refused = await call('start', { plan: there.plan, environment: 'production', noBackup: 'x' });
  expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('In production only a person') });
  const started = await call('start', { plan: there.plan });
  expect(started).toMatchObject({ isError: false, text: expect.stringContaining('run.approved') });
  const status = async (): Promise<RunStatus> => JSON.parse((await call('status')).text.split('\n')[0] ?? '');
  await poll(async () => (await status()).waitsFor.join().includes('forgotten'));
  expect((await call('pause', { reason: 'an agent’s' })).isError).toBe(false);
  expect(await status()).toMatchObject({ state: 'paused' });
  const watched = await call('watch', { until: ['paused', 'finished'], seconds: 20 });
  expect(watched.text).toContain('"type":"run.paused"');
  expect((await call('continue')).isError).toBe(false);
  const late = await call('watch', { until: ['finished'], seconds: 1 });
  expect(late).toMatchObject({ isError: false, text: expect.stringContaining('it was stopped') });
  await forgotten.release();
  expect((await call('watch', { until: ['finished'], seconds: 60 })).text).toContain('exit status 0');
  expect(await indexes(there.database)).toEqual(BUILT);
  expect((await call('rollback')).isError).toBe(false);
  expect(await indexes(there.database)).toEqual([]);
  expect((await call('pause')).text).toContain('does not go on any more');
}, 120_000);
