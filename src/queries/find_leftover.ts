import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery(
  'catalog/find_leftover.sql',
  z.object({
    oid: z.int(),
    valid: z.boolean(),
    ready: z.boolean(),
    is_constraint: z.boolean(),
    building: z.int().nullable(),
    bytes: z.number(),
  }),
);

/** The index of this name on this table; null when there is none. `building`: the pid of who is at work on it. */
export const indexOnTable = async (
  on: Queryable,
  index: { schema: string; name: string; tableOid: number },
  options?: QueryOptions,
) => {
  const [row] = await run(on, [index.schema, index.name, index.tableOid], options);
  if (row === undefined) return null;
  const { oid, valid, ready, building, is_constraint: constraint, bytes } = row;
  return { oid, valid, ready, building, constraint, bytes };
};
