import type { RunEvent } from '../../src/run/index.ts';
import type { TestDatabase } from './database.ts';
import { holdLock, type Scene, transaction } from './locks.ts';
import { indexTree } from './partitioned.ts';
import { poll } from './poll.ts';
import type { TestRun } from './run.ts';

/** Refused for a lock, and to be tried again. */
export const gaveUp = (run: TestRun, type: Extract<RunEvent['type'], 'build.failed' | 'statement.failed'>): boolean =>
  run.of(type).some(({ error, retryAt }) => error.sqlstate === '55P03' && retryAt !== null);

/**
 * Begins the run, whose first step is an index that takes another one's place, and brings it to where the old one is gone and
 * a transaction holds the new one itself, so that it cannot be renamed. `name`: what it is called until then.
 */
export const heldRename = async (database: TestDatabase, run: TestRun): Promise<Scene & { name: string }> => {
  const reader = await holdLock(database, 'dishes', 'ACCESS SHARE');
  await run.go();
  await run.until(() => run.of('drop.started').length === 1);
  const passing = run.state().steps[0]?.step;
  if (passing?.kind !== 'create-index') throw new Error('no index');
  const holder = await transaction(database, `ALTER INDEX ${passing.name} SET (fillfactor = 90)`);
  await reader.release();
  return { ...holder, name: passing.name };
};

/**
 * Begins the run and brings it to where its last attach is held back by a reader of orders_2025, and gives up on its lock: all
 * is made, and four of the five parts are attached. `beforeMade`: while a writer still holds the making of the index back.
 */
export const heldAttach = async (
  database: TestDatabase,
  run: TestRun,
  beforeMade: () => Promise<void> = async () => undefined,
): Promise<Scene> => {
  const writer = await transaction(database, 'LOCK TABLE ONLY orders IN ROW EXCLUSIVE MODE');
  await run.go();
  await run.until(() => gaveUp(run, 'build.failed'));
  await beforeMade();
  const reader = await transaction(database, 'SELECT count(*) FROM orders_2025');
  await writer.release();
  await run.until(() => gaveUp(run, 'statement.failed'));
  await poll(async () => (await indexTree(database)).filter(({ parent }) => parent !== null).length === 4);
  return reader;
};
