import { readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  type Installation,
  runTool,
  startTool,
  ToolCancelled,
  ToolFailed,
  type ToolMessage,
} from '../../../src/engine/tools/index.ts';
import { folder } from '../../cli/program.ts';
import { poll } from '../../support/poll.ts';

/** An installation whose pg_dump is a script. */
const script = async (text: string): Promise<Installation> => {
  const dir = folder();
  await writeFile(join(dir, 'pg_dump'), `#!/bin/sh\n${text}\n`);
  await chmod(join(dir, 'pg_dump'), 0o755);
  return { dir, major: 15, version: '15.0', tools: ['pg_dump'] };
};

const run = async (text: string, more: object = {}) => ({
  installation: await script(text),
  tool: 'pg_dump' as const,
  args: [],
  server: null,
  ...more,
});

const isAlive = (pid: number): boolean => {
  try {
    // A zombie has ended: nobody has asked how.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

test('messages with their level, output as it is', async () => {
  const messages: ToolMessage[] = [];
  const chunks: Uint8Array[] = [];
  await runTool(
    await run(
      `echo 'pg_dump: warning: a warning' >&2; echo 'pg_dump: dumping contents of table "public.t"' >&2
       echo 'pg_dump: detail: more' >&2; echo 'other: words' >&2; printf 'a\\000b'`,
      {
        onMessage: (message: ToolMessage) => messages.push(message),
        onOutput: (chunk: Uint8Array) => void chunks.push(chunk),
      },
    ),
  );
  expect(messages).toEqual([
    { level: 'warning', text: 'a warning' },
    { level: 'info', text: 'dumping contents of table "public.t"' },
    { level: 'detail', text: 'more' },
    { level: 'info', text: 'words' },
  ]);
  expect(Buffer.concat(chunks)).toEqual(Buffer.from('a\0b'));
});

describe('failures', () => {
  test('the errors with their details are what is said', async () => {
    const failing = runTool(
      await run(
        `echo 'pg_dump: reading schemas' >&2; echo 'pg_dump: error: query failed: ERROR:  permission denied' >&2
         echo 'pg_dump: detail: Query was: LOCK TABLE t' >&2; exit 3`,
      ),
    );
    const error = await failing.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ToolFailed);
    expect(error).toMatchObject({
      exitCode: 3,
      signal: null,
      said: ['query failed: ERROR:  permission denied', 'Query was: LOCK TABLE t'],
      message: 'pg_dump failed (3): query failed: ERROR:  permission denied: Query was: LOCK TABLE t',
    });
  });

  test('the password is in the environment, and in nothing that tells of the failure', async () => {
    const connection = { host: 'h', port: 1, user: 'u', database: 'd', password: 'very secret' };
    const server = { connection, application: 'x' };
    let seen = '';
    const failing = runTool(
      await run('printf %s "$PGPASSWORD"; exit 1', {
        server,
        onOutput: (chunk: Uint8Array) => {
          seen += Buffer.from(chunk).toString();
        },
      }),
    );
    const error = await failing.catch((reason: unknown) => reason);
    expect(seen).toBe('very secret');
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('secret');
  });

  test('a program that cannot be started', async () => {
    const installation: Installation = { dir: folder(), major: 15, version: '15.0', tools: ['pg_dump'] };
    const failing = runTool({ installation, tool: 'pg_dump', args: [], server: null });
    await expect(failing).rejects.toThrow(ToolFailed);
    await expect(failing).rejects.toThrow(/ENOENT/);
  });

  test('ended by a signal from outside; what it had started ends too', async () => {
    let child = 0;
    const running = startTool(
      await run('sleep 600 & echo "child: $!" >&2; wait', {
        onMessage: ({ text }: ToolMessage) => {
          child = Number(text);
        },
      }),
    );
    await poll(() => child > 0 && isAlive(child));
    process.kill(running.pid ?? 0, 'SIGKILL');
    const end = running.ended.catch((error: unknown) => error);
    expect(await end).toMatchObject({ signal: 'SIGKILL' });
    await poll(() => !isAlive(child));
  });

  test('who takes the output fails: the program is ended, and that failure is told', async () => {
    const failing = runTool(
      await run('while :; do echo x; done', {
        onOutput: () => {
          throw new Error('no room');
        },
      }),
    );
    await expect(failing).rejects.toThrow('no room');
  });
});

describe('told to stop', () => {
  const stopping = async (text: string) => {
    const stop = new AbortController();
    let child = 0;
    const running = startTool(
      await run(text, {
        signal: stop.signal,
        onMessage: ({ text: said }: ToolMessage) => {
          child = Number(said);
        },
      }),
    );
    await poll(() => child > 0);
    stop.abort(new Error('SIGTERM'));
    const error = await running.ended.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ToolCancelled);
    expect(error).toMatchObject({ cause: new Error('SIGTERM') });
    await poll(() => !isAlive(child) && !isAlive(running.pid ?? 0));
  };

  test('the whole group ends', () => stopping('sleep 600 & echo "child: $!" >&2; wait'));

  test('also one that does not want to', () =>
    stopping(
      `trap '' TERM; sh -c 'trap "" TERM; while :; do sleep 1; done' & echo "child: $!" >&2; while :; do sleep 1; done`,
    ));

  test('before it is started: it is not', async () => {
    const run_ = await run('exit 0', { signal: AbortSignal.abort(new Error('gone')) });
    expect(() => startTool(run_)).toThrow(ToolCancelled);
  });
});
