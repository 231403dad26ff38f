import type { TableWorkRow } from '../../../queries/table_work.ts';
import { duration } from '../../../run/index.ts';
import type { IndexFinding, Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';
import { placesOf } from '../partition-words.ts';
import type { TableNow } from '../tables-now.ts';
import { isRefused, isToBeBuilt } from '../to-be-built.ts';
import { whoWorks } from '../who.ts';

/** Who holds locks, and where. */
interface Holder {
  holder: TableWorkRow;
  on: TableNow[];
}

/** The oldest first: of each of these tables the one whose transaction has held a lock for longest. */
function holdersOf(tables: readonly TableNow[]): Holder[] {
  const holders = new Map<string, Holder>();
  for (const table of tables) {
    for (const holder of table.work.filter(({ kind }) => kind === 'holder')) {
      const key = JSON.stringify([holder.gid ?? holder.pid, table.partitionOf ?? table.name]);
      const known = holders.get(key) ?? { holder, on: [] };
      holders.set(key, { ...known, on: [...known.on, table] });
    }
  }
  const age = ({ holder }: Holder) => holder.age_s ?? Number.POSITIVE_INFINITY;
  return [...holders.values()].sort((a, b) => age(b) - age(a));
}

const droppedWords = (dropped: readonly IndexFinding[], tables: number): string[] => {
  if (dropped.length === 0) return [];
  const names = list(dropped.map(({ create }) => create.replaces ?? create.name));
  const parted = dropped.some(({ row }) => row.table_kind === 'p')
    ? ', those on partitioned tables with all their parts'
    : '';
  return [`drop ${count(dropped.length, 'index', 'indexes')} on ${count(tables, 'table')}: ${names}${parted}`];
};

const againWords = (again: readonly string[]): string[] =>
  again.length === 0 ? [] : [`build again what the plan drops: ${list([...again])}`];

/**
 * What a rollback of this run would drop, and whom it would wait for if it came now: a concurrent drop waits for every
 * transaction with a lock on the table, a mere reader's too, and for no others (tried on 15 and 18). Nothing is dropped.
 */
export const rollbackRehearsed: Rule = ({ indexes, drops, tables }) => {
  const dropped = indexes.filter(
    (index) => !isRefused(index) && (isToBeBuilt(index) || index.found.kind === 'incomplete'),
  );
  const again = drops.flatMap(({ drop, found }) => (found.kind === 'to-drop' ? [drop.name] : []));
  if (dropped.length === 0 && again.length === 0) return [];
  const on = new Set(dropped.map(({ row }) => row.table_oid));
  const would = `Rolled back, this run would ${[...droppedWords(dropped, on.size), ...againWords(again)].join(', and ')}.`;
  const names = new Set(dropped.map(({ row }) => `${row.table_schema}.${row.table_name}`));
  const holders = holdersOf(tables.filter(({ name, partitionOf }) => names.has(partitionOf ?? name)));
  if (holders.length === 0)
    return [ok('rollback-rehearsed', `${would} At this moment no transaction is there that a drop would wait for.`)];
  const each = holders.map(({ holder, on }) => {
    const old = holder.age_s === null ? 'of unknown age' : `${duration(holder.age_s * 1000)} old`;
    return `${placesOf(on)} for ${whoWorks(holder)}, ${old}`;
  });
  return [
    finding('note', 'rollback-rehearsed', {
      what: `${would} At this moment the drops would wait at least for these to end: ${list(each)}.`,
      why: 'A concurrent drop waits for every transaction that has used the table, readers too, and twice. This is the least; who is there when it comes nobody knows.',
      advice: 'Have old ones ended before the go: a rollback in a hurry should find nobody there.',
    }),
  ];
};
