import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  oid: z.int(),
  schema: z.string(),
  name: z.string(),
  /** pg_class.relkind and relpersistence. */
  kind: z.string(),
  persistence: z.string(),
  table_tuples: z.number(),
  table_pages: z.int(),
  block_size: z.int(),
  /** False for a materialised view WITH NO DATA. */
  populated: z.boolean(),
  /** The extension that the table is a part of. */
  extension: z.string().nullable(),
  /** In transactions and in multixacts; null for what has no storage. */
  frozen_age: z.int().nullable(),
  multixact_age: z.int().nullable(),
  freeze_max_age: z.int(),
  multixact_freeze_max_age: z.int(),
  live_rows: z.number(),
  changed_since_analyze: z.number(),
  /** ISO, UTC; null where the server does not know of any, since there was none or its counters were reset. */
  analyzed_at: z.string().nullable(),
  /** The planner has statistics of its columns; null when we may not see it. */
  has_statistics: z.boolean().nullable(),
});

export type TableConditionRow = z.infer<typeof row>;

const run = defineQuery('catalog/table_conditions.sql', row);

/** What these tables are like; waits for no lock. */
export const tableConditions = (
  on: Queryable,
  oids: readonly number[],
  options?: QueryOptions,
): Promise<TableConditionRow[]> => run(on, [oids], options);
