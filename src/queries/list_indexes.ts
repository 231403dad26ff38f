import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery(
  'catalog/list_indexes.sql',
  z.object({ oid: z.int(), schema: z.string(), name: z.string(), valid: z.boolean() }),
);

/** Every index in these schemas, by schema and name. */
export const listIndexes = (on: Queryable, schemas: readonly string[], options?: QueryOptions) =>
  run(on, [schemas], options);
