import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  table_oid: z.int(),
  /** Null for one that was dropped meanwhile. */
  blocks: z.int().nullable(),
  block_size: z.int(),
  /** Of a row, the columns that are always as long. */
  fixed_bytes: z.int(),
  /** How many are not. */
  varying: z.int(),
});

export type TableBlocksRow = z.infer<typeof row>;

const run = defineQuery('catalog/table_blocks.sql', row);

/** How large these tables are now; those that somebody has locked are left out. Waits until the lock timeout where one is being locked. */
export const tableBlocks = (
  on: Queryable,
  tables: readonly number[],
  options?: QueryOptions,
): Promise<TableBlocksRow[]> => run(on, [tables], options);
