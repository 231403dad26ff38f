import { z } from 'zod';
import type { BackendPin } from './backend.ts';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('monitor/terminate_backend.sql', z.object({ done: z.boolean() }));

/** Ends this backend; false when there is no such backend any more. Without the right: SQLSTATE 42501. */
export const terminateBackend = async (on: Queryable, backend: BackendPin, options?: QueryOptions): Promise<boolean> =>
  (await run(on, [backend.pid, backend.backendStart], options)).some((row) => row.done);
