/**
 * The process that the demo lives in: server, data and traffic. Whoever started it holds its standard input: when that
 * closes, everything ends and nothing is left. It says how it goes on standard output, one JSON object a line.
 * Argument: HostOptions as JSON.
 */
import { once } from 'node:events';
import { loadDemo } from './load.ts';
import type { HostMessage, HostOptions } from './messages.ts';
import { startServer } from './server.ts';
import { startTraffic, type Traffic } from './traffic.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as HostOptions;
const ending = new AbortController();

function say(message: HostMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function host(): Promise<void> {
  const started = performance.now();
  const database = 'menuca';
  say({ progress: `Starting PostgreSQL ${options.server.major}` });
  const server = await startServer(database, options.server.packageName, ending.signal);
  let traffic: Traffic | undefined;
  try {
    const url = server.url(database);
    say({ progress: `Filling the restaurant database, ${options.scale} times its real size` });
    await loadDemo(url, { scale: options.scale, signal: ending.signal });
    if (options.traffic) {
      say({ progress: 'Opening the restaurants' });
      traffic = await startTraffic(url, options.seed);
    }
    say({ ready: { url, seconds: Math.round((performance.now() - started) / 100) / 10 } });
    if (!ending.signal.aborted) await once(ending.signal, 'abort');
  } finally {
    await traffic?.stop();
    await server.destroy();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
const end = () => ending.abort();
process.stdin.on('end', end).on('error', end).resume();
// Nobody reads any more: standard input closes as well.
process.stdout.on('error', () => undefined);

try {
  await host();
} catch (error) {
  if (!ending.signal.aborted) {
    say({ failed: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
}
process.stdin.destroy();
