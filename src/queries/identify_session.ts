import { z } from 'zod';
import { defineQuery, onlyRow, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery(
  'session/identify_session.sql',
  z.object({ pid: z.int(), backend_start: z.string(), version_num: z.int() }),
);

export interface SessionIdentity {
  pid: number;
  /** ISO, UTC, with microseconds. */
  backendStart: string;
  serverVersionNum: number;
}

/** Which backend serves this connection, and on which version. */
export const identifySession = async (on: Queryable, options?: QueryOptions): Promise<SessionIdentity> => {
  const row = onlyRow(await run(on, [], options));
  return { pid: row.pid, backendStart: row.backend_start, serverVersionNum: row.version_num };
};
