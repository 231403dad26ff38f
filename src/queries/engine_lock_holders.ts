import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  pid: z.int(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  client: z.string().nullable(),
  /** ISO, UTC: when its session began; null when we may not see it. */
  since: z.string().nullable(),
});

export type LockHolder = z.infer<typeof row>;

const run = defineQuery('catalog/engine_lock_holders.sql', row);

/** Other engines at work on this database. */
export const engineLockHolders = (
  on: Queryable,
  ours: readonly number[],
  options?: QueryOptions,
): Promise<LockHolder[]> => run(on, [ours], options);
