import { coveredBy, type QueryShape, queryShape } from '../../plan/covered-by.ts';
import type { TableIndex } from '../../queries/table_indexes.ts';
import type { Facts } from './facts.ts';
import { isDroppable, isGuarded, type Planned, plannedOf, type Standing } from './redundancy.ts';

/** A planned index beside indexes that single partitions have for themselves. */
export interface PartitionRedundancy {
  /** duplicate, prefix-of-existing: it adds nothing there. makes-needless: these would add nothing any more. */
  kind: 'duplicate' | 'prefix-of-existing' | 'makes-needless';
  planned: Planned;
  /** The largest first. */
  others: Standing[];
}

const KINDS = ['duplicate', 'prefix-of-existing', 'makes-needless'] as const;

const TAIL = / USING .*/s;

/** Partitions have the same indexes over and over: what follows USING is read once. */
function shapes(): (index: TableIndex) => QueryShape | null {
  const known = new Map<string, QueryShape | null>();
  return ({ definition }) => {
    const key = `${definition.startsWith('CREATE UNIQUE')} ${TAIL.exec(definition)?.[0] ?? definition}`;
    const shape = known.has(key) ? known.get(key) : queryShape(definition);
    known.set(key, shape ?? null);
    return shape ?? null;
  };
}

function kindOf({ shape }: Planned, other: Standing): PartitionRedundancy['kind'] | null {
  const covered = isGuarded(shape, other) ? coveredBy(shape, other.shape) : null;
  if (covered !== null) return covered === 'same' ? 'duplicate' : 'prefix-of-existing';
  return isDroppable(other) && coveredBy(other.shape, shape) !== null ? 'makes-needless' : null;
}

/** As `redundancies`, for the partitions that are built on: one of a kind for each planned index, however many they are. */
export function partitionRedundancies(facts: Facts): PartitionRedundancy[] {
  const { partitionNeighbours, tables } = facts;
  if (partitionNeighbours === null || partitionNeighbours.length === 0) return [];
  const shapeOf = shapes();
  const roots = new Map(tables.map(({ oid, partitionOf }) => [oid, partitionOf]));
  const standing = partitionNeighbours.flatMap((there): Standing[] => {
    const shape = shapeOf(there);
    return shape === null ? [] : [{ there, shape }];
  });
  const byRoot = Map.groupBy(standing, ({ there }) => roots.get(there.table_oid) ?? null);
  return plannedOf(facts).flatMap((planned) => {
    const { row } = planned.index;
    const beside = byRoot.get(`${row.table_schema}.${row.table_name}`) ?? [];
    const kinds = Map.groupBy(beside, (other) => kindOf(planned, other));
    return KINDS.flatMap((kind): PartitionRedundancy[] => {
      const others = kinds.get(kind);
      if (others === undefined) return [];
      return [{ kind, planned, others: others.toSorted((a, b) => b.there.bytes - a.there.bytes) }];
    });
  });
}
