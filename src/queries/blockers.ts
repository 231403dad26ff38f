import { z } from 'zod';
import { backendRow, seconds } from './backend.ts';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = backendRow.extend({
  transactionS: seconds.nullable(),
  waitingS: seconds.nullable(),
  waitsFor: z.string().nullable(),
  blockedBy: z.array(z.int()),
  /** How many sessions wait in all, followed or not. */
  waitersInAll: z.int(),
});

const run = defineQuery('monitor/blockers.sql', row);

export type BlockerRow = z.infer<typeof row>;

/** Who waits for whom: every backend that waits (at most 100) or is waited for. */
export const blockers = (on: Queryable, options?: QueryOptions): Promise<BlockerRow[]> => run(on, [], options);
