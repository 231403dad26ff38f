import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  kind: z.enum(['slot', 'standby']),
  name: z.string(),
  /** Of a slot: physical or logical. */
  type: z.string().nullable(),
  /** A slot that nobody reads from is not. */
  active: z.boolean(),
  /** In transactions. */
  age: z.int(),
  client: z.string().nullable(),
});

export type XminHolder = z.infer<typeof row>;

const run = defineQuery('catalog/xmin_holders.sql', row);

/** Replication slots and standbys that hold back the horizon of vacuum, the worst first. */
export const xminHolders = (on: Queryable, options?: QueryOptions): Promise<XminHolder[]> => run(on, [], options);
