import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  /** 0 for a prepared transaction, which has no backend. */
  pid: z.int(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  client: z.string().nullable(),
  state: z.string().nullable(),
  query: z.string().nullable(),
  /** Null when we may not see it. */
  age_s: z.number().nullable(),
  /** Holds a snapshot. */
  snapshot: z.boolean(),
  /** The tables on which it holds a lock that a build waits for, with their schemas. */
  tables: z.array(z.string()),
  /** The name of a prepared transaction. */
  gid: z.string().nullable(),
});

export type StallingTransaction = z.infer<typeof row>;

const run = defineQuery('catalog/stalling_transactions.sql', row);

/** Transactions of at least this age that concurrent builds on these tables would wait for, and all prepared ones. */
export const stallingTransactions = (
  on: Queryable,
  about: { ours: readonly number[]; tables: readonly number[]; leastAgeS: number },
  options?: QueryOptions,
): Promise<StallingTransaction[]> => run(on, [about.ours, about.tables, about.leastAgeS], options);
