import { z } from 'zod';
import type { BackendPin } from './backend.ts';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('monitor/backend_alive.sql', z.object({ state: z.string() }));

/** What this backend does (active, idle, ...; hidden where we may not know), or null when it is gone. */
export const backendAlive = async (
  on: Queryable,
  backend: BackendPin,
  options?: QueryOptions,
): Promise<string | null> => (await run(on, [backend.pid, backend.backendStart], options))[0]?.state ?? null;
