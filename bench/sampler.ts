/**
 * What a reading of the sampler costs the server's clients in time, with 400 sessions that wait and 20,000 locks, against what
 * a person's monitor asks: every waiter joined with its blockers. All want the same lock, so that each also waits for those
 * ahead of it. `node bench/sampler.ts [waiters]`
 */
import pg from 'pg';
import { createCluster } from '../src/demo/cluster.ts';
import { Session, watchingSettings } from '../src/engine/session.ts';
import { activity } from '../src/queries/activity.ts';
import { blockers } from '../src/queries/blockers.ts';
import { builds } from '../src/queries/builds.ts';
import { replication } from '../src/queries/replication.ts';

const WAITERS = Number(process.argv[2] ?? 400);
const LOCKS = 20_000;
const ROUNDS = 30;

const EVERY_WAITER = `
  SELECT waiting.pid, waiting.query, blocking.pid AS blocking_pid, blocking.query AS blocking_query
  FROM pg_stat_activity AS waiting
  CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS by (pid)
  JOIN pg_stat_activity AS blocking ON blocking.pid = by.pid`;

const medianMs = async (work: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? Number.NaN;
};

const cluster = await createCluster({
  password: 'bench',
  settings: { max_connections: String(WAITERS + 50), max_locks_per_transaction: '256' },
});
const open: pg.Client[] = [];
const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client(cluster.url('postgres'));
  client.on('error', () => undefined);
  await client.connect();
  open.push(client);
  return client;
};

try {
  const holder = await connect();
  await holder.query('CREATE TABLE queue (id int)');
  await holder.query('BEGIN; LOCK TABLE queue');
  await holder.query(`SELECT pg_advisory_xact_lock(n) FROM generate_series(1, ${LOCKS}) AS n`);
  const waiters = await Promise.all(Array.from({ length: WAITERS }, connect));
  for (const waiter of waiters) waiter.query('BEGIN; LOCK TABLE queue').catch(() => undefined);

  const session = await Session.open({
    connection: { ...cluster, database: 'postgres' },
    name: 'bench',
    run: 'bench',
    settings: { ...watchingSettings, statement_timeout: '0' },
  });
  while ((await activity(session, [])).lockWaiters < WAITERS);
  const builder = await pidOf(holder);
  const parts: [string, () => Promise<unknown>][] = [
    ['activity (every second)', () => activity(session, [])],
    ['replication (every second)', () => replication(session)],
    ['builds (every second while we build)', () => builds(session, [builder], [builder])],
    ['blockers (every 5 seconds while somebody waits)', () => blockers(session)],
    ['for comparison: every waiter with its blockers', () => session.query(EVERY_WAITER)],
  ];
  for (const [name, work] of parts)
    process.stdout.write(`${(await medianMs(work)).toFixed(1).padStart(8)} ms  ${name}\n`);
  await session.close();
} finally {
  for (const client of open) client.end().catch(() => undefined);
  await cluster.destroy();
}

async function pidOf(client: pg.Client): Promise<number> {
  return (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
}
