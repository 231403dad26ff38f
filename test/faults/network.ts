import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * pass: bytes go through. cut: both sides of every connection are closed, and so is each new one. stall: nothing goes
 * through, in either direction, nothing is lost, and new connections hang. half-open: the client's side of every
 * connection is reset while the server's stays open and hears nothing more; new connections pass.
 */
export type NetworkMode = 'pass' | 'cut' | 'stall' | 'half-open';

/** A way to a server over loopback that breaks as networks do. */
export interface Network {
  readonly host: string;
  readonly port: number;
  /** Connections that stand. */
  readonly connections: number;
  set(mode: NetworkMode): void;
  /** Ends all, also the server's sides that were left half-open. */
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket | null;
}

/** Opens one; called in a test, it is closed when the test ends. */
export const startNetwork = async (target: { host: string; port: number }): Promise<Network> => {
  const pairs = new Set<Pair>();
  /** The servers' sides of half-open connections. */
  const widowed = new Set<Socket>();
  let mode: NetworkMode = 'pass';

  const join = (pair: Pair): void => {
    const { client } = pair;
    const server = connect({ host: target.host, port: target.port, noDelay: true });
    pair.server = server;
    // A connection that breaks on one side breaks on the other; one that was parted is nobody's any more.
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => client.destroyed || client.write(bytes));
    client.resume();
  };

  const part = (pair: Pair): void => {
    pairs.delete(pair);
    const { server, client } = pair;
    if (server !== null) {
      widowed.add(server);
      server.on('close', () => widowed.delete(server));
    }
    client.resetAndDestroy();
  };

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server?.destroy();
  };

  const listener = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: false }, (client) => {
    const pair: Pair = { client, server: null };
    client.on('error', () => undefined);
    client.on('close', () => {
      if (pairs.has(pair)) end(pair);
    });
    if (mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    pairs.add(pair);
    if (mode !== 'stall') join(pair);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { address, port } = listener.address() as AddressInfo;

  const proxy: Network = {
    host: address,
    port,
    get connections() {
      return pairs.size;
    },
    set(next) {
      mode = next;
      for (const pair of [...pairs]) {
        if (next === 'cut') end(pair);
        else if (next === 'half-open') part(pair);
        else if (next === 'stall') {
          pair.client.pause();
          pair.server?.pause();
        } else if (pair.server === null) join(pair);
        else {
          pair.client.resume();
          pair.server.resume();
        }
      }
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
  try {
    onTestFinished(() => proxy.close());
  } catch {
    // Not in a test.
  }
  return proxy;
};
