import { expect, it } from 'vitest';
import type { RunOptions } from '../../../src/run/index.ts';
import { rollbackRun, startRun } from '../../support/run.ts';
import { TWO_INDEXES, twoTables } from '../../support/two-tables.ts';

it('the rate of rollbacks is measured for as long as was said, and for three seconds when nothing was', async () => {
  const database = await twoTables(18);
  const client = await database.connect();
  // A transaction that touches nothing is not told to the statistics at once.
  await client.query('CREATE TABLE noise (id int)');
  let over = false;
  const rollingBack = (async () => {
    while (!over) await client.query('BEGIN; INSERT INTO noise VALUES (1); ROLLBACK; SELECT pg_sleep(0.02)');
  })();
  const baselineOf = async (options: Partial<RunOptions>) => {
    const run = await startRun(database, TWO_INDEXES, { options });
    await run.go();
    const { baseline, outcome } = await run.end();
    expect(outcome?.status).toBe(0);
    const back = await rollbackRun(run);
    await back.until((state) => state.survey !== null);
    await back.command({ type: 'roll-back', oids: [], all: true, confirm: database.name });
    await back.end();
    return baseline;
  };
  const unsaid = await baselineOf({ baselineMs: undefined } as unknown as Partial<RunOptions>);
  const long = await baselineOf({ baselineMs: 6_000 });
  over = true;
  await rollingBack;
  await client.end();
  expect(unsaid?.rateSeconds).toBeGreaterThanOrEqual(3);
  expect(long?.rateSeconds).toBeGreaterThanOrEqual(6);
  expect(unsaid?.rollbacksPerS).toBeGreaterThan(1);
  expect(long?.rollbacksPerS).toBeGreaterThan(1);
});
