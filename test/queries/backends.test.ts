import { describe, expect, test } from 'vitest';
import { backendAlive } from '../../src/queries/backend_alive.ts';
import { cancelBackend } from '../../src/queries/cancel_backend.ts';
import { identifyBuild } from '../../src/queries/identify_build.ts';
import { terminateBackend } from '../../src/queries/terminate_backend.ts';
import { builder, plainRole, watcher } from '../engine/sampler-scene.ts';
import { createDatabase } from '../support/database.ts';
import { idleInTransaction } from '../support/locks.ts';
import { poll } from '../support/poll.ts';
import { versions } from '../support/server.ts';

const earlier = '2001-01-01T00:00:00.000000Z';

describe.each(versions)('on PostgreSQL %i', (version) => {
  test('a build is identified by its builder, and cancelled by pid and start', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE dishes (id int)');
    const forgotten = await idleInTransaction(database);
    const [control, working] = [await watcher(database), await builder(database)];
    expect(await identifyBuild(control, working.pid)).toBeNull();
    const built = working.execute('CREATE INDEX CONCURRENTLY dishes_id ON dishes (id)').catch((error) => error);
    const oid = await poll(() => identifyBuild(control, working.pid));
    expect(await database.sql(`SELECT 'dishes_id'::regclass::oid AS oid`)).toEqual([{ oid }]);

    expect(await cancelBackend(control, { pid: working.pid, backendStart: earlier })).toBe(false);
    expect(await identifyBuild(control, working.pid)).toBe(oid);
    expect(await cancelBackend(control, working)).toBe(true);
    expect(await built).toMatchObject({ code: '57014' });
    expect(await identifyBuild(control, working.pid)).toBeNull();
    await forgotten.release();
  });

  test('a backend is alive until it is ended, and another one with its pid is not it', async () => {
    const database = await createDatabase(version);
    const [control, working] = [await watcher(database), await builder(database)];
    expect(await backendAlive(control, working)).toBe('idle');
    expect(await backendAlive(control, { pid: working.pid, backendStart: earlier })).toBeNull();
    expect(await terminateBackend(control, { pid: working.pid, backendStart: earlier })).toBe(false);
    expect(await backendAlive(control, working)).toBe('idle');
    expect(await terminateBackend(control, working)).toBe(true);
    await poll(async () => (await backendAlive(control, working)) === null);
    expect(await terminateBackend(control, working)).toBe(false);
  });

  test('a plain role ends its own only; of another it cannot tell, and so takes it for alive', async () => {
    const database = await createDatabase(version);
    const login = await plainRole(database);
    const [control, own, other] = [
      await watcher(database, login),
      await builder(database, login),
      await builder(database),
    ];
    expect(await cancelBackend(control, other)).toBe(false);
    expect(await backendAlive(control, { pid: other.pid, backendStart: earlier })).toBe('hidden');
    expect(await cancelBackend(control, own)).toBe(true);
    for (const session of [control, own, other]) await session.close();
    await login.drop();
  });
});
