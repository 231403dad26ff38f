import { expect, it } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { indexTree, makeOrders } from '../../support/partitioned.ts';
import { sessionsOf, startRun } from '../../support/run.ts';
import { versions } from '../../support/server.ts';

const PLAN = 'CREATE INDEX CONCURRENTLY idx_orders_customer ON orders (lower(customer), placed DESC);';

const WHOLE = [
  { name: 'idx_orders_customer', table: 'orders', valid: true, parent: null },
  { name: 'orders_2025_lower_placed_idx', table: 'orders_2025', valid: true, parent: 'idx_orders_customer' },
  { name: 'orders_2026_lower_placed_idx', table: 'orders_2026', valid: true, parent: 'idx_orders_customer' },
  {
    name: 'orders_2026_q1_lower_placed_idx',
    table: 'orders_2026_q1',
    valid: true,
    parent: 'orders_2026_lower_placed_idx',
  },
  {
    name: 'orders_2026_q2_lower_placed_idx',
    table: 'orders_2026_q2',
    valid: true,
    parent: 'orders_2026_lower_placed_idx',
  },
  { name: 'orders_rest_lower_placed_idx', table: 'orders_rest', valid: true, parent: 'idx_orders_customer' },
];

it.each(versions)('PostgreSQL %i: an index on a partitioned table is built part by part', async (version) => {
  const database = await createDatabase(version);
  await makeOrders(database);
  const run = await startRun(database, PLAN);
  await run.go();
  const end = await run.end();
  expect(end.outcome).toMatchObject({ status: 0, reason: '1 index built, all verified' });
  expect(await indexTree(database)).toEqual(WHOLE);
  expect(end.verify?.results.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true, true]);
  expect(await sessionsOf(database)).toEqual([]);
});
