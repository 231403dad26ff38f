import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery(
  'session/server_identity.sql',
  z.object({
    /** ISO, UTC, with microseconds. */
    started_at: z.string(),
    in_recovery: z.boolean(),
    /** Eight hexadecimal digits; null on a standby. */
    timeline: z.string().nullable(),
    version: z.string(),
  }),
);

/** What every server tells everybody of which one it is. */
export const serverIdentity = async (on: Queryable, options?: QueryOptions) => onlyRow(await run(on, [], options));
