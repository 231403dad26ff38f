import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  pid: z.int(),
  user: z.string().nullable(),
  application: z.string(),
  client: z.string().nullable(),
  /** ISO, UTC: when its session began; null when we may not see it. */
  since: z.string().nullable(),
});

export type DumpSession = z.infer<typeof row>;

const run = defineQuery('catalog/dump_sessions.sql', row);

/** Sessions that dump this database, the oldest first. */
export const dumpSessions = (on: Queryable, ours: readonly number[], options?: QueryOptions): Promise<DumpSession[]> =>
  run(on, [ours], options);
