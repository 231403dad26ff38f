import { describe, expect, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { startStandby, versions } from '../support/server.ts';
import { sampling } from './sampler-scene.ts';

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a replica that stands still lags more and more; a standby can be watched too', async () => {
    const { primary, standby } = await startStandby(version);
    const database = await createDatabase(version, { server: primary });
    const there = { ...database, server: standby };
    await database.sql('CREATE TABLE dishes (id int)');
    await database.sql(`SELECT pg_create_physical_replication_slot('unused', true)`);
    const scene = await sampling(database);
    await scene.until(({ metrics }) => metrics.replicas === 1 && (metrics.replicaLagS ?? 9) < 1);
    const follower = await poll(() => sampling(there));
    const replaying = await follower.until(() => true, 20_000);
    expect(replaying.metrics).toMatchObject({ lockWaiters: 0, replicas: 0, replicaLagS: 0 });

    const control = await poll(() => database.connect({ port: standby.port }).catch(() => null));
    await control.query('SELECT pg_wal_replay_pause()');
    await database.sql('INSERT INTO dishes SELECT generate_series(1, 20000)');
    const late = await scene.until((sample) => (sample.metrics.replicaLagS ?? 0) > 1.5);
    expect(late.metrics.retainedWalBytes).toBeGreaterThan(100_000);
    expect(late.metrics.slots).toBe(1);
    await control.query('SELECT pg_wal_replay_resume()');
    await scene.until((sample) => (sample.metrics.replicaLagS ?? 9) < 0.5, 20_000);
    await control.end();
    await follower.sampler.stop();
    await scene.sampler.stop();
    expect(scene.failures).toEqual([]);
  });
});
