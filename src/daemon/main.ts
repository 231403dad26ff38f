import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import type { EngineConfig } from '../engine/config.ts';
import { Engine } from '../engine/engine.ts';
import { holdRun, PID_FILE } from '../engine/run-lock.ts';
import { Keeper } from './keeper.ts';

const NO_RECORD = { webhook: null, hooks: [], umask: 0o077 };

/**
 * The engine's process. It reads its configuration as JSON from standard input (so that no password is ever in an
 * argument or the environment), answers with one line on standard output when it listens, and is on its own then.
 */
const main = async (): Promise<void> => {
  // As bin/start.cjs does, and for the same reason: process.exit() must end the process.
  setFlagsFromString('--no-concurrent-sparkplug');
  setFlagsFromString('--no-maglev');
  process.umask(0o077);
  const config = JSON.parse(await text(process.stdin)) as EngineConfig;
  // A socket's path may have only some 100 bytes: the socket is made by its bare name in here.
  process.chdir(config.dir);
  const log = (line: string): void => {
    try {
      appendFileSync(join(config.dir, 'engine.log'), `${new Date().toISOString()} ${line}\n`);
    } catch {
      // A full disk, or a directory that is gone: stopping what runs matters more than telling of it.
    }
  };
  await holdRun(config.dir);
  // A first line keeps room for the last one: a disk that is full then still takes why the engine ended.
  log(`engine of indexdeck ${config.version}, pid ${process.pid}, run ${config.run}`);
  const pidFile = join(config.dir, PID_FILE);
  writeFileSync(pidFile, `${process.pid}\n`);
  const engine = new Engine(config, hostname(), log, new Keeper(config.record ?? NO_RECORD, log));
  process.on('uncaughtException', (error) => engine.fault(error));
  process.on('unhandledRejection', (error) => engine.fault(error));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => engine.command({ type: 'abort', reason: `the engine got ${signal}` }, `signal ${signal}`));
  // Its terminal is not ours to lose.
  process.on('SIGHUP', () => undefined);
  await engine.start();
  process.stdout.write(`${JSON.stringify({ listening: true })}\n`);
  process.exitCode = await engine.finished;
  rmSync(pidFile, { force: true });
  process.exit();
};

main().catch((error: unknown) => {
  process.stdout.write(`${JSON.stringify({ failed: error instanceof Error ? error.message : String(error) })}\n`);
  process.exit(5);
});
