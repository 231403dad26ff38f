import { expect, test } from 'vitest';
import { estimates } from '../../../src/engine/catalog/relations.ts';

test('a partitioned table, -1 pages once it is analyzed, has rows and no bytes of its own', () => {
  expect(estimates({ table_tuples: 200_000, table_pages: -1, block_size: 8192 })).toEqual({ rows: 200_000, bytes: 0 });
});

test('a table that nobody has analyzed yet is unknown', () => {
  const unknown = { rows: null, bytes: null };
  expect(estimates({ table_tuples: -1, table_pages: 0, block_size: 8192 })).toEqual(unknown);
  expect(estimates({ table_tuples: 0, table_pages: 0, block_size: 8192 })).toEqual(unknown);
});
