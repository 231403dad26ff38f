import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, indexdeck, root } from './program.ts';

/** Makes a Node say that it is another one, before anything else runs. */
const pretend = (version: string): string => {
  const path = join(folder(), 'pretend.cjs');
  writeFileSync(
    path,
    `Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '${version}' }) });`,
  );
  return path;
};

/** The program as it stands in a place without any node_modules above it. */
const elsewhere = (): string => {
  const place = folder();
  cpSync(join(root, 'bin'), join(place, 'bin'), { recursive: true });
  return place;
};

const run = (file: string, args: string[], nodeArgs: string[] = [], node = process.execPath) =>
  new Promise<{ status: number | null; signal: string | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(node, [...nodeArgs, file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });

test('what an old Node reads is in its own language', () => {
  for (const name of ['indexdeck', 'newer-node.cjs']) {
    const code = readFileSync(join(root, 'bin', name), 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
    expect(code).not.toMatch(/=>|`|\?\.|\?\?|\.\.\.|\b(?:const|let|class|import|async|await)\b|,\s*\)/);
  }
});

test('too old, and no newer one there: one line and status 2', async () => {
  const place = elsewhere();
  const { status, stdout, stderr } = await run(join(place, 'bin', 'indexdeck'), ['runs'], ['-r', pretend('18.20.0')]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe('indexdeck: needs Node 22 or newer, and this is 18.20.0: install a newer one\n');
});

test('too old, and a newer one beside it, also as a dependency: that one runs, with arguments and status', async () => {
  const place = elsewhere();
  const installed = join(place, 'node_modules', 'indexdeck');
  mkdirSync(join(installed, 'dist', 'cli'), { recursive: true });
  cpSync(join(root, 'bin'), join(installed, 'bin'), { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(installed, 'dist', 'cli', 'main.js'),
    'export const run = () => { console.log(process.argv.slice(2).join(" "), process.env.NODE_ENV); process.exitCode = 3; };',
  );
  mkdirSync(join(place, 'node_modules', 'node', 'bin'), { recursive: true });
  cpSync(process.execPath, join(place, 'node_modules', 'node', 'bin', 'node'));
  const file = join(installed, 'bin', 'indexdeck');
  const ended = await run(file, ['a', 'b c'], ['-r', pretend('20.0.0')]);
  expect(ended).toMatchObject({ status: 3, stdout: 'a b c production\n', stderr: '' });
  writeFileSync(
    join(installed, 'dist', 'cli', 'main.js'),
    'export const run = () => process.kill(process.pid, "SIGKILL");',
  );
  expect(await run(file, [], ['-r', pretend('20.0.0')])).toMatchObject({ status: null, signal: 'SIGKILL' });
});

test('not built: one line and status 2', async () => {
  const { status, stderr } = await run(join(elsewhere(), 'bin', 'indexdeck'), []);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^indexdeck: it is not built yet: run "npm run build" in .*\n$/);
});

const system = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path));

test.skipIf(system === undefined)('the system’s own Node starts it, whatever its age', async () => {
  expect(await indexdeck(['--version'], { node: system ?? '' })).toMatchObject({ status: 0, stderr: '' });
});
