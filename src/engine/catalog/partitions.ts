import pg from 'pg';
import { attachStep, columnsOf, partitionIndex, partitionIndexNames } from '../../plan/partition-index.ts';
import type { CreateIndexStep } from '../../plan/types.ts';
import { type PartitionRow, partitionTree, takenNames } from '../../queries/partition_tree.ts';
import type { Tried } from '../../queries/try_indexes.ts';
import type { PlannedPart, TableFacts } from '../../run/index.ts';
import type { Session } from '../session.ts';
import type { Inspection, InspectionTarget } from './inspect.ts';
import { differencesOf } from './plan-text.ts';
import { estimates } from './relations.ts';

/** PostgreSQL puts a number behind a name that is taken; more than so many are not tried. */
const MOST_NAMES = 8;

/** A planned index on a partitioned table: what it is made of, and what speaks against it. */
export interface PartitionedIndex {
  step: number;
  create: CreateIndexStep;
  /** OID of the index of that name that is there, complete or not; null when it is not. */
  indexOid: number | null;
  tree: PartitionRow[];
  /** The columns of the planned index, null for an expression. */
  columns: (string | null)[];
  parts: PlannedPart[];
  /** Indexes that were there before, and are attached as they are. */
  adopted: { schema: string; name: string }[];
  /** Why the tree could not be looked at; null when it was. */
  unread: string | null;
}

type Planned = InspectionTarget & Pick<Inspection, 'row' | 'found' | 'tried'>;

/** On a partitioned table, not ON ONLY, and not there: then it is made of parts. */
const isMadeOfParts = ({ create, row, found }: Planned): boolean =>
  row.table_kind === 'p' && !create.only && (found.kind === 'none' || found.kind === 'incomplete');

type There = PartitionRow['indexes'][number];

const tailOf = (definition: string): string => definition.slice(definition.indexOf(' USING ') + ' USING '.length);

/** Whether an index of a partition is the planned one: by the text that the server itself gave of both, or else by structure. */
const isAsPlanned = (create: CreateIndexStep, tried: Tried | null, { definition }: There): boolean =>
  tried !== null && 'tail' in tried
    ? tried.tail === tailOf(definition)
    : create.searchPath === null && differencesOf(create.buildSql, definition).length === 0;

interface Made {
  /** The index of this table, there or to be made. */
  name: { schema: string; name: string };
  oid: number | null;
}

/**
 * What is to be made and attached, the leaves first. An index that is attached already needs nothing; one that is there, valid,
 * as planned and attached to none is attached as it is, as CREATE INDEX on the parent would do it.
 */
const partsFor = (planned: Planned, tree: readonly PartitionRow[], names: ReadonlyMap<number, string>) => {
  const { create, found, tried } = planned;
  const made = new Map<number, Made>();
  const adopted: Made['name'][] = [];
  const creates: { part: PlannedPart; leaf: boolean }[] = [];
  const attaches: PlannedPart[] = [];
  for (const table of tree) {
    if (table.kind === 'f') continue;
    const root = table.parent === null;
    const parent = root ? null : (made.get(table.parent ?? 0) ?? null);
    const attached = table.indexes.find(({ attached_to: to }) => to !== null && to === parent?.oid);
    const fit = table.indexes.find(
      (index) => index.attached_to === null && (index.valid || table.kind === 'p') && isAsPlanned(create, tried, index),
    );
    const there = root ? (found.kind === 'incomplete' ? { schema: table.schema, ...found } : null) : (attached ?? fit);
    const name = {
      schema: table.schema,
      name: root ? create.name : ((there as There | undefined)?.name ?? names.get(table.oid) ?? ''),
    };
    made.set(table.oid, { name, oid: there?.oid ?? null });
    if (!there) {
      const step = partitionIndex(create, { schema: table.schema, table: table.name }, name.name, table.kind === 'p');
      creates.push({ part: { step, tableOid: table.oid }, leaf: table.kind !== 'p' });
    } else if (!root && !attached) adopted.push(name);
    if (parent !== null && !attached)
      attaches.push({ step: attachStep(create, parent.name, name), tableOid: table.oid });
  }
  const only = (leaf: boolean) => creates.filter((each) => each.leaf === leaf).map(({ part }) => part);
  // Attached upward: what is deepest comes last in the tree.
  return { parts: [...only(true), ...only(false), ...attaches.reverse()], adopted };
};

