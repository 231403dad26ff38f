import type { Finding } from '../../../plan/types.ts';
import type { PartitionRow } from '../../../queries/partition_tree.ts';
import type { PlannedPart } from '../../../run/index.ts';
import type { PartitionedIndex } from '../../catalog/index.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list } from '../finding.ts';

/**
 * What an index on a partitioned table is made of, and what speaks against it. The server takes no CREATE INDEX CONCURRENTLY
 * there: one is built concurrently on each partition, then one ON ONLY each partitioned table, and then they are attached.
 */
export const partitioned: Rule = ({ partitioned: all, server }) =>
  all.flatMap((index) => {
    const blocking = [...unread(index), ...foreign(index), ...uniqueKey(index), ...rights(index, server.user)];
    return blocking.length > 0 ? blocking : [plan(index), ...adopted(index), ...completes(index)];
  });

const rootOf = ({ tree, create }: PartitionedIndex): string =>
  tree[0] === undefined ? create.table : `${tree[0].schema}.${tree[0].name}`;

const named = (tables: readonly { schema: string; name: string }[]): string =>
  list(
    tables.map(({ schema, name }) => `${schema}.${name}`),
    5,
  );

function unread({ unread: why, create }: PartitionedIndex): Finding[] {
  if (why === null) return [];
  const what = `Which indexes the partitions of ${create.table} have could not be read: ${why}.`;
  const advice = 'Somebody holds or awaits an exclusive lock there: wait for its end and look again.';
  return [
    finding('blocks', 'partitions-unread', { what, why: 'What is to be built follows from it.', advice }, create),
  ];
}

/** An index that is completed by ATTACH PARTITION counts all partitions, and foreign tables have none (tried on 15 and 18). */
function foreign(index: PartitionedIndex): Finding[] {
  const tables = index.tree.filter(({ kind }) => kind === 'f');
  if (tables.length === 0) return [];
  const { create } = index;
  const what = `${rootOf(index)} has ${count(tables.length, 'partition')} that ${tables.length === 1 ? 'is a foreign table' : 'are foreign tables'}: ${named(tables)}.`;
  const why = create.unique
    ? 'The server refuses a unique index on such a table.'
    : 'They take no index, and one that is attached partition by partition becomes valid only when each of them has one.';
  const advice = create.unique
    ? 'Take it out of the plan, or plan it on the single partitions.'
    : `Plan the index on the single partitions, concurrently. By hand, when all of those are there: CREATE INDEX ${create.name} ON ${rootOf(index)}, which attaches them and passes over foreign tables, under a SHARE lock on every partition.`;
  return [finding('blocks', 'partition-foreign', { what, why, advice }, create)];
}

/** Source: DefineIndex in the server's indexcmds.c. */
function uniqueKey(index: PartitionedIndex): Finding[] {
  const { create, tree, columns } = index;
  if (!create.unique) return [];
  return tree.flatMap((table) => {
    const lacking = (table.key ?? []).filter((column) => column === null || !columns.includes(column));
    if (lacking.length === 0) return [];
    const where = `${table.schema}.${table.name}`;
    const byExpression = lacking.includes(null);
    const what = byExpression
      ? `${create.name} is to be unique, and ${where} is partitioned by an expression.`
      : `${create.name} is to be unique, and lacks ${list(lacking.map(String))}, by which ${where} is partitioned.`;
    const why = 'Each partition is unique for itself alone: the server refuses such an index on the whole.';
    const advice = byExpression
      ? 'Leave UNIQUE away, or plan unique indexes on the single partitions.'
      : `Add ${list(lacking.map(String))} to its columns, or leave UNIQUE away.`;
    return [finding('blocks', 'partition-key-missing', { what, why, advice, subject: where }, create)];
  });
}

/**
 * A build takes the owner of its table with CREATE on the schema, an ATTACH that of the index which is attached to; whose index is
 * attached does not matter (RangeVarCallbackForAttachIndex in the server's tablecmds.c; tried on 15 and 18).
 */
function rights(index: PartitionedIndex, user: string): Finding[] {
  const of = (kind: PlannedPart['step']['kind']) =>
    new Set(index.parts.flatMap(({ step, tableOid }) => (step.kind === kind ? [tableOid] : [])));
  const [built, attached] = [of('create-index'), of('attach-partition')];
  const above = new Set(index.tree.flatMap(({ oid, parent }) => (attached.has(oid) ? [parent] : [])));
  const lacks = ({ oid, is_owner: own, may_create: may }: PartitionRow): boolean =>
    (built.has(oid) && !(own && may)) || (above.has(oid) && !own);
  // The root has a finding of its own, of rights-to-build.
  const tables = index.tree.filter((table) => table.parent !== null && lacks(table));
  if (tables.length === 0) return [];
  const what = `${user} may not create an index on ${count(tables.length, 'partition')} of ${rootOf(index)}: ${named(tables)}.`;
  const why =
    'It takes the owner of each partition, with CREATE on its schema, to build there, and the owner of an index to attach others to it.';
  return [
    finding(
      'blocks',
      'partition-rights',
      { what, why, advice: 'Connect as their owner, or be granted its role.' },
      index.create,
    ),
  ];
}

function plan(index: PartitionedIndex): Finding {
  const { parts, create, tree } = index;
  const of = (kind: string, only: boolean) =>
    parts.filter(({ step }) => step.kind === kind && (step.kind !== 'create-index' || step.only === only)).length;
  const leaves = tree.filter(({ kind }) => kind !== 'p').length;
  const levels = Math.max(0, ...tree.map(({ level }) => level));
  const what =
    `${create.name} is on a partitioned table, ${rootOf(index)}, with ${count(leaves, 'partition')}${levels > 1 ? ` on ${levels} levels` : ''}: ` +
    `${count(of('create-index', false), 'index is', 'indexes are')} built concurrently, ${of('create-index', true)} made ON ONLY partitioned tables, ${of('attach-partition', false)} attached.`;
  const why =
    'ON ONLY takes a SHARE lock on a partitioned table for a moment: writes by way of it wait. Each ATTACH takes an ACCESS EXCLUSIVE lock on one index of a partition: queries of that partition wait. Who waits for such a lock makes others queue behind it, so each gives up after a second and is tried again later.';
  const advice =
    'Nothing to do. A rollback has to drop it as a whole, not concurrently: the survey says so before it asks.';
  return finding('note', 'partitioned-table', { what, why, advice }, create);
}

/** Rule 1: what was there before is never dropped, not even with what it was attached to. */
function adopted({ adopted: indexes, create, tree }: PartitionedIndex): Finding[] {
  if (indexes.length === 0) return [];
  const what = `${count(indexes.length, 'partition has', 'partitions have')} an index like ${create.name} already: ${named(indexes)}. Each is attached as it is.`;
  const why = `With ${create.name} it would be dropped too: a rollback will leave ${create.name}, and all that is attached to it, as it is.`;
  const advice = `If it has to go later, by hand: DROP INDEX ${tree[0] === undefined ? '' : `${tree[0].schema}.`}${create.name}, which drops these with it.`;
  return [finding('warning', 'partition-index-adopted', { what, why, advice }, create)];
}

function completes({ indexOid, create }: PartitionedIndex): Finding[] {
  if (indexOid === null) return [];
  const what = `${create.name} is there (oid ${indexOid}), as planned and not complete: partitions lack theirs. It is completed.`;
  const why = 'This run did not make it, so a rollback leaves it, and what was attached to it, as it is.';
  return [
    finding(
      'warning',
      'partitioned-incomplete',
      { what, why, advice: 'If it is to be made anew, drop it by hand first.' },
      create,
    ),
  ];
}
