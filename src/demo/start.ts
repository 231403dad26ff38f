import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBinaries, type InstalledServer, installedServers } from './binaries.ts';
import type { HostMessage, HostOptions } from './messages.ts';

export interface DemoOptions {
  /** By default the newest that is installed. */
  server?: InstalledServer;
  /** How many times the rows of the real database; by default as many as make a deployment of about two minutes. */
  scale?: number;
  /** Whether anybody uses the database meanwhile. */
  traffic?: boolean;
  /** The same seed gives the same traffic. */
  seed?: number;
  /** Called with a few words on each stage of the setup. */
  onProgress?(text: string): void;
  /** Ends the setup, and a demo that runs. */
  signal?: AbortSignal;
}

/** A running demo. */
export interface Demo {
  /** The database; it contains the password. */
  url: string;
  /** How long the setup took. */
  seconds: number;
  /** Resolves when the demo's process has ended, for whatever reason. */
  ended: Promise<void>;
  /** Ends traffic and server and removes what they made. */
  stop(): Promise<void>;
}

export const defaultScale = 5;

async function newestServer(): Promise<InstalledServer> {
  const [newest] = await installedServers();
  if (newest !== undefined) return newest;
  await findBinaries();
  throw new Error('No PostgreSQL is installed for the demo.');
}

/**
 * Starts a PostgreSQL with the restaurant database under traffic, in a process and a session of its own: Ctrl-C in our
 * terminal does not reach it, since an aborted run still needs the server; and it ends by itself when we are gone.
 */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const { scale = defaultScale, traffic = true, seed = 1, onProgress, signal } = options;
  signal?.throwIfAborted();
  const server = options.server ?? (await newestServer());
  const program = fileURLToPath(new URL(`./host${extname(import.meta.url)}`, import.meta.url));
  const argument = JSON.stringify({ server, scale, traffic, seed } satisfies HostOptions);
  const host = spawn(process.execPath, [program, argument], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    cwd: '/',
  });
  let complaint = '';
  host.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  host.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => host.once('close', () => resolve()));
  host.on('error', (error) => {
    complaint = error.message;
  });
  const stop = async () => {
    host.stdin.end();
    const giveUp = new AbortController();
    const late = delay(20_000, 'late', { signal: giveUp.signal }).catch(() => 'ended');
    // Killed, it leaves the rest to its server's reaper.
    if ((await Promise.race([ended, late])) === 'late') host.kill('SIGKILL');
    giveUp.abort();
    await ended;
  };
  signal?.addEventListener('abort', () => void stop(), { once: true });

  for await (const line of createInterface({ input: host.stdout })) {
    const message = JSON.parse(line) as HostMessage;
    if ('progress' in message) onProgress?.(message.progress);
    if ('failed' in message) complaint = message.failed;
    if ('ready' in message && !signal?.aborted) {
      return { ...message.ready, ended, stop };
    }
  }
  await ended;
  signal?.throwIfAborted();
  throw new Error(`The demo did not start. ${complaint.trim()}`.trim());
}
