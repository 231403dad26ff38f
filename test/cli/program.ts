import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { poll } from '../support/poll.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(root, 'bin', 'indexdeck');

/** All that a program gets of our own environment. */
export const BASE_ENV = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '' };

/** A directory that goes with the test. */
export const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'indexdeck-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

export const file = (name: string, text: string): string => {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
};

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The built program at work, without a terminal. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Lines of standard output so far. */
  lines: string[];
  errors: string[];
}

export interface Setup {
  env?: Record<string, string | undefined>;
  /** Other than a new, empty folder. */
  cwd?: string;
  /** Other than the node that runs the tests. */
  node?: string;
  nodeArgs?: string[];
}

/** Starts the built program with an environment that says nothing but what the test says. */
export const start = (
  args: readonly string[],
  { env = {}, cwd, node = process.execPath, nodeArgs = [] }: Setup = {},
): Running => {
  if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) throw new Error('dist/ is not built: npm run build');
  const home = folder();
  const child = spawn(node, [...nodeArgs, program, ...args], {
    // Where the execution log goes that nobody named.
    cwd: cwd ?? home,
    env: { ...BASE_ENV, HOME: home, XDG_STATE_HOME: join(home, 'state'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const collect = (stream: NodeJS.ReadableStream) => {
    const lines: string[] = [];
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
    return lines;
  };
  const lines = collect(child.stdout);
  const errors = collect(child.stderr);
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (status, signal) =>
      resolve({ status, signal, stdout: lines.join('\n'), stderr: errors.join('\n') }),
    );
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended, lines, errors };
};

export const indexdeck = (args: readonly string[], setup?: Setup): Promise<Ended> => start(args, setup).ended;

/** Waits for a line of standard output. */
export const line = (running: Running, pattern: RegExp, timeout = 30_000): Promise<string> =>
  poll(() => {
    const found = running.lines.find((each) => pattern.test(each));
    if (found === undefined && running.child.exitCode !== null)
      throw new Error(`it ended without ${pattern}: ${[...running.lines, ...running.errors].join('\n')}`);
    return found;
  }, timeout);
