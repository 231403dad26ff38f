import { z } from 'zod';
import { defineQuery, type Queryable, type QueryOptions } from './define.ts';

const row = z.object({
  oid: z.int(),
  /** An index has this OID; if not, what follows of it is null. */
  there: z.boolean(),
  schema: z.string().nullable(),
  name: z.string().nullable(),
  valid: z.boolean().nullable(),
  constraint_name: z.string().nullable(),
  is_replica_identity: z.boolean(),
  /** i: an index; I: one of a partitioned table. */
  kind: z.string().nullable(),
  /** OID of the index of a partitioned table that it belongs to. */
  attached_to: z.int().nullable(),
  /** What is attached to it, of whatever level. */
  attached: z.array(z.object({ oid: z.int(), name: z.string() })),
  /** OID of another relation that has its name now. */
  other_oid: z.int().nullable(),
  /** pid of who is at work on it. */
  busy: z.int().nullable(),
  scans: z.number().nullable(),
  /** ISO; null when never, or where the server does not keep it (before 16). */
  last_scan: z.string().nullable(),
});

export type RollbackFactsRow = z.infer<typeof row>;

const facts = defineQuery('catalog/rollback_facts.sql', row);
const reset = defineQuery('catalog/stats_reset.sql', z.object({ reset: z.string().nullable() }));

/** One row for each of these indexes, whether it is there or not; waits for no lock. */
export const rollbackFacts = async (
  on: Queryable,
  indexes: readonly { oid: number; schema: string | null; name: string }[],
  options?: QueryOptions,
): Promise<Map<number, RollbackFactsRow>> => {
  const wanted = indexes.map(({ oid, schema, name }) => ({ oid, schema, name }));
  return new Map((await facts(on, [JSON.stringify(wanted)], options)).map((each) => [each.oid, each]));
};

/** When this database's statistics were reset last, ISO. */
export const statsReset = async (on: Queryable, options?: QueryOptions): Promise<string | null> =>
  (await reset(on, [], options))[0]?.reset ?? null;
