import { z } from 'zod';
import { configureSession } from './configure_session.ts';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

/** A table whose planned indexes are to be built on a few of its rows. Texts are quoted. */
export interface SampleWish {
  table: number;
  /** As FROM takes it, with ONLY where its children do not count. */
  from: string;
  owner: string;
  /** The search path as SET takes it; null: the session's own. */
  path: string | null;
  columns: string[];
  /** Blocks to copy at the most. */
  blocks: number;
  /** `half`: the same on pg_temp.indexdeck_half, for methods whose size has to be measured twice; `measure`: count the keys. */
  creates: { nth: number; sql: string; half: string | null; measure: boolean; partial: boolean }[];
}

const found = z.object({
  emptyMs: z.number(),
  ms: z.number(),
  tables: z.array(
    z.object({
      table: z.int(),
      blocks: z.int(),
      share: z.number(),
      rows: z.int(),
      blockMs: z.number(),
    }),
  ),
  indexes: z.array(
    z.object({
      nth: z.int(),
      entries: z.number(),
      pages: z.int(),
      /** The better of two tries, and their mean. */
      ms: z.number(),
      meanMs: z.number(),
      halfRows: z.int(),
      halfPages: z.int().nullable(),
      columns: z.array(z.object({ length: z.int(), align: z.string(), expression: z.boolean(), equal: z.boolean() })),
      /** Mean bytes and share of NULLs of each column, one after the other. */
      sizes: z.array(z.number().nullable()).optional(),
      distinct: z.int().optional(),
      single: z.int().optional(),
    }),
  ),
  /** The planner's rows of partial indexes, also of those that were not tried. */
  planned: z.array(z.object({ nth: z.int(), rows: z.number() })),
});

export type Sampled = z.infer<typeof found>;

const attempt = defineQuery('catalog/sample_indexes.sql', z.unknown());
const outcome = defineQuery('catalog/sampled_indexes.sql', z.object({ sampled: z.string().nullable() }));

/**
 * Builds the indexes on a bounded sample of their tables, on scratch copies, and measures them; null when the server has not
 * done it. Three statements, and nothing of it stays. Needs a session that may write and that nobody else uses meanwhile.
 */
export const sampleIndexes = async (
  on: Queryable,
  tables: readonly SampleWish[],
  budgetMs: number,
  options?: QueryOptions,
): Promise<Sampled | null> => {
  await configureSession(
    on,
    { 'indexdeck.sample': JSON.stringify({ budgetMs, tables }), 'indexdeck.sampled': '' },
    options,
  );
  await attempt(on, [], options);
  const { sampled } = onlyRow(await outcome(on, [], options));
  return sampled === null ? null : found.parse(JSON.parse(sampled));
};
