import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What becomes of a connection. pass: both ways. cut: ended on both sides, and new ones as soon as they come. stall:
 * taken, and nothing is passed on, neither way, ends neither. half-open: what the client says arrives, what the server
 * says does not, and neither hears of the other's end: a firewall that forgot the way back.
 */
export type ProxyMode = 'pass' | 'cut' | 'stall' | 'half-open';

/** A way to a server that a test can break. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** From now on for new connections, and for those that stand. */
  set(mode: ProxyMode): void;
  /** For new connections alone: what stands stays as it is. */
  setNew(mode: ProxyMode): void;
  /** For the connections that stand of sessions whose application_name contains the text. Gives how many they are. */
  setOf(application: string, mode: ProxyMode): number;
  /** Where new connections go. */
  lead(to: { host: string; port: number }): void;
}

interface Pair {
  client: Socket;
  server: Socket;
  mode: ProxyMode;
  application: string;
}

/** PostgreSQL's first message holds names and values of parameters, each ended by a zero. */
const applicationIn = (first: Buffer): string => {
  const parts = first.toString('utf8').split('\0');
  const at = parts.indexOf('application_name');
  return at === -1 ? '' : (parts[at + 1] ?? '');
};

/** A proxy on a free port of the loopback, which goes when the test ends. */
export async function startProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let { host, port } = target;
  let mode: ProxyMode = 'pass';
  const put = (pair: Pair, into: ProxyMode): void => {
    pair.mode = into;
    if (into !== 'cut') return;
    pair.client.destroy();
    pair.server.destroy();
  };
  const listener = createServer((client) => {
    client.on('error', () => undefined);
    if (mode === 'cut') {
      client.destroy();
      return;
    }
    const server = connect({ host, port });
    const pair: Pair = { client, server, mode, application: '' };
    pairs.add(pair);
    server.on('error', () => undefined);
    client.once('data', (first) => {
      pair.application = applicationIn(first);
    });
    client.on('data', (data) => {
      if (pair.mode === 'pass' || pair.mode === 'half-open') server.write(data);
    });
    server.on('data', (data) => {
      if (pair.mode === 'pass') client.write(data);
    });
    client.on('close', () => pair.mode === 'pass' && server.destroy());
    server.on('close', () => pair.mode === 'pass' && client.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => {
    listener.close();
    for (const pair of pairs) put(pair, 'cut');
  });
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    set(to) {
      mode = to;
      for (const pair of pairs) put(pair, to);
    },
    setNew(to) {
      mode = to;
    },
    setOf(application, to) {
      const chosen = [...pairs].filter((pair) => pair.application.includes(application) && !pair.client.destroyed);
      for (const pair of chosen) put(pair, to);
      return chosen.length;
    },
    lead(to) {
      ({ host, port } = to);
    },
  };
}
