import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What becomes of a connection. pass: bytes go both ways. cut: ended on both sides, and new ones as soon as they come.
 * stall: nothing goes through, neither way, nothing is lost, neither side hears of the other's end, and new ones hang.
 * one-way: what the client says arrives, what the server says does not, and neither hears of the other's end: a firewall that forgot
 * the way back. half-open: the client's side is reset, while the server's stays open and hears nothing more; new ones
 * pass.
 */
export type ProxyMode = 'pass' | 'cut' | 'stall' | 'one-way' | 'half-open';

/** A way to a server over loopback that breaks as networks do. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Connections that stand on the client's side. */
  readonly connections: number;
  /** From now on for new connections, and for those that stand. */
  set(mode: ProxyMode): void;
  /** For new connections alone: what stands stays as it is. */
  setNew(mode: ProxyMode): void;
  /** For the connections that stand of sessions whose application_name contains the text. Gives how many they are. */
  setOf(application: string, mode: ProxyMode): number;
  /** Where new connections go. */
  lead(to: { host: string; port: number }): void;
  /** Ends all, also the server's sides that were left half-open. */
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  /** None as long as it hangs. */
  server: Socket | null;
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
  /** The servers' sides of half-open connections: nobody's any more, whatever comes next. */
  const widowed = new Set<Socket>();
  let { host, port } = target;
  let mode: ProxyMode = 'pass';

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server?.destroy();
  };

  const join = (pair: Pair): void => {
    const { client } = pair;
    const server = connect({ host, port, noDelay: true });
    pair.server = server;
    server.on('error', () => undefined);
    server.on('close', () => {
      widowed.delete(server);
      if (pair.mode === 'pass' && pairs.has(pair)) end(pair);
    });
    client.once('data', (first) => {
      pair.application = applicationIn(first);
    });
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => {
      if (pair.mode === 'pass') client.write(bytes);
    });
    client.resume();
  };

  const part = (pair: Pair): void => {
    pairs.delete(pair);
    if (pair.server !== null) widowed.add(pair.server);
    pair.client.resetAndDestroy();
  };

  const put = (pair: Pair, into: ProxyMode): void => {
    pair.mode = into;
    const { client, server } = pair;
    if (into === 'cut') end(pair);
    else if (into === 'half-open') part(pair);
    else if (into === 'stall') {
      client.pause();
      server?.pause();
    } else if (into === 'pass' && (client.destroyed || server?.destroyed)) end(pair);
    else if (server === null) join(pair);
    else {
      client.resume();
      server.resume();
    }
  };

  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    client.on('error', () => undefined);
    if (mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, server: null, mode: mode === 'half-open' ? 'pass' : mode, application: '' };
    pairs.add(pair);
    client.on('close', () => {
      if (pair.mode === 'pass' && pairs.has(pair)) end(pair);
    });
    if (mode !== 'stall') join(pair);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const proxy: TcpProxy = {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    get connections() {
      return [...pairs].filter(({ client }) => !client.destroyed).length;
    },
    set(to) {
      mode = to;
      for (const pair of [...pairs]) put(pair, to);
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
    async close() {
      for (const pair of [...pairs]) end(pair);
      for (const server of widowed) server.destroy();
      if (!listener.listening) return;
      const closed = once(listener, 'close');
      listener.close();
      await closed;
    },
  };
  onTestFinished(() => proxy.close());
  return proxy;
}
