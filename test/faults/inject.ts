import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from '../../src/demo/cluster.ts';
import type { TestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import type { TcpProxy } from '../support/tcp-proxy.ts';
import type { Deployment } from './deployment.ts';
import type { Fault, SessionName } from './scenario.ts';

/** What a fault can get hold of. */
export interface Victims {
  server: Cluster;
  database: TestDatabase;
  deployment: Deployment;
  /** Between the engine and the server, for the faults of the network. */
  proxy: TcpProxy | null;
}

const WITHIN_MS = 10_000;

const ourSessions = "datname = current_database() AND application_name LIKE 'indexdeck ' || $1 || ' %'";

/** Ends a session as soon as it is there: one may be coming back, and the one that validates is short-lived. */
const terminate = async ({ database, deployment }: Victims, session: SessionName): Promise<number> => {
  const client = await database.connect();
  try {
    const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ourSessions}`;
    for (const end = Date.now() + WITHIN_MS; Date.now() < end && deployment.state?.phase !== 'finished'; ) {
      const { rowCount } = await client.query(text, [session]);
      if (rowCount !== null && rowCount > 0) return rowCount;
    }
    return 0;
  } finally {
    await client.end();
  }
};

/** Stops processes for a while. One that has ended meanwhile cannot be stopped, and needs not go on. */
const freeze = async (pids: readonly number[], ms: number): Promise<number> => {
  const signal = (pid: number, name: NodeJS.Signals): boolean => {
    try {
      return process.kill(pid, name);
    } catch {
      return false;
    }
  };
  const stopped = pids.filter((pid) => signal(pid, 'SIGSTOP'));
  await delay(ms);
  for (const pid of stopped) signal(pid, 'SIGCONT');
  return stopped.length;
};

/** The backend of a build that is under way. */
const buildingBackend = ({ database }: Victims): Promise<number[]> =>
  poll(async () => {
    const rows = await database.sql<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE ${ourSessions} AND state = 'active' LIMIT 1`,
      ['builder%'],
    );
    return rows.length > 0 && rows.map(({ pid }) => pid);
  }, WITHIN_MS);

/** The server's process first, so that no backend begins meanwhile; then all of its others. */
const processesOf = async (server: Cluster): Promise<number[]> => {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
    );
    return [server.pid ?? 0, ...rows.map(({ pid }) => pid)].filter((pid) => pid > 0);
  } finally {
    await client.end();
  }
};

/** Does it, and waits until it is over. Says how many sessions or processes it hit: none means that nothing was done. */
export const inject = async (victims: Victims, fault: Fault): Promise<number> => {
  const { server, deployment, proxy } = victims;
  switch (fault.kind) {
    case 'terminate':
      return terminate(victims, fault.session);
    case 'network': {
      if (proxy === null) throw new Error('there is no network to break');
      const hit = proxy.connections;
      proxy.set(fault.mode);
      await delay(fault.ms);
      proxy.set('pass');
      return hit;
    }
    case 'restart':
      await server.stop(fault.how);
      await delay(fault.downMs);
      await server.start();
      return 1;
    case 'kill':
      await deployment.kill();
      await deployment.start();
      return 1;
    case 'boundaries':
      throw new Error('its engines are told beforehand where they die');
    case 'freeze': {
      if (fault.what === 'engine') return freeze([deployment.pid], fault.ms);
      if (fault.what === 'builder') return freeze(await buildingBackend(victims), fault.ms);
      return freeze(await processesOf(server), fault.ms);
    }
  }
};
