import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  oid: z.int(),
  table_oid: z.int(),
  schema: z.string(),
  name: z.string(),
  definition: z.string(),
  /** False for one that a deferrable constraint checks later. */
  is_immediate: z.boolean(),
  /** The primary key, UNIQUE or EXCLUDE constraint that it backs. */
  constraint_name: z.string().nullable(),
  is_replica_identity: z.boolean(),
  is_clustered: z.boolean(),
  /** It belongs to an index of a partitioned table. */
  is_attached: z.boolean(),
  /** As of its last VACUUM or build. */
  bytes: z.number(),
  scans: z.number().nullable(),
  /** ISO; null when never, or where the server does not keep it (before 16). */
  last_scan: z.string().nullable(),
  /** Rows inserted into the table, and updates of it that were not HOT: each wrote to every index. */
  writes: z.number().nullable(),
  /** Since when scans and writes are counted, ISO; null: since the statistics began. */
  since: z.string().nullable(),
});

/** A valid index of a table of the plan. */
export type TableIndex = z.infer<typeof row>;

const run = defineQuery('catalog/table_indexes.sql', row);

/**
 * All valid indexes of these tables, and of `partitions` those that belong to no partitioned index, in one statement; it waits
 * behind ACCESS EXCLUSIVE until the lock timeout.
 */
export const tableIndexes = (
  on: Queryable,
  { tables, partitions }: { tables: readonly number[]; partitions: readonly number[] },
  options?: QueryOptions,
): Promise<TableIndex[]> => run(on, [tables, partitions], options);
