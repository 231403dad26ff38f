import { indexShape } from '../../../plan/index-shape.ts';
import type { CreateIndexStep } from '../../../plan/types.ts';
import type { PartitionRow } from '../../../queries/partition_tree.ts';
import type { PlannedIndexRow } from '../../../queries/planned_indexes.ts';
import { type TableBlocksRow, tableBlocks } from '../../../queries/table_blocks.ts';
import { type ColumnStatisticsRow, tableStatistics } from '../../../queries/table_statistics.ts';
import type { PartitionedIndex } from '../../catalog/index.ts';
import type { Session } from '../../session.ts';
import type { IndexFinding } from '../facts.ts';
import { isToBeBuilt } from '../to-be-built.ts';
import { ifTheServerLets } from './if-the-server-lets.ts';
import { blocksNow, type Wished, type WishedTable } from './sample-wishes.ts';

/** Of a partitioned table so many partitions are tried, the largest; the others go by them and by their own statistics. */
const TRIED_PARTITIONS = 4;

/** What is to be built, before anything was asked about it. */
type Bare = Omit<Wished, 'statistics' | 'tried' | 'table'> & { table: Omit<WishedTable, 'now'> };

/** A table of the plan; null for none, and for a partitioned one, on which nothing is built itself. */
const tableOf = (row: PlannedIndexRow): Bare['table'] | null => {
  const { table_oid: oid, table_schema: schema, table_name: name, table_owner: owner } = row;
  if (oid === null || schema === null || name === null || owner === null || row.table_kind === 'p') return null;
  const { table_persistence: persistence, table_tuples: tuples, table_pages: pages, block_size: blockSize } = row;
  return { oid, schema, name, owner, persistence, tuples, pages, blockSize };
};

const partitionOf = ({ block_size: blockSize, ...row }: PartitionRow): Bare['table'] => {
  const { oid, schema, name, owner, persistence, tuples, pages } = row;
  return { oid, schema, name, owner, persistence, tuples, pages, blockSize };
};

const isLeaf = (step: PartitionedIndex['parts'][number]['step']): step is CreateIndexStep =>
  step.kind === 'create-index' && !step.only;

/** The indexes on partitions that one on a partitioned table takes: what is there and only attached is not among them. */
const leavesOf = ({ step, create, tree, parts }: PartitionedIndex): Bare[] => {
  const tables = new Map(tree.map((row) => [row.oid, row]));
  const shape = indexShape(create.buildSql);
  if (shape === null) return [];
  return parts.flatMap((part) => {
    const row = tables.get(part.tableOid);
    return row === undefined || !isLeaf(part.step)
      ? []
      : [{ step, isPart: true, create: part.step, table: partitionOf(row), shape }];
  });
};

/** Every index that is to be built as things stand, each table's by itself. */
export const toBuild = (indexes: readonly IndexFinding[], partitioned: readonly PartitionedIndex[]): Bare[] => [
  ...indexes.filter(isToBeBuilt).flatMap(({ step, create, row }) => {
    const [shape, table] = [indexShape(create.buildSql), tableOf(row)];
    return shape === null || table === null ? [] : [{ step, isPart: false, create, table, shape }];
  }),
  ...partitioned.flatMap(leavesOf),
];

/** The statistics of all columns that the indexes need, by table and name. */
async function statisticsOf(session: Session, wished: readonly Bare[]) {
  const tables = new Map<number, { table: number; schema: string; name: string; columns: Set<string> }>();
  for (const { table, shape } of wished) {
    const { oid, schema, name } = table;
    const known = tables.get(oid) ?? { table: oid, schema, name, columns: new Set<string>() };
    tables.set(oid, known);
    for (const column of [...shape.keys, ...shape.included].flatMap(({ columns }) => columns))
      known.columns.add(column);
  }
  const wanted = [...tables.values()].map((each) => ({ ...each, columns: [...each.columns] }));
  const statistics = new Map<number, Map<string, ColumnStatisticsRow>>();
  for (const each of await tableStatistics(session, wanted)) {
    const ofTable = statistics.get(each.table_oid) ?? new Map<string, ColumnStatisticsRow>();
    statistics.set(each.table_oid, ofTable.set(each.column, each));
  }
  return statistics;
}

/** Of each partitioned table the partitions that are tried. */
const largestOf = (wished: readonly { step: number; isPart: boolean; table: WishedTable }[]): Set<number> => {
  const trees = Map.groupBy(
    wished.filter(({ isPart }) => isPart),
    ({ step }) => step,
  );
  const largest = [...trees.values()].flatMap((leaves) =>
    leaves.toSorted((a, b) => blocksNow(b.table) - blocksNow(a.table)).slice(0, TRIED_PARTITIONS),
  );
  return new Set(largest.map(({ table }) => table.oid));
};

/** What is known of them without trying any: two statements, however many there are. */
export async function wishedIndexes(session: Session, bare: readonly Bare[]): Promise<Wished[]> {
  const tables = [...new Set(bare.map(({ table }) => table.oid))];
  const asked = await ifTheServerLets(session, () => tableBlocks(session, tables));
  const blocks = new Map((asked.answer ?? []).map((row): [number, TableBlocksRow] => [row.table_oid, row]));
  const statistics = await statisticsOf(session, bare);
  const known = bare.map((each) => ({ ...each, table: { ...each.table, now: blocks.get(each.table.oid) ?? null } }));
  const largest = largestOf(known);
  return known.map((each) => ({
    ...each,
    statistics: statistics.get(each.table.oid) ?? new Map(),
    tried: !each.isPart || largest.has(each.table.oid),
  }));
}
