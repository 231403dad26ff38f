import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  table_oid: z.int(),
  /** Transactions that hold the lock of writers on the table. */
  writers: z.int(),
  /**
   * strong: a lock that a concurrent build cannot begin beside. holder: the oldest transaction with any lock. exclusive: one
   * that holds or awaits ACCESS EXCLUSIVE. builder: a session that builds an index on the table.
   */
  kind: z.enum(['strong', 'holder', 'exclusive', 'builder']).nullable(),
  /** 0 for a prepared transaction. */
  pid: z.int().nullable(),
  mode: z.string().nullable(),
  granted: z.boolean().nullable(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  state: z.string().nullable(),
  /** The first words of its statement, the last one when it is idle, such as ALTER TABLE. */
  command: z.string().nullable(),
  /** An autovacuum that does not give way. */
  wraparound: z.boolean(),
  /** Of its transaction; null when we may not see it. */
  age_s: z.number().nullable(),
  gid: z.string().nullable(),
  autovacuum: z.boolean(),
  /** Of a VACUUM; null without pg_monitor. */
  vacuum_phase: z.string().nullable(),
  /** Of the table's pages that it has scanned, 0 to 1. */
  vacuum_share: z.number().nullable(),
});

export type TableWorkRow = z.infer<typeof row>;

const run = defineQuery('catalog/table_work.sql', row);

/** Who is at work on these tables: at most six rows for each, at least one. */
export const tableWork = (
  on: Queryable,
  about: { tables: readonly number[]; ours: readonly number[] },
  options?: QueryOptions,
): Promise<TableWorkRow[]> => run(on, [about.tables, about.ours], options);
