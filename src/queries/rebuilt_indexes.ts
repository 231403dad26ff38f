import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  oid: z.int(),
  valid: z.boolean(),
  clustered: z.boolean(),
  schema: z.string(),
  name: z.string(),
  table_name: z.string(),
  tablespace: z.string().nullable(),
  comment: z.string().nullable(),
  /** Extensions that it is dropped with. */
  depends_on: z.array(z.string()),
  statistics: z.array(z.object({ column: z.int(), target: z.int() })),
});

export type RebuiltIndexRow = z.infer<typeof row>;

const run = defineQuery('catalog/rebuilt_indexes.sql', row);

/** These indexes by OID; one that is gone is missing. Waits for no lock. */
export const rebuiltIndexes = async (
  on: Queryable,
  oids: readonly number[],
  options?: QueryOptions,
): Promise<Map<number, RebuiltIndexRow>> => new Map((await run(on, [oids], options)).map((each) => [each.oid, each]));
