import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const facts = z.object({
  oid: z.int(),
  /** i: an index; I: one of a partitioned table, which has no storage of its own. */
  kind: z.string(),
  table_oid: z.int(),
  valid: z.boolean(),
  ready: z.boolean(),
  live: z.boolean(),
  pages: z.int(),
  block_size: z.int(),
});

export type IndexFactsRow = z.infer<typeof facts>;

const readFacts = defineQuery('catalog/index_facts.sql', facts);
const readSizes = defineQuery('catalog/index_sizes.sql', z.object({ oid: z.int(), bytes: z.number().nullable() }));

/** The state of these indexes by OID; waits for no lock. */
export const indexStates = async (
  on: Queryable,
  oids: readonly number[],
  options?: QueryOptions,
): Promise<Map<number, IndexFactsRow>> => new Map((await readFacts(on, [oids], options)).map((row) => [row.oid, row]));

/** Bytes on disk by OID; waits behind ACCESS EXCLUSIVE until the lock timeout. */
export const indexSizes = async (
  on: Queryable,
  oids: readonly number[],
  options?: QueryOptions,
): Promise<Map<number, number>> =>
  new Map(
    (await readSizes(on, [oids], options)).flatMap(({ oid, bytes }) => (bytes === null ? [] : [[oid, bytes] as const])),
  );
