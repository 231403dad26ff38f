import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  step: z.int(),
  /** Of the relation that has the name; null where there is none. */
  target_oid: z.int().nullable(),
  /** pg_class.relkind. */
  target_kind: z.string().nullable(),
  target_schema: z.string().nullable(),
  target_name: z.string().nullable(),
  /** Of one index that it takes; all that follows is null where it takes none. */
  oid: z.int().nullable(),
  schema: z.string().nullable(),
  name: z.string().nullable(),
  table_oid: z.int().nullable(),
  table_schema: z.string().nullable(),
  table_name: z.string().nullable(),
  table_tuples: z.number().nullable(),
  table_pages: z.int().nullable(),
  block_size: z.int(),
  /** The table whose TOAST table has the index. */
  toast_of: z.string().nullable(),
  is_owner: z.boolean().nullable(),
  /** The right MAINTAIN, which is there from 17 on. */
  may_maintain: z.boolean().nullable(),
  /** USAGE on its schema. */
  may_name: z.boolean().nullable(),
  is_system: z.boolean().nullable(),
  is_temporary: z.boolean().nullable(),
  valid: z.boolean().nullable(),
  is_exclusion: z.boolean().nullable(),
  pages: z.int().nullable(),
  /** The other indexes of its table that are not valid. */
  others: z.array(z.object({ oid: z.int(), name: z.string() })),
  locked_by: z.int().nullable(),
  busy: z.int().nullable(),
});

export type IndexToReindexRow = z.infer<typeof row>;

const run = defineQuery('catalog/indexes_to_reindex.sql', row);

export interface ReindexWish {
  step: number;
  of: 'index' | 'table';
  schema: string | null;
  name: string;
  path: readonly string[] | null;
}

/** What each of these takes, in one statement, at least a row for each; waits for no lock. */
export const indexesToReindex = (
  on: Queryable,
  wanted: readonly ReindexWish[],
  options?: QueryOptions,
): Promise<IndexToReindexRow[]> => run(on, [JSON.stringify(wanted)], options);
