import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('session/backend_pid.sql', z.object({ pid: z.int() }));

/** The pid of the backend that serves this connection right now, as the server says it. */
export const backendPid = async (on: Queryable, options?: QueryOptions): Promise<number> =>
  onlyRow(await run(on, [], options)).pid;
