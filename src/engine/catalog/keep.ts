import type { RollbackFactsRow } from '../../queries/rollback_facts.ts';

/**
 * Why a rollback does not touch what stands where this run made an index; null when nothing speaks against dropping it, also
 * because nothing is there. `gone`: the index itself is not there any more.
 */
export const reasonToKeep = (
  row: RollbackFactsRow,
  made: { schema: string; name: string },
): { why: string; gone: boolean } | null => {
  if (!row.there)
    return row.other_oid === null
      ? null
      : {
          why: `another relation of this name stands there now (oid ${row.other_oid}), not made by this run`,
          gone: true,
        };
  const keep = (why: string) => ({ why, gone: false });
  if (row.schema !== made.schema || row.name !== made.name)
    return keep(`it was renamed to ${row.schema}.${row.name} since`);
  if (row.constraint_name !== null) return keep(`the constraint ${row.constraint_name} depends on it by now`);
  if (row.is_replica_identity) return keep('it is the replica identity of its table by now');
  if (row.is_attached) return keep('it is attached to an index of a partitioned table by now');
  return null;
};
