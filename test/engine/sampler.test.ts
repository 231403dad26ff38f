import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/demo/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { holdLock, idleInTransaction, waiters } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { createServer, preparedFolder, versions } from '../support/server.ts';
import { builder, plainRole, sampling } from './sampler-scene.ts';

const withTable = async (database: TestDatabase, rows = 1000): Promise<void> => {
  await database.sql(`CREATE TABLE dishes (id int, name text);`);
  await database.sql(`INSERT INTO dishes SELECT n, md5(n::text) FROM generate_series(1, ${rows}) AS n`);
};

describe.each(versions)('on PostgreSQL %i', (version) => {
  // Its own: metrics are of the whole server, and other tests make locks wait too.
  let server: Cluster;
  beforeAll(async () => {
    server = await createServer({ version, copyOf: preparedFolder(version) });
  });
  afterAll(() => server.destroy());

  test('counts 60 waiters, names the one they wait for, and sees them go', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database);
    const scene = await sampling(database);
    const quiet = await scene.until(() => true);
    expect(quiet.metrics).toMatchObject({ lockWaiters: 0, blockedByUs: 0, maxConnections: 150, replicas: 0 });
    expect(quiet.blockers).toBeNull();

    const queue = await waiters(database, 60, 'dishes');
    // The first look may have come before all were there; the next is five seconds later.
    const crowded = await scene.until(
      (sample) => sample.metrics.lockWaiters === 60 && sample.blockers?.leftOut === 41,
      20_000,
    );
    expect(crowded.metrics.lockWaiters).toBe(60);
    expect(crowded.metrics.active).toBeGreaterThanOrEqual(60);
    expect(crowded.metrics.connections).toBeGreaterThanOrEqual(62);
    expect(crowded.metrics.blockedByUs).toBe(0);
    const [root, first] = crowded.blockers?.backends ?? [];
    expect(root).toMatchObject({ pid: queue.pid, application: 'lock-holder', state: 'idle in transaction' });
    expect(root?.blockedBy).toEqual([]);
    expect(first?.blockedBy).toContain(queue.pid);
    expect(first?.waitsFor).toBe('AccessShareLock on public.dishes');
    expect(first?.waitingS).toBeGreaterThan(0);
    expect(crowded.blockers?.backends).toHaveLength(20);

    await queue.release();
    const after = await scene.until((sample) => sample.metrics.lockWaiters === 0);
    expect(after.blockers).toBeNull();
    expect(scene.failures).toEqual([]);
  });

  test('names the oldest transaction that a build would wait for, and no other', async () => {
    const database = await createDatabase(version, { server });
    const other = await createDatabase(version, { server });
    const elsewhere = await idleInTransaction(other);
    const scene = await sampling(database);
    const none = await scene.until(() => true);
    expect(none.metrics.oldestTransactionS).toBe(0);
    expect(none.oldestTransaction).toBeNull();

    const forgotten = await idleInTransaction(database);
    const seen = await scene.until((sample) => (sample.metrics.oldestTransactionS ?? 0) > 0.3);
    expect(seen.oldestTransaction).toMatchObject({
      pid: forgotten.pid,
      application: 'forgotten',
      state: 'idle in transaction',
      query: 'SELECT pg_backend_pid() AS pid',
      blockedBy: [],
      step: null,
    });
    expect(seen.oldestTransaction?.backendStart).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(seen.oldestTransaction?.transactionS).toBe(seen.metrics.oldestTransactionS);
    await forgotten.release();
    await elsewhere.release();
    await scene.until((sample) => sample.metrics.oldestTransactionS === 0);
  });

  test('takes a prepared transaction for one', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database);
    const client = await database.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO dishes VALUES (0)');
    await client.query(`PREPARE TRANSACTION 'left ${database.name}'`);
    await client.end();
    const scene = await sampling(database);
    const seen = await scene.until((sample) => (sample.metrics.oldestTransactionS ?? 0) > 0);
    expect(seen.oldestTransaction).toMatchObject({
      pid: 0,
      state: 'prepared transaction',
      application: `left ${database.name}`,
    });

    // A build has to wait for it, and has no pid to name it by.
    const session = await builder(database);
    scene.works.push({ step: 3, pid: session.pid, work: 'build' });
    const built = session.execute('CREATE INDEX CONCURRENTLY i ON dishes (id)');
    const waits = await scene.until((sample) => (sample.builds[0]?.blockers.length ?? 0) > 0);
    expect(waits.builds[0]).toMatchObject({ waiting: true, phase: 'waiting for writers before build', phaseNo: 2 });
    expect(waits.builds[0]?.blockers).toMatchObject([{ pid: 0, application: `left ${database.name}` }]);
    const drawn = await scene.until((sample) => sample.blockers !== null);
    expect(drawn.blockers?.backends.map(({ pid, step }) => ({ pid, step }))).toEqual([
      { pid: 0, step: null },
      { pid: session.pid, step: 3 },
    ]);
    await database.sql(`ROLLBACK PREPARED 'left ${database.name}'`);
    await built;
  });

  test('follows a build into its wait for an old snapshot, and says for whom', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database);
    const forgotten = await idleInTransaction(database);
    const scene = await sampling(database);
    const session = await builder(database);
    scene.works.push({ step: 7, pid: session.pid, work: 'build' });
    const built = session.execute('CREATE INDEX CONCURRENTLY dishes_name ON dishes (name)');
    const waits = await scene.until((sample) => (sample.builds[0]?.phaseS ?? 0) > 0.5);
    expect(waits.builds[0]).toMatchObject({
      step: 7,
      work: 'build',
      phase: 'waiting for old snapshots',
      phaseNo: 8,
      phases: 8,
      percent: null,
      waiting: true,
      blocks: [],
      blocksS: 0,
    });
    // A short query of anybody, the sampler among them, may have been waited for as well.
    expect(waits.builds[0]?.lockersTotal).toBeGreaterThanOrEqual(1);
    expect(waits.builds[0]?.stalledS).toBeGreaterThan(0.3);
    expect(waits.builds[0]?.blockers).toMatchObject([{ pid: forgotten.pid, application: 'forgotten' }]);
    const [row] = await database.sql<{ oid: number }>(`SELECT 'dishes_name'::regclass::oid AS oid`);
    expect(waits.builds[0]?.indexOid).toBe(row?.oid);
    // Our own build is in no metric.
    expect(waits.metrics).toMatchObject({ lockWaiters: 0, blockedByUs: 0 });
    expect(waits.oldestTransaction?.pid).toBe(forgotten.pid);
    await forgotten.release();
    await built;
  });

  test('counts who waits directly for our build, and for how long', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database);
    const forgotten = await idleInTransaction(database);
    const scene = await sampling(database);
    const session = await builder(database);
    scene.works.push({ step: 2, pid: session.pid, work: 'build' });
    const built = session.execute('CREATE INDEX CONCURRENTLY dishes_name ON dishes (name)');
    await scene.until((sample) => sample.builds[0]?.phaseNo === 8);

    const migration = await database.connect({ application_name: 'migration' });
    const [own] = (await migration.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    const altered = migration.query('ALTER TABLE dishes ADD COLUMN price numeric');
    // A reader queues behind the ALTER: it waits for that, not for us.
    const reader = await database.connect();
    await poll(async () => (await database.sql('SELECT FROM pg_locks WHERE NOT granted')).length > 1);
    const read = reader.query('SELECT count(*) FROM dishes');

    const blocked = await scene.until((sample) => sample.metrics.lockWaiters === 2 && sample.metrics.blockedByUs === 1);
    expect(blocked.builds[0]?.blocks).toEqual([own?.pid]);
    const later = await scene.until((sample) => (sample.builds[0]?.blocksS ?? 0) > 0.5);
    expect(later.metrics.blockedByUs).toBe(1);

    await forgotten.release();
    await built;
    await Promise.all([altered, read]);
    await Promise.all([migration.end(), reader.end()]);
    const after = await scene.until((sample) => sample.metrics.lockWaiters === 0);
    expect(after.builds[0]).toMatchObject({ blocks: [], blocksS: 0 });
  });

  test('shows a drop and an ANALYZE that wait', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database);
    await database.sql('CREATE INDEX i ON dishes (id)');
    const holder = await holdLock(database, 'dishes', 'SHARE UPDATE EXCLUSIVE');
    const scene = await sampling(database);
    const [dropper, analyzer] = [await builder(database), await builder(database)];
    scene.works.push({ step: 0, pid: dropper.pid, work: 'drop' }, { step: 1, pid: analyzer.pid, work: 'analyze' });
    const done = Promise.all([dropper.execute('DROP INDEX CONCURRENTLY i'), analyzer.execute('ANALYZE dishes')]);
    const seen = await scene.until(({ builds }) => builds.filter((build) => build.waiting).length === 2);
    for (const build of seen.builds) {
      expect(build).toMatchObject({ phase: null, phaseNo: null, percent: null, indexOid: null });
      expect(build.blockers.map((each) => each.pid)).toContain(holder.pid);
    }
    expect(seen.metrics).toMatchObject({ lockWaiters: 0, blockedByUs: 0 });
    await holder.release();
    await done;
  });

  test('leaves the parallel workers of our builds and of others out', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database, 20_000);
    // An ANALYZE by autovacuum would be a transaction that holds us up.
    await database.sql('ALTER TABLE dishes SET (parallel_workers = 2, autovacuum_enabled = off)');
    // Wherever a process meets such a row it waits there, until this is let go of: so the scan lasts for as long as is looked.
    await database.sql(`CREATE FUNCTION waited(int) RETURNS int IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
      BEGIN
        WHILE $1 % 1000 = 0 AND EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711) LOOP
          PERFORM pg_sleep(0.01);
        END LOOP;
        RETURN $1;
      END $$`);
    const holder = await database.connect({ application_name: 'holder' });
    await holder.query('SELECT pg_advisory_lock(4711)');
    const scene = await sampling(database, { intervalMs: 20 });
    const session = await builder(database);
    scene.works.push({ step: 0, pid: session.pid, work: 'build' });
    let notice = '';
    session.onNotice(({ message }) => {
      notice += message;
    });
    const built = session.execute('CREATE INDEX CONCURRENTLY dishes_id ON dishes (waited(id))');
    // Asked from elsewhere: in this database the question would itself be a transaction that a build waits for.
    const elsewhere = await createDatabase(version, { server });
    const workers = () => elsewhere.sql(`SELECT FROM pg_stat_activity WHERE leader_pid = ${session.pid}`);
    await poll(async () => (await workers()).length === 2);
    const inScan = () => scene.samples.filter((sample) => sample.builds[0]?.phaseNo === 3);
    const before = inScan().length;
    await poll(() => inScan().length >= before + 5);
    expect(await workers()).toHaveLength(2);
    await holder.end();
    await built;
    expect(notice).toContain('building index "dishes_id" on table "dishes" with request for 2 parallel workers');
    const phases = scene.samples.flatMap((sample) => sample.builds.map((build) => build.phaseNo ?? 0));
    expect(phases).toEqual(phases.toSorted((a, b) => a - b));
    expect(inScan().every((sample) => sample.oldestTransaction === null)).toBe(true);
    expect(inScan().every((sample) => sample.metrics.lockWaiters === 0)).toBe(true);
    const percents = scene.samples.flatMap((sample) => sample.builds.flatMap((build) => build.percent ?? []));
    expect(percents.length).toBeGreaterThan(0);
    expect(Math.max(...percents)).toBeLessThanOrEqual(100);
  });

  test('a plain role gets what it may see, and is told what it may not', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database);
    const login = await plainRole(database);
    const queue = await waiters(database, 12, 'dishes');
    const forgotten = await idleInTransaction(database);
    const scene = await sampling(database, { login });
    const seen = await scene.until((sample) => sample.blockers !== null);
    expect(seen.metrics.lockWaiters).toBeGreaterThanOrEqual(12);
    expect(seen.metrics).toMatchObject({ active: null, oldestTransactionS: null, replicaLagS: 0 });
    expect(seen.metrics.connections).toBeGreaterThanOrEqual(15);
    expect(seen.unreadable.active).toMatch(
      /^This role may not see what \d+ sessions of other roles do: grant it pg_monitor\.$/,
    );
    expect(seen.unreadable.oldestTransactionS).toContain('pg_monitor');
    expect(seen.blockers?.backends[0]?.pid).toBe(queue.pid);

    // Its own build it sees whole, and who waits for it, of whatever role.
    await database.sql(`CREATE TABLE own (id int); ALTER TABLE own OWNER TO ${login.user}`);
    const session = await builder(database, login);
    scene.works.push({ step: 4, pid: session.pid, work: 'build' });
    await queue.release();
    const built = session.execute('CREATE INDEX CONCURRENTLY own_id ON own (id)');
    const waits = await scene.until((sample) => sample.builds[0]?.phaseNo === 8);
    expect(waits.builds[0]?.blockers.map((each) => each.pid)).toContain(forgotten.pid);
    const migration = await database.connect();
    const altered = migration.query('ALTER TABLE own ADD COLUMN price numeric');
    await scene.until((sample) => sample.metrics.blockedByUs === 1);
    await forgotten.release();
    await built;
    await altered;
    await migration.end();
    await session.close();
    await scene.sampler.stop();
    expect(scene.failures).toEqual([]);
    await login.drop();
  });

  test('goes on without what the server refuses, and says so', async () => {
    const database = await createDatabase(version, { server });
    const login = await plainRole(database);
    await database.sql('REVOKE EXECUTE ON FUNCTION pg_current_wal_lsn() FROM public');
    const scene = await sampling(database, { login });
    const seen = await scene.until(() => true);
    expect(seen.metrics).toMatchObject({ lockWaiters: 0, replicaLagS: null, replicas: null, retainedWalBytes: null });
    expect(seen.unreadable.retainedWalBytes).toBe(
      'The server does not tell: permission denied for function pg_current_wal_lsn',
    );
    await scene.until((sample) => sample.metrics.commitsPerS !== null && sample.metrics.walBytesPerS === null);
    // Once, not with every reading.
    const log = await database.log();
    expect(log.filter((entry) => JSON.stringify(entry).includes('permission denied'))).toHaveLength(1);
    expect(scene.failures).toEqual([]);
    await scene.sampler.stop();
    await login.drop();
  });

  test('reads rates, and none across a reset of the statistics', async () => {
    const database = await createDatabase(version, { server });
    await withTable(database);
    const scene = await sampling(database);
    const first = await poll(() => scene.samples[0]);
    expect(first.metrics).toMatchObject({ commitsPerS: null, rollbacksPerS: null, walBytesPerS: null });
    expect(first.unreadable.rollbacksPerS).toContain('first');
    const client = await database.connect();
    const rollBack = async (): Promise<void> => {
      for (const text of ['BEGIN', 'INSERT INTO dishes VALUES (1)', 'ROLLBACK']) await client.query(text);
    };
    // A backend reports its counters once a second at most, and the WAL writer has a rhythm of its own.
    const moves = (name: 'rollbacksPerS' | 'walBytesPerS'): boolean =>
      scene.samples.some((sample) => (sample.metrics[name] ?? 0) > 0);
    await poll(() => rollBack().then(() => moves('rollbacksPerS') && moves('walBytesPerS')), 20_000);
    await client.query('SELECT pg_stat_reset()');
    const reset = await scene.until((sample) => sample.metrics.rollbacksPerS === null);
    expect(reset.unreadable.rollbacksPerS).toContain('reset');
    await scene.until((sample) => sample.metrics.rollbacksPerS !== null);
    await client.end();
    const rates = scene.samples.flatMap(({ metrics }) => [metrics.rollbacksPerS ?? 0, metrics.commitsPerS ?? 0]);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
  });

  test('comes back by itself when its backend is ended', async () => {
    const database = await createDatabase(version, { server });
    const scene = await sampling(database);
    await scene.until(() => true);
    await database.sql('SELECT pg_terminate_backend($1)', [scene.sampler.pid]);
    await poll(() => scene.restored.length > 0);
    expect(scene.lost).toMatchObject([{ sqlstate: '57P01' }]);
    await scene.until(() => true);
  });

  test('says why it cannot connect, and stops all the same', async () => {
    const database = await createDatabase(version, { server });
    const scene = await sampling(database, { login: { user: 'nobody_at_all', password: 'x' } });
    await poll(() => scene.failures.length > 0);
    expect(scene.failures[0]).toMatchObject({ code: '28P01' });
    await scene.sampler.stop();
    expect(scene.samples).toEqual([]);
  });
});
