import type { PartitionedIndex } from '../catalog/index.ts';
import type { IndexFinding, PartFinding } from './facts.ts';

/** A table that something is built on. */
export interface TableAtWork {
  oid: number;
  /** The partitioned table of the plan, with its schema, that it is a partition of, at whatever depth; null: the plan's own. */
  partitionOf: string | null;
}

const fullName = ({ row }: IndexFinding): string => `${row.table_schema}.${row.table_name}`;

/**
 * The tables that indexes are built on, each once: the plan's own, and of a partitioned one the partitions that lack theirs, or got
 * theirs from this run. A partition whose index is there is left alone.
 */
export function tablesAtWork(
  indexes: readonly IndexFinding[],
  partitioned: readonly PartitionedIndex[],
  parts: readonly PartFinding[],
): TableAtWork[] {
  const found = new Map<number, TableAtWork>();
  const add = (oid: number | null, partitionOf: string | null) => {
    if (oid !== null && !found.has(oid)) found.set(oid, { oid, partitionOf });
  };
  const roots = new Map(indexes.map((index) => [index.step, fullName(index)]));
  for (const { row } of indexes) add(row.table_oid, null);
  for (const { step, parts: missing } of partitioned)
    for (const part of missing) if (part.step.kind === 'create-index') add(part.tableOid, roots.get(step) ?? null);
  for (const { row, parent } of parts) add(row.table_oid, roots.get(parent) ?? null);
  return [...found.values()];
}
