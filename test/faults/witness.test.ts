import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { processExists } from '../../src/client/engine-alive.ts';
import { launchEngine } from '../../src/engine/launch.ts';
import { options } from '../support/core.ts';
import { createDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { planFrom } from '../support/run.ts';
import { EXIT_FILE, type KillPoint, witnessArgs } from './witness.ts';

/** An engine that finds nothing to hinder it ends by itself, for want of an answer; its second event is preflight's. */
const launch = async (kill: { seq: number; point: KillPoint } | null) => {
  const database = await createDatabase(18, { mayLeaveSessions: true });
  await database.sql('CREATE TABLE t (a int)');
  const parent = await mkdtemp(join(tmpdir(), 'indexdeck-witness-'));
  const run = randomUUID();
  const dir = join(parent, run);
  const { host, port, user, password } = database.server;
  const launched = await launchEngine(
    {
      run,
      dir,
      version: 'test',
      start: { kind: 'new', plan: await planFrom('CREATE INDEX CONCURRENTLY i ON t (a);'), sources: [] },
      connection: { host, port, user, password, database: database.name },
      operator: 'test',
      options: options({ interactive: false, giveUpMs: 0 }),
    },
    witnessArgs(dir, kill),
  );
  onTestFinished(() => rm(parent, { recursive: true }));
  await poll(() => !processExists(launched.pid), 20_000);
  const journal = readFileSync(join(dir, 'journal.jsonl'), 'utf8');
  const exit = existsSync(join(dir, EXIT_FILE)) ? readFileSync(join(dir, EXIT_FILE), 'utf8') : null;
  return { lines: journal.split('\n'), exit };
};

it('an engine that is not killed leaves its exit status', async () => {
  const { lines, exit } = await launch(null);
  expect(lines.at(-1)).toBe('');
  expect(exit).toBe(`${JSON.parse(lines.at(-2) ?? '').status}\n`);
});

it.each<[KillPoint, string | RegExp]>([
  ['unwritten', ''],
  ['torn', /^\{"seq":2,.*[^}]$/],
])('killed at an event, %s: the one before it is the last whole one', async (point, torn) => {
  const { lines, exit } = await launch({ seq: 2, point });
  expect(exit).toBeNull();
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '').seq).toBe(1);
  expect(lines[1]).toMatch(torn === '' ? /^$/ : torn);
});

it('killed at an event, durable: it is the last one, whole', async () => {
  const { lines, exit } = await launch({ seq: 2, point: 'durable' });
  expect(exit).toBeNull();
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('');
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ seq: 2, type: 'server.identified' });
});
