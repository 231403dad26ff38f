import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Account, requireReachable } from './account.ts';
import type { Binaries } from './binaries.ts';

const run = promisify(execFile);

export interface FolderOptions {
  user: string;
  password: string;
  /** The data folder of a stopped server to begin with, instead of an empty one. */
  copyOf?: string;
  signal?: AbortSignal;
}

/** A folder for one server: `data` in it, and its log. `remove` also stops a server that still runs in it. */
export interface ClusterFolder {
  path: string;
  data: string;
  log: string;
  remove(): Promise<void>;
}

/** Makes a folder with an initialised data folder in it. It goes with this process, however that ends. */
export async function makeFolder(binaries: Binaries, account: Account, options: FolderOptions): Promise<ClusterFolder> {
  await requireReachable(binaries.postgres, account);
  const path = await mkdtemp(join(tmpdir(), 'indexdeck-pg-'));
  const reaper = startReaper(path, binaries, account);
  const folder: ClusterFolder = {
    path,
    data: join(path, 'data'),
    log: join(path, 'server.log'),
    async remove() {
      reaper.ref();
      reaper.stdin?.end();
      if (reaper.exitCode === null && reaper.signalCode === null) await once(reaper, 'exit');
    },
  };
  try {
    await own(path, account);
    await requireReachable(folder.data, account);
    if (options.copyOf === undefined) await initialise(folder, binaries, account, options);
    // Keeps owner and mode, which the server insists on.
    else await run('cp', ['-a', options.copyOf, folder.data]);
    return folder;
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function own(path: string, account: Account): Promise<void> {
  if (account.ids) await chown(path, account.ids.uid, account.ids.gid);
}

async function initialise(folder: ClusterFolder, binaries: Binaries, account: Account, options: FolderOptions) {
  const passwordFile = join(folder.path, 'password');
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  await own(passwordFile, account);
  const args = [`--pgdata=${folder.data}`, `--username=${options.user}`, `--pwfile=${passwordFile}`];
  args.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync');
  const signal = options.signal ? { signal: options.signal } : {};
  await run(binaries.initdb, args, { ...account.ids, cwd: '/', ...signal });
  await rm(passwordFile);
}

function startReaper(path: string, binaries: Binaries, account: Account): ChildProcess {
  const program = fileURLToPath(new URL(`./reaper${extname(import.meta.url)}`, import.meta.url));
  const args = [program, path, binaries.pg_ctl, ...Object.values(account.ids ?? {}).map(String)];
  const reaper = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  reaper.unref();
  (reaper.stdin as unknown as { unref(): void }).unref();
  // Gone before us only if someone ended it: no reason to fall with it.
  reaper.stdin?.on('error', () => undefined);
  return reaper;
}
