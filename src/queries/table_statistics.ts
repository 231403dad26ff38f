import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  table_oid: z.int(),
  column: z.string(),
  /** pg_attribute.attlen: -1 for what varies. */
  length: z.int(),
  align: z.string(),
  /** pg_type.typname. */
  type: z.string(),
  is_array: z.boolean(),
  equal: z.boolean(),
  n_distinct: z.number().nullable(),
  null_share: z.number().nullable(),
  bytes: z.number().nullable(),
  /** Of arrays and tsvector: the mean number of elements in a row, how many are listed, and the share of rows that they are in. */
  elements: z
    .object({ mean: z.number().nullable(), listed: z.int(), least: z.number(), share: z.number().nullable() })
    .nullable(),
});

export type ColumnStatisticsRow = z.infer<typeof row>;

const run = defineQuery('catalog/table_statistics.sql', row);

/** The statistics of these columns, a row each; columns that do not exist have none. */
export const tableStatistics = (
  on: Queryable,
  wanted: readonly { table: number; schema: string; name: string; columns: readonly string[] }[],
  options?: QueryOptions,
): Promise<ColumnStatisticsRow[]> => run(on, [JSON.stringify(wanted)], options);
