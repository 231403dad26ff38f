import { expect, test } from 'vitest';
import { tablesOfTree } from '../../../src/engine/catalog/partitions.ts';
import { estimates } from '../../../src/engine/catalog/relations.ts';
import type { PartitionRow } from '../../../src/queries/partition_tree.ts';

test('a partitioned table, -1 pages once it is analyzed, has rows and no bytes of its own', () => {
  expect(estimates({ table_tuples: 200_000, table_pages: -1, block_size: 8192 })).toEqual({ rows: 200_000, bytes: 0 });
});

test('neither has one inside a tree of partitions', () => {
  const partition = {
    oid: 1,
    schema: 'app',
    name: 'events_2026',
    kind: 'p',
    tuples: 200_000,
    pages: -1,
    block_size: 8192,
  };
  expect(tablesOfTree([partition as PartitionRow])).toEqual([
    { oid: 1, schema: 'app', name: 'events_2026', rows: 200_000, bytes: 0 },
  ]);
});

test('a table that nobody has analyzed yet is unknown', () => {
  const unknown = { rows: null, bytes: null };
  expect(estimates({ table_tuples: -1, table_pages: 0, block_size: 8192 })).toEqual(unknown);
  expect(estimates({ table_tuples: 0, table_pages: 0, block_size: 8192 })).toEqual(unknown);
});
