import { z } from 'zod';
import { backendRow, seconds } from './backend.ts';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  lockWaiters: z.int(),
  active: z.int().nullable(),
  connections: z.int(),
  maxConnections: z.int(),
  /** Sessions of which this role may not see what they do. */
  hidden: z.int(),
  hiddenTransactions: z.int(),
  oldestTransaction: backendRow.nullable(),
  /** The oldest that can be seen; 0 when there is none. */
  oldestTransactionS: seconds,
  commits: z.number().nullable(),
  rollbacks: z.number().nullable(),
  deadlocks: z.number().nullable(),
  /** Seconds since the epoch; null when this database's counters were never reset. */
  statsReset: z.number().nullable(),
  watchers: z.array(z.object({ application: z.string(), user: z.string(), since: z.string().nullable() })),
});

const run = defineQuery('monitor/activity.sql', row);

export type ActivityRow = z.infer<typeof row>;

/** Sessions, transactions and this database's counters; `ours` are the pids to leave out. */
export const activity = async (on: Queryable, ours: readonly number[], options?: QueryOptions): Promise<ActivityRow> =>
  onlyRow(await run(on, [ours], options));
