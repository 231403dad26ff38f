import { expect, it } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { holdLock, idleInTransaction } from '../../support/locks.ts';
import { invalidIndexes, startRun } from '../../support/run.ts';
import { startServer, versions } from '../../support/server.ts';
import { holdWalWriter, WAL_WRITER_ALONE } from '../../support/wal-writer.ts';

const plan = `
CREATE INDEX CONCURRENTLY idx_dishes_name ON dishes (name);
ANALYZE dishes;
-- SECTION 2: COURSES
CREATE INDEX CONCURRENTLY idx_courses_name ON courses (name);
`;

it.each(versions)('PostgreSQL %i: an index whose last commit a crash took back is built again', async (version) => {
  const server = await startServer({ version, flags: WAL_WRITER_ALONE });
  const database = await createDatabase(version, { server, mayLeaveSessions: true });
  for (const table of ['dishes', 'courses']) await database.sql(`CREATE TABLE ${table} (name text)`);
  const forgotten = await idleInTransaction(database);
  const writer = await holdLock(database, 'courses', 'ROW EXCLUSIVE');
  const run = await startRun(database, plan, { options: { settings: { synchronous_commit: 'off' }, ledger: null } });
  await run.go();
  await run.until((state) => state.steps[0]?.phase?.name === 'waiting for old snapshots');
  await database.sql('CHECKPOINT');
  const crash = await holdWalWriter(database, server);
  await forgotten.release();
  await run.until((state) => state.steps[0]?.status === 'done');
  await crash();
  await server.start();
  await writer.client.end().catch(() => undefined);
  const state = await run.end(120_000);
  const [built] = run.of('build.finished');
  expect(run.of('step.lost')).toMatchObject([
    { name: 'idx_dishes_name', oid: built?.oid, leftover: { oid: built?.oid, ours: true } },
    { name: 'analyze dishes' },
  ]);
  expect(state.outcome).toMatchObject({ status: 0, leftToDo: [] });
  expect(run.of('index.dropped')).toMatchObject([{ oid: built?.oid }]);
  expect(await invalidIndexes(database)).toEqual([]);
  expect(await database.sql("SELECT relname FROM pg_class WHERE relname LIKE 'idx%' ORDER BY 1")).toEqual([
    { relname: 'idx_courses_name' },
    { relname: 'idx_dishes_name' },
  ]);
});