const isLocked = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '57014');

/** A free name for the index of each table below the roots, as PostgreSQL would choose it; by step and table. */
const chooseNames = async (
  session: Session,
  planned: readonly Planned[],
  trees: ReadonlyMap<number, PartitionRow[]>,
): Promise<Map<number, Map<number, string>>> => {
  const wishes = planned.flatMap(({ step, create }) =>
    (trees.get(step) ?? [])
      .filter(({ parent, kind }) => parent !== null && kind !== 'f')
      .map(({ oid, schema, name }) => ({ step, oid, schema, names: partitionIndexNames(create, name, MOST_NAMES) })),
  );
  const all = wishes.flatMap(({ schema, names }) => names.map((name) => ({ schema, name })));
  const key = (schema: string, name: string) => JSON.stringify([schema, name]);
  const found = all.length === 0 ? [] : await takenNames(session, all);
  const taken = new Set(found.map(({ schema, name }) => key(schema, name)));
  // Nor the names of the plan itself, wherever they will be.
  const inPlan = new Set(planned.map(({ create }) => create.name));
  const chosen = new Map<number, Map<number, string>>();
  for (const { step, oid, schema, names } of wishes) {
    const name = names.find((each) => !taken.has(key(schema, each)) && !inPlan.has(each)) ?? names.at(-1) ?? '';
    taken.add(key(schema, name));
    const ofStep = chosen.get(step) ?? new Map<number, string>();
    chosen.set(step, ofStep.set(oid, name));
  }
  return chosen;
};

/**
 * What planned indexes on partitioned tables are made of: two statements for a whole plan, none when there are no such indexes.
 * Waits for no lock longer than the session's `inspectingSettings` allow, and says so then.
 */
export async function partitionedIndexes(session: Session, all: readonly Planned[]): Promise<PartitionedIndex[]> {
  const planned = all.filter(isMadeOfParts);
  if (planned.length === 0) return [];
  const wanted = planned.map(({ step, create, row }) => ({
    step,
    table: row.table_oid ?? 0,
    method: create.method,
    unique: create.unique,
    ...columnsOf(create),
  }));
  const about = ({ step, create, found }: Planned) => ({
    step,
    create,
    columns: columnsOf(create).columns.slice(0, columnsOf(create).keys),
    indexOid: found.kind === 'incomplete' ? found.oid : null,
  });
  let rows: PartitionRow[];
  try {
    rows = await partitionTree(session, wanted);
  } catch (error) {
    if (!isLocked(error) || session.lost) throw error;
    const unread = (error as Error).message;
    return planned.map((each) => ({ ...about(each), tree: [], parts: [], adopted: [], unread }));
  }
  const trees = Map.groupBy(rows, ({ step }) => step);
  const names = await chooseNames(session, planned, trees);
  return planned.map((each) => {
    const tree = trees.get(each.step) ?? [];
    return { ...about(each), tree, ...partsFor(each, tree, names.get(each.step) ?? new Map()), unread: null };
  });
}

/** The tables of these trees, as facts of the run; what nobody has analyzed yet has no numbers. */
export const tablesOfTree = (tree: readonly PartitionRow[]): TableFacts[] =>
  tree
    .filter(({ kind }) => kind !== 'f')
    .map(({ oid, schema, name, tuples, pages, block_size }) => ({
      oid,
      schema,
      name,
      ...estimates({ table_tuples: tuples, table_pages: pages, block_size }),
    }));
