import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('catalog/index_definitions.sql', z.object({ oid: z.int(), definition: z.string() }));

/** The server's own text of these indexes by OID; waits behind an ACCESS EXCLUSIVE lock until the lock timeout. */
export const indexDefinitions = async (
  on: Queryable,
  oids: readonly number[],
  options?: QueryOptions,
): Promise<Map<number, string>> =>
  new Map((await run(on, [oids], options)).map((index) => [index.oid, index.definition]));
