import { z } from 'zod';
import type { BackendPin } from './backend.ts';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('monitor/backend_alive.sql', z.object({ alive: z.boolean() }));

/** True as long as this backend is there, and when its start is hidden from us and the pid is in use. */
export const backendAlive = async (on: Queryable, backend: BackendPin, options?: QueryOptions): Promise<boolean> =>
  (await run(on, [backend.pid, backend.backendStart], options)).some((row) => row.alive);
