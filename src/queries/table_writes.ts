import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  oid: z.int(),
  written: z.number(),
  updated: z.number(),
  hot_updated: z.number(),
  /** The server's clock, in seconds. */
  at_s: z.number(),
  /** When the server was started, by the same clock. */
  started_s: z.number(),
  stats_reset_s: z.number().nullable(),
});

export type TableWritesRow = z.infer<typeof row>;

const run = defineQuery('catalog/table_writes.sql', row);

/** Rows written so far to all tables with these names and to their partitions, in whatever schema, as the server's counters say. */
export const tableWrites = (
  on: Queryable,
  names: readonly string[],
  options?: QueryOptions,
): Promise<TableWritesRow[]> => run(on, [names], options);
