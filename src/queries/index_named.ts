import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  oid: z.int(),
  schema: z.string(),
  name: z.string(),
  /** OID of another relation that has the wanted name. */
  taken: z.int().nullable(),
});

const run = defineQuery('catalog/index_named.sql', row);

/** What this index is called now, and whether `wanted` is free for it; null when it is gone. */
export const indexNamed = async (
  on: Queryable,
  { oid, wanted }: { oid: number; wanted: string },
  options?: QueryOptions,
): Promise<z.infer<typeof row> | null> => (await run(on, [oid, wanted], options))[0] ?? null;
