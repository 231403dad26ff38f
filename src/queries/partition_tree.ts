import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const index = z.object({
  oid: z.int(),
  schema: z.string(),
  name: z.string(),
  valid: z.boolean(),
  /** OID of the index of a partitioned table that it belongs to. */
  attached_to: z.int().nullable(),
  definition: z.string(),
});

const row = z.object({
  step: z.int(),
  oid: z.int(),
  /** OID of the table that it is a partition of; null for the root. */
  parent: z.int().nullable(),
  level: z.int(),
  schema: z.string(),
  name: z.string(),
  /** pg_class.relkind: p partitioned table, r table, f foreign table. */
  kind: z.string(),
  /** pg_class.relpersistence. */
  persistence: z.string(),
  owner: z.string(),
  is_owner: z.boolean(),
  may_create: z.boolean(),
  tuples: z.number(),
  pages: z.int(),
  block_size: z.int(),
  /** The columns of its partition key, null for an expression; null where it is not partitioned. */
  key: z.array(z.string().nullable()).nullable(),
  /** Its indexes that look like the planned one. */
  indexes: z.array(index),
});

export type PartitionRow = z.infer<typeof row>;

/** A planned index on a partitioned table, by what of it the catalog's rows can be compared with. */
export interface WantedTree {
  step: number;
  table: number;
  method: string;
  unique: boolean;
  keys: number;
  columns: (string | null)[];
  predicate: boolean;
}

const tree = defineQuery('catalog/partition_tree.sql', row);
const taken = defineQuery('catalog/taken_names.sql', z.object({ schema: z.string(), name: z.string() }));

/** The partitions of these tables; waits behind ACCESS EXCLUSIVE until the lock timeout, where an index looks as planned. */
export const partitionTree = (
  on: Queryable,
  wanted: readonly WantedTree[],
  options?: QueryOptions,
): Promise<PartitionRow[]> => tree(on, [JSON.stringify(wanted)], options);

/** Which of these names are taken. */
export const takenNames = (
  on: Queryable,
  names: readonly { schema: string; name: string }[],
  options?: QueryOptions,
): Promise<{ schema: string; name: string }[]> => taken(on, [JSON.stringify(names)], options);
