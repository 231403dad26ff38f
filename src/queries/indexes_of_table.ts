import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery(
  'catalog/indexes_of_table.sql',
  z.object({
    oid: z.int(),
    schema: z.string(),
    name: z.string(),
    valid: z.boolean(),
    ready: z.boolean(),
    bytes: z.number(),
    is_constraint: z.boolean(),
    /** The pid of who is at work on it. */
    building: z.int().nullable(),
  }),
);

/** Every index of this table, whatever its state; waits for no lock. */
export const indexesOfTable = (on: Queryable, tableOid: number, options?: QueryOptions) => run(on, [tableOid], options);
