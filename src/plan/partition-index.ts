import { attachSql, type IndexName } from './attach.ts';
import { defaultIndexName } from './default-name.ts';
import { elementsOf, parseIndex, retargetIndex } from './index-statement.ts';
import type { AttachPartitionStep, CreateIndexStep } from './types.ts';

/** The columns of an index as the catalog's rows have them: names, null for an expression; and how many are not of INCLUDE. */
export function columnsOf(create: CreateIndexStep): { keys: number; columns: (string | null)[]; predicate: boolean } {
  const node = parseIndex(create.buildSql);
  const { indexParams = [], indexIncludingParams = [], whereClause } = node ?? {};
  return {
    keys: indexParams.length,
    columns: elementsOf([...indexParams, ...indexIncludingParams]).map(({ name = null }) => name),
    predicate: whereClause !== undefined,
  };
}

/** Names that PostgreSQL gives the index on this partition, one after the other, as long as the ones before are taken. */
export function partitionIndexNames(create: CreateIndexStep, table: string, most: number): string[] {
  const node = parseIndex(create.buildSql);
  if (node === null) throw new Error(`Not a CREATE INDEX statement: ${create.buildSql.slice(0, 200)}`);
  const names: string[] = [];
  const on = { ...node, relation: { ...node.relation, relname: table } };
  while (names.length < most) names.push(defaultIndexName(on, (name) => names.includes(name)));
  return names;
}

/** The planned index on one table of its tree: concurrently on a partition, or ON ONLY a partitioned table. */
export function partitionIndex(
  create: CreateIndexStep,
  on: { schema: string; table: string },
  name: string,
  only: boolean,
): CreateIndexStep {
  const buildSql = retargetIndex(create.buildSql, { relation: on, name, concurrently: !only, only });
  return {
    ...create,
    ...on,
    sql: buildSql,
    buildSql,
    name,
    nameIsDefault: false,
    concurrently: !only,
    madeConcurrent: false,
    ifNotExists: false,
    only,
  };
}

/** The statement that makes a partition's index a part of its parent's, as a step where the planned index stands. */
export function attachStep(create: CreateIndexStep, parent: IndexName, partition: IndexName): AttachPartitionStep {
  const { file, line, column, settings, searchPath } = create;
  const sql = attachSql(parent, partition);
  return { file, line, column, settings, searchPath, kind: 'attach-partition', sql, ...parent, partition };
}
