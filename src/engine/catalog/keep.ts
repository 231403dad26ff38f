import type { RollbackFactsRow } from '../../queries/rollback_facts.ts';

/** OIDs of indexes that a rollback is about. */
export interface RolledBack {
  /** All that the run created and has not dropped. */
  made: ReadonlySet<number>;
  /** Those of them that are to be dropped; before the question all. */
  chosen: ReadonlySet<number>;
}

const first = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

/** What would go with the index of a partitioned table must be this run's own, and chosen. */
const attachedToIt = (row: RollbackFactsRow, { made, chosen }: RolledBack): string | null => {
  const foreign = row.attached.filter(({ oid }) => !made.has(oid)).map(({ name }) => name);
  if (foreign.length > 0)
    return `${first(foreign)} ${foreign.length === 1 ? 'is' : 'are'} attached to it, which this run did not make, and would be dropped with it (by hand: DROP INDEX ${row.schema}.${row.name})`;
  const others = row.attached.filter(({ oid }) => !chosen.has(oid)).map(({ name }) => name);
  return others.length === 0
    ? null
    : `${first(others)} would be dropped with it, and ${others.length === 1 ? 'was' : 'were'} not chosen`;
};

/**
 * Why a rollback does not touch what stands where this run made an index; null when nothing speaks against dropping it, also
 * because nothing is there. `gone`: the index itself is not there any more.
 */
export const reasonToKeep = (
  row: RollbackFactsRow,
  index: { schema: string; name: string },
  rolledBack: RolledBack,
): { why: string; gone: boolean } | null => {
  if (!row.there)
    return row.other_oid === null
      ? null
      : {
          why: `another relation of this name stands there now (oid ${row.other_oid}), not made by this run`,
          gone: true,
        };
  const keep = (why: string) => ({ why, gone: false });
  if (row.schema !== index.schema || row.name !== index.name)
    return keep(`it was renamed to ${row.schema}.${row.name} since`);
  if (row.constraint_name !== null) return keep(`the constraint ${row.constraint_name} depends on it by now`);
  if (row.is_replica_identity) return keep('it is the replica identity of its table by now');
  if (row.attached_to !== null && !rolledBack.chosen.has(row.attached_to))
    return keep('it is attached to an index of a partitioned table, which stays: it cannot be dropped alone');
  const why = attachedToIt(row, rolledBack);
  return why === null ? null : keep(why);
};
