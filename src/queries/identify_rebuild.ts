import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const run = defineQuery('monitor/identify_rebuild.sql', z.object({ oid: z.int() }));

/** OID of the index that this backend is making in the place of `was`; null before the catalog has it, and after the end. */
export const identifyRebuild = async (
  on: Queryable,
  { pid, was, tableOid }: { pid: number; was: number; tableOid: number },
  options?: QueryOptions,
): Promise<number | null> => (await run(on, [pid, was, tableOid], options))[0]?.oid ?? null;
