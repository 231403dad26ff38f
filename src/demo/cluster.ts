import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Account, serverAccount } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { type ClusterFolder, makeFolder } from './folder.ts';
import { freePort } from './port.ts';

export interface ClusterOptions {
  /** The npm package whose PostgreSQL is used. */
  packageName?: string;
  /** Other programs than a package's. */
  binaries?: Binaries;
  password: string;
  /** Server settings. */
  settings?: Record<string, string>;
  /** The data folder of a stopped server to begin with, instead of an empty one. */
  copyOf?: string;
  /** Start in recovery and stay there. */
  standby?: boolean;
  signal?: AbortSignal;
}

/** How a server ends, as pg_ctl names it: `fast` ends sessions and writes a checkpoint, `immediate` just ends. */
export type StopMode = 'fast' | 'immediate';

/** One PostgreSQL server with a data folder of its own. `destroy` ends it and leaves nothing behind. */
export interface Cluster {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly dataFolder: string;
  readonly logFile: string;
  /** The server's process while it runs. */
  readonly pid: number | undefined;
  url(database: string): string;
  /** Starts it again after `stop`, on the same port. */
  start(): Promise<void>;
  stop(mode?: StopMode): Promise<void>;
  destroy(): Promise<void>;
}

const user = 'postgres';
const host = '127.0.0.1';

/** Makes a data folder and starts a server on it. Whatever becomes of this process, both are gone after it. */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const [binaries, account] = await Promise.all([
    options.binaries ?? findBinaries(options.packageName),
    serverAccount(),
  ]);
  const folder = await makeFolder(binaries, account, { user, ...options });
  try {
    if (options.standby) await writeFile(join(folder.data, 'standby.signal'), '');
    return await firstStart(folder, binaries, account, options);
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Somebody may take the free port before the server does: then another one is tried. */
async function firstStart(folder: ClusterFolder, binaries: Binaries, account: Account, options: ClusterOptions) {
  for (let attempt = 1; ; attempt++) {
    const cluster = clusterAt(await freePort(), folder, binaries, account, options);
    try {
      await cluster.start();
      return cluster;
    } catch (error) {
      if (attempt === 5 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

function clusterAt(
  port: number,
  folder: ClusterFolder,
  binaries: Binaries,
  account: Account,
  { password, settings, signal }: ClusterOptions,
): Cluster {
  const all = { ...settings, port: String(port), listen_addresses: host, unix_socket_directories: '' };
  const args = ['-D', folder.data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  let server: ChildProcess | undefined;
  return {
    host,
    port,
    user,
    password,
    dataFolder: folder.data,
    logFile: folder.log,
    get pid() {
      return running(server) ? server.pid : undefined;
    },
    url: (database) =>
      `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`,
    async start() {
      const log = await open(folder.log, 'a');
      const from = (await log.stat()).size;
      try {
        // Detached: Ctrl-C in a terminal is for us, and a server that got it too would be gone before our sessions end.
        const stdio: ['ignore', number, number] = ['ignore', log.fd, log.fd];
        server = spawn(binaries.postgres, args, { ...account.ids, cwd: '/', stdio, detached: true });
        server.unref();
      } finally {
        await log.close();
      }
      await ready(server, folder, from, signal);
    },
    async stop(mode = 'fast') {
      if (!running(server)) return;
      server.ref();
      const gone = once(server, 'exit');
      server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await gone;
    },
    async destroy() {
      await this.stop('immediate');
      await folder.remove();
    },
  };
}

function running(server: ChildProcess | undefined): server is ChildProcess {
  return server?.pid !== undefined && server.exitCode === null && server.signalCode === null;
}

/** Waits until the server says in its pid file that it takes connections; pg_ctl looks at the same line. */
async function ready(server: ChildProcess, folder: ClusterFolder, from: number, signal?: AbortSignal): Promise<void> {
  let failure: Error | undefined;
  server.once('error', (error) => {
    failure = error;
  });
  while (running(server)) {
    const lines = (await readFile(join(folder.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    // The pid tells this server's file from one that a crash left there.
    if (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return;
    await delay(20);
    if (signal?.aborted) {
      server.kill('SIGQUIT');
      throw signal.reason;
    }
  }
  const said = (await readFile(folder.log, 'utf8').catch(() => '')).slice(from).trim();
  throw new Error(`PostgreSQL did not start. It said: ${said || failure?.message || 'nothing'}`);
}
