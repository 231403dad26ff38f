import pg from 'pg';
import { backendPid } from '../../queries/backend_pid.ts';
import type { ConnectionConfig } from '../config.ts';

/**
 * What stands between us and the server. none: nothing that can be seen. session: a proxy that gives each connection a
 * server session for as long as it lasts. transaction: one that changes it between statements or transactions, so that
 * whatever a session holds (settings, advisory lock, LISTEN) is lost, and worse, comes upon somebody else.
 * starved: a proxy that had no second server session to give.
 */
export type Pooling = 'none' | 'session' | 'transaction' | 'starved';

const ROUNDS = 4;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;

type AskPid = () => Promise<number>;

/**
 * True when the two connections are served by changing backends: one backend seen on both, or one connection that moves.
 * Asked by turns, since a pooler gives the server session back after each answer and takes the last one given back first.
 */
async function shareBackends(first: AskPid, second: AskPid): Promise<boolean> {
  const seen = [new Set<number>(), new Set<number>()] as const;
  for (let round = 0; round < ROUNDS; round++) {
    seen[0].add(await first());
    seen[1].add(await second());
    if (seen[0].size > 1 || seen[1].size > 1 || [...seen[0]].some((pid) => seen[1].has(pid))) return true;
  }
  return false;
}

/**
 * Finds out about a pooler before any session is opened, and sets nothing: behind a transaction pooler a SET would stay on
 * a server session that others use next. The protocol tells a connection its backend's pid (BackendKeyData); every
 * pooler makes up its own there, so a pid other than pg_backend_pid() gives it away. Fails as connecting does.
 */
export async function detectPooling(connection: ConnectionConfig): Promise<Pooling> {
  const clients = [newClient(connection), newClient(connection)] as const;
  try {
    await clients[0].connect();
    const pid = await pidOf(clients[0]);
    if ((clients[0] as unknown as { processID: number | null }).processID === pid) return 'none';
    await clients[1].connect();
    const shared = await shareBackends(
      () => pidOf(clients[0]),
      () => pidOf(clients[1]),
    ).catch((error: unknown) => {
      if (error instanceof pg.DatabaseError) throw error;
      return null;
    });
    if (shared === null) return 'starved';
    return shared ? 'transaction' : 'session';
  } finally {
    for (const client of clients) void client.end().catch(() => undefined);
  }
}

function newClient(connection: ConnectionConfig): pg.Client {
  const client = new pg.Client({
    ...connection,
    application_name: 'indexdeck preflight',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_WITHIN_MS,
  });
  client.on('error', () => undefined);
  return client;
}

/** By the simple protocol, which every pooler passes on. */
function pidOf(client: pg.Client): Promise<number> {
  return backendPid({ query: async (text) => (await client.query(text)).rows });
}
