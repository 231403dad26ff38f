import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  table_oid: z.int(),
  column: z.string(),
  /** pg_attribute.attlen: -1 for what varies. */
  length: z.int(),
  align: z.string(),
  equal: z.boolean(),
  n_distinct: z.number().nullable(),
  null_share: z.number().nullable(),
  bytes: z.number().nullable(),
});

export type ColumnStatisticsRow = z.infer<typeof row>;

const run = defineQuery('catalog/table_statistics.sql', row);

/** The statistics of these columns, a row each; columns that do not exist have none. */
export const tableStatistics = (
  on: Queryable,
  wanted: readonly { table: number; schema: string; name: string; columns: readonly string[] }[],
  options?: QueryOptions,
): Promise<ColumnStatisticsRow[]> => run(on, [JSON.stringify(wanted)], options);
