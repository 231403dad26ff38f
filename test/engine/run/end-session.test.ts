import { describe, expect, it } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { makeRole } from '../../support/elsewhere.ts';
import { idleInTransaction } from '../../support/locks.ts';
import { poll } from '../../support/poll.ts';
import { startRun, type TestRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';

const PLAN = 'CREATE INDEX CONCURRENTLY idx_t_a ON t (a);';

/** The session that the build waits for, as a screen sees it. */
const blockerOf = async (run: TestRun) => {
  const [blocker] = await poll(() => {
    const builds = run.client.view().sample?.builds ?? [];
    const found = builds.flatMap(({ blockers }) => blockers);
    return found.length > 0 ? found : null;
  });
  if (blocker?.backendStart == null) throw new Error('its start is not known');
  return { pid: blocker.pid, backendStart: blocker.backendStart, who: 'forgotten' };
};

describe.each(versions)('a session that a build waits for, on PostgreSQL %i', (version) => {
  it('is ended by word, and the build goes on; another one of the same pid is not', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t AS SELECT n AS a FROM generate_series(1, 1000) n');
    const forgotten = await idleInTransaction(database);
    forgotten.client.on('error', () => undefined);
    const run = await startRun(database, PLAN);
    await run.go();
    const blocker = await blockerOf(run);
    expect(blocker.pid).toBe(forgotten.pid);
    const end = (more: object) => run.command({ type: 'end-session', ...blocker, confirm: database.name, ...more });
    // Another start is another session.
    expect((await end({ backendStart: '2020-01-01T00:00:00.000000Z' })).ok).toBe(true);
    await run.until(() => run.of('session.ended').length === 1);
    expect(run.of('session.ended')[0]).toMatchObject({ ended: false, why: 'there is no such session any more' });
    expect((await end({})).ok).toBe(true);
    await run.until(() => run.of('session.ended').length === 2);
    expect(run.of('session.ended')[1]).toMatchObject({ ended: true, pid: forgotten.pid });
    expect((await run.end()).outcome?.status).toBe(0);
    await forgotten.client.end().catch(() => undefined);
  });
});

it('of a role that ours may not end stays, and that is said', async () => {
  const database = await createDatabase(18);
  const owner = await makeRole(database, 'owner');
  await database.sql('CREATE TABLE t AS SELECT n AS a FROM generate_series(1, 1000) n');
  await database.sql(`GRANT pg_monitor TO ${owner.user}`);
  await database.sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${owner.user}; ALTER TABLE t OWNER TO ${owner.user}`);
  const forgotten = await idleInTransaction(database);
  const run = await startRun(database, PLAN, { connection: owner, options: { ledger: null } });
  await run.go();
  const blocker = await blockerOf(run);
  expect((await run.command({ type: 'end-session', ...blocker, confirm: database.name })).ok).toBe(true);
  await run.until(() => run.of('session.ended').length === 1);
  expect(run.of('session.ended')[0]).toMatchObject({
    ended: false,
    why: expect.stringContaining('Ending sessions of other roles takes pg_signal_backend'),
  });
  await forgotten.release();
  expect((await run.end()).outcome?.status).toBe(0);
});
