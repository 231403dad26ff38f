import { z } from 'zod';
import { configureSession } from './configure_session.ts';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

/** Planned indexes on one table under one search path, to be built on an empty copy of it. */
export interface Trial {
  /** The table, quoted and with its schema. */
  like: string;
  /** The table's owner, quoted. */
  owner: string;
  /** The search path as SET takes it; null: the session's own. */
  path: string | null;
  /** `sql`: CREATE INDEX indexdeck_try_index ON pg_temp.indexdeck_try ... `there`: the index to compare with. */
  creates: { step: number; sql: string; there: number | null }[];
}

const made = z.object({
  step: z.int(),
  definition: z.string(),
  /** What follows `ON table USING `. */
  tail: z.string(),
  unique: z.boolean(),
  /** The tablespace that was planned; null for none. */
  tablespace: z.string().nullable(),
  there_definition: z.string().nullable(),
  there_tail: z.string().nullable(),
  there_unique: z.boolean().nullable(),
  /** Key columns and expressions under the session's own search path, without order. */
  keys: z.array(
    z.object({
      sql: z.string(),
      /** Qualified and quoted; null for a type that has none. */
      collation: z.string().nullable(),
      /** The operator class, and whether it is its type's default. */
      class: z.string(),
      usual: z.boolean(),
    }),
  ),
  predicate: z.string().nullable(),
  nulls_not_distinct: z.boolean(),
  /** Functions and operators in it that others than superusers and our role have written, in the server's words. */
  calls: z.array(z.string()).nullable(),
});

export type Made = z.infer<typeof made>;

const refused = z.object({
  step: z.int(),
  sqlstate: z.string(),
  message: z.string(),
  detail: z.string(),
  hint: z.string(),
  /** False when not even the copy of the table could be made. */
  copied: z.boolean().default(true),
});

export type Tried = z.infer<typeof made> | z.infer<typeof refused>;

const attempt = defineQuery('catalog/try_indexes.sql', z.unknown());
const outcome = defineQuery('catalog/tried_indexes.sql', z.object({ tried: z.string().nullable() }));

/**
 * Builds the indexes on empty scratch copies and says what the server made of each, or its refusal. Three statements, and
 * nothing of it stays. Needs a session that may write and that nobody else uses meanwhile.
 */
export const tryIndexes = async (
  on: Queryable,
  trials: readonly Trial[],
  options?: QueryOptions,
): Promise<Map<number, Tried>> => {
  await configureSession(on, { 'indexdeck.try': JSON.stringify(trials), 'indexdeck.tried': '' }, options);
  await attempt(on, [], options);
  const { tried } = onlyRow(await outcome(on, [], options));
  const found = z.array(z.union([made, refused])).parse(JSON.parse(tried ?? '[]'));
  return new Map(found.map((each) => [each.step, each]));
};
