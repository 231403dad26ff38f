import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  standby: z.boolean(),
  /** Where the WAL ends, in bytes since its beginning. */
  walBytes: z.number().nullable(),
  hiddenReplicas: z.int(),
  replicas: z.array(z.object({ pid: z.int(), replayLagS: z.number().nullable(), replayed: z.number() })),
  retainedBytes: z.number(),
  /** Slots that hold WAL back, or may. */
  slots: z.int(),
});

const run = defineQuery('monitor/replication.sql', row);

export type ReplicationRow = z.infer<typeof row>;

/** The end of the WAL, how far the replicas are, and what slots hold back. Managed servers may refuse a part of it. */
export const replication = async (on: Queryable, options?: QueryOptions): Promise<ReplicationRow> =>
  onlyRow(await run(on, [], options));
