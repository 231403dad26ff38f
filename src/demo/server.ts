import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Cluster, createCluster } from './cluster.ts';

/** The demo's data is thrown away in the end: nothing need survive a crash. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  max_connections: '100',
  // As for a solid-state disk, which is what such a database lives on.
  random_page_cost: '1.1',
  // Compiling a query now and then would blur the times before and after.
  jit: 'off',
};

/** Starts a PostgreSQL for the demo, with an empty database in it, on a free port of this machine only. */
export async function startServer(database: string, packageName: string, signal: AbortSignal): Promise<Cluster> {
  const password = randomBytes(18).toString('base64url');
  const cluster = await createCluster({ packageName, password, settings, signal });
  const client = new pg.Client({ connectionString: cluster.url('postgres'), application_name: 'demo-setup' });
  try {
    await client.connect();
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
  } catch (error) {
    await cluster.destroy();
    throw error;
  } finally {
    await client.end();
  }
  return cluster;
}
