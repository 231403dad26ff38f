import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('monitor/identify_build.sql', z.object({ oid: z.number() }));

/** OID of the index that this backend is making right now; null before the catalog has it, and after the end. */
export const identifyBuild = async (on: Queryable, pid: number, options?: QueryOptions): Promise<number | null> =>
  (await run(on, [pid], options))[0]?.oid ?? null;
