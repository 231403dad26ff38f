import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('session/try_advisory_lock.sql', z.object({ taken: z.boolean() }));

/** Takes the engine's advisory lock of this database for the session, if nobody else holds it. Never waits. */
export const tryAdvisoryLock = async (on: Queryable, options?: QueryOptions): Promise<boolean> =>
  onlyRow(await run(on, [], options)).taken;
