import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startDemo } from '../../src/demo/start.ts';
import { poll } from '../support/poll.ts';

/** Where the demo puts what it makes: a folder of the test's own, so that whatever is left can be seen. */
let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'indexdeck-demo-test-'));
  chmodSync(place, 0o755);
  vi.stubEnv('TMPDIR', place);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(place, { recursive: true, force: true });
  });
});

/** The server's process, from the file that it keeps in its data folder. */
function serverPid(): number {
  const [folder = ''] = readdirSync(place);
  return Number(readFileSync(join(place, folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function expectGone(server: number): Promise<void> {
  await poll(() => readdirSync(place).length === 0, 20_000);
  await poll(() => !runs(server));
}

/** One that has ended may still be listed until the system's first process takes note of it. */
function runs(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** A program with a demo, in a process group of its own as a terminal makes it. */
async function startParent(...args: string[]): Promise<{ parent: ChildProcess; says(): Promise<string> }> {
  const program = fileURLToPath(new URL('parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  onTestFinished(() => void parent.kill('SIGKILL'));
  if (parent.stdout === null) throw new Error('No output to read.');
  const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
  const says = async () => String((await lines.next()).value);
  expect(await says()).toMatch(/^postgres:/);
  return { parent, says };
}

test('stopped, a demo leaves nothing', async () => {
  const demo = await startDemo({ scale: 0.01 });
  const server = serverPid();
  const client = new pg.Client({ connectionString: demo.url });
  await client.connect();
  expect((await client.query('SELECT count(*)::int AS n FROM menuca_v3.restaurants')).rows).toEqual([{ n: 9 }]);
  await client.end();
  await demo.stop();
  await demo.ended;
  await expectGone(server);
});

test('aborted in its setup, it leaves nothing', async () => {
  const stages: string[] = [];
  const end = new AbortController();
  const onProgress = (text: string) => {
    stages.push(text);
    if (stages.length === 2) end.abort();
  };
  await expect(startDemo({ scale: 5, signal: end.signal, onProgress })).rejects.toThrow('aborted');
  expect(stages).toHaveLength(2);
  expect(readdirSync(place)).toEqual([]);
});

test('Ctrl-C ends a program that does not mind it, and everything with it', async () => {
  const { parent } = await startParent();
  const server = serverPid();
  process.kill(-(parent.pid ?? 0), 'SIGINT');
  await expectGone(server);
});

test('Ctrl-C leaves the demo to a program that still needs it, until that ends', async () => {
  const { parent, says } = await startParent('stays');
  const server = serverPid();
  process.kill(-(parent.pid ?? 0), 'SIGINT');
  parent.stdin?.write('ping\n');
  expect(await says()).toBe('pong');
  parent.stdin?.end();
  await expectGone(server);
});

test('kill -9 of the program ends everything', async () => {
  const { parent } = await startParent();
  const server = serverPid();
  parent.kill('SIGKILL');
  await expectGone(server);
});

test('kill -9 of the process that the demo lives in ends everything', async () => {
  const { parent } = await startParent();
  const server = serverPid();
  process.kill(hostOf(parent.pid ?? 0), 'SIGKILL');
  await expectGone(server);
});

function hostOf(parent: number): number {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const row = list
    .map((line) => line.trim().split(/\s+/))
    .find(([, ppid, ...args]) => Number(ppid) === parent && args.join(' ').includes('host.ts'));
  return Number(row?.[0]);
}
