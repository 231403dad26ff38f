import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  step: z.int(),
  table_oid: z.int().nullable(),
  table_schema: z.string().nullable(),
  table_name: z.string().nullable(),
  /** pg_class.relkind: r table, p partitioned table, m materialised view, v view, f foreign table, and so on. */
  table_kind: z.string().nullable(),
  /** pg_class.relpersistence: p permanent, u unlogged, t temporary. */
  table_persistence: z.string().nullable(),
  /** -1 while the table was never vacuumed or analyzed; before PostgreSQL 14 that is 0. */
  table_tuples: z.number().nullable(),
  table_pages: z.int().nullable(),
  block_size: z.int(),
  is_system: z.boolean().nullable(),
  table_owner: z.string().nullable(),
  /** We are the table's owner, or a member of it, or superuser. */
  is_owner: z.boolean().nullable(),
  may_use_schema: z.boolean().nullable(),
  may_create: z.boolean().nullable(),
  looked_in: z.array(z.string()),
  schema_exists: z.boolean(),
  /** Who holds or awaits ACCESS EXCLUSIVE on the table. */
  table_locked_by: z.int().nullable(),
  index_oid: z.int().nullable(),
  index_kind: z.string().nullable(),
  index_pages: z.int().nullable(),
  index_table_oid: z.int().nullable(),
  index_table_name: z.string().nullable(),
  valid: z.boolean().nullable(),
  ready: z.boolean().nullable(),
  live: z.boolean().nullable(),
  is_unique: z.boolean().nullable(),
  is_constraint: z.boolean(),
  tablespace: z.string(),
  /** Where an index goes whose statement names no tablespace. */
  usual_tablespace: z.string(),
  database_tablespace: z.string(),
  builder_pid: z.int().nullable(),
  builder_application: z.string().nullable(),
});

export type PlannedIndexRow = z.infer<typeof row>;

/** Where a planned index is looked for. `path` null: in the session's own search path. */
export interface Wanted {
  step: number;
  schema: string | null;
  table: string;
  name: string;
  path: readonly string[] | null;
}

const run = defineQuery('catalog/planned_indexes.sql', row);

/** The table and the relation of the same name of every planned index, one row each, in one statement. */
export const plannedIndexes = (
  on: Queryable,
  wanted: readonly Wanted[],
  options?: QueryOptions,
): Promise<PlannedIndexRow[]> => run(on, [JSON.stringify(wanted)], options);
