import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  step: z.int(),
  /** Of the relation that has the name; all that follows is null where there is none, or it is no index. */
  oid: z.int().nullable(),
  /** pg_class.relkind. */
  kind: z.string().nullable(),
  schema: z.string().nullable(),
  name: z.string().nullable(),
  table_oid: z.int().nullable(),
  table_schema: z.string().nullable(),
  table_name: z.string().nullable(),
  table_tuples: z.number().nullable(),
  table_pages: z.int().nullable(),
  block_size: z.int(),
  is_owner: z.boolean().nullable(),
  is_system: z.boolean().nullable(),
  valid: z.boolean().nullable(),
  clustered: z.boolean().nullable(),
  constraint_name: z.string().nullable(),
  is_replica_identity: z.boolean(),
  /** It belongs to an index of a partitioned table. */
  is_attached: z.boolean(),
  /** The one that it is a part of. */
  extension: z.string().nullable(),
  /** Those that it is dropped with. */
  depends_on: z.array(z.string()),
  /** Null: that of the database. */
  tablespace: z.string().nullable(),
  comment: z.string().nullable(),
  statistics: z.array(z.object({ column: z.int(), target: z.int() })),
  pages: z.int().nullable(),
  scans: z.number().nullable(),
  /** ISO; null when never, or where the server does not keep it (before 16). */
  last_scan: z.string().nullable(),
  locked_by: z.int().nullable(),
  busy: z.int().nullable(),
});

export type IndexToDropRow = z.infer<typeof row>;

const run = defineQuery('catalog/indexes_to_drop.sql', row);

/** What has each of these names, one row each, in one statement; waits for no lock. */
export const indexesToDrop = (
  on: Queryable,
  wanted: readonly { step: number; schema: string | null; name: string; path: readonly string[] | null }[],
  options?: QueryOptions,
): Promise<IndexToDropRow[]> => run(on, [JSON.stringify(wanted)], options);
