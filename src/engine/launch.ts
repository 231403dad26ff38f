import { spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EngineConfig } from './config.ts';
import { SOCKET_FILE } from './control.ts';
import { withoutSecrets } from './environment.ts';

const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Starts an engine in a process and a session of its own, so that nothing that happens to this terminal reaches it, and
 * waits until its control socket listens. Fails with a sentence when it does not come up. `nodeArgs` go to its Node,
 * before the program.
 */
export const launchEngine = async (
  config: EngineConfig,
  nodeArgs: readonly string[] = [],
): Promise<{ socketPath: string; pid: number }> => {
  mkdirSync(config.dir, { recursive: true, mode: 0o700 });
  chmodSync(config.dir, 0o700);
  const log = openSync(join(config.dir, 'engine.log'), 'a', 0o600);
  // Under a test runner this module is TypeScript: Node runs that too.
  const main = import.meta.url.endsWith('.ts') ? '../daemon/main.ts' : '../daemon/main.js';
  const child = spawn(process.execPath, [...nodeArgs, fileURLToPath(new URL(main, import.meta.url))], {
    detached: true,
    // The engine lives long: it needs no password there.
    env: withoutSecrets(process.env),
    stdio: ['pipe', 'pipe', log],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a process without pipes');
  closeSync(log);
  const exited = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new Error(`the engine did not start: ${error.message}`, { cause: error })));
    child.once('exit', (code, signal) =>
      reject(
        new Error(`the engine ended at once (${signal ?? `status ${code}`}): see ${join(config.dir, 'engine.log')}`),
      ),
    );
  });
  const answered = new Promise<string>((resolve) => createInterface({ input: stdout }).once('line', resolve));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the engine did not answer within 20 s')), ANSWER_TIMEOUT_MS);
  });
  // An engine that dies before it has read everything: its exit says more than the broken pipe.
  stdin.on('error', () => undefined);
  stdin.end(JSON.stringify(config));
  try {
    const answer = JSON.parse(await Promise.race([answered, exited, late])) as { failed?: string };
    if (answer.failed !== undefined) throw new Error(`the engine did not start: ${answer.failed}`);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  stdout.destroy();
  child.unref();
  return { socketPath: join(config.dir, SOCKET_FILE), pid: child.pid ?? 0 };
};
