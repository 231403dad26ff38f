import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  schema: z.string(),
  name: z.string(),
  /** How many there are in all, more than the rows given when these are cut. */
  tables: z.int(),
});

const run = defineQuery('catalog/tables_to_count.sql', row);

/** The tables whose rows a dump of these schemas holds, the largest first; empty lists mean all. */
export const tablesToCount = (
  on: Queryable,
  about: { schemas: readonly string[]; oids: readonly number[]; most: number },
  options?: QueryOptions,
): Promise<z.infer<typeof row>[]> => run(on, [about.schemas, about.oids, about.most], options);
