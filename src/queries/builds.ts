import { z } from 'zod';
import { backendRow, seconds } from './backend.ts';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const count = z.number().nullable();

const row = z.object({
  pid: z.int(),
  /** It waits for a heavyweight lock. */
  waiting: z.boolean(),
  indexOid: z.number().nullable(),
  phase: z.string().nullable(),
  lockersTotal: count,
  lockersDone: count,
  blocksTotal: count,
  blocksDone: count,
  tuplesTotal: count,
  tuplesDone: count,
  /** Whom it waits for, the oldest transaction first, at most 10. */
  blockers: z.array(backendRow.extend({ transactionS: seconds.nullable() })),
  /** pids of clients that wait directly for it. */
  blocks: z.array(z.int()),
});

const run = defineQuery('monitor/builds.sql', row);

export type BuildRow = z.infer<typeof row>;

/** How far each of our builders is; none for a builder whose backend is gone. `ours` are all our pids. */
export const builds = (
  on: Queryable,
  builders: readonly number[],
  ours: readonly number[],
  options?: QueryOptions,
): Promise<BuildRow[]> => run(on, [builders, ours], options);
