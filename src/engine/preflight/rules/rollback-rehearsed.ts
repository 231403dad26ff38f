import type { TableWorkRow } from '../../../queries/table_work.ts';
import { duration } from '../../../run/index.ts';
import type { IndexFinding, Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';
import { isRefused, isReplaced, isToBeBuilt } from '../to-be-built.ts';

const who = ({ gid, pid, user, application, state }: TableWorkRow): string =>
  gid === null
    ? `pid ${pid} (user ${user ?? 'unknown'}, "${application ?? ''}", ${state ?? 'state unknown'})`
    : `the prepared transaction ${JSON.stringify(gid)} of ${user ?? 'unknown'}`;

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
    (index) =>
      !isRefused(index) && (isToBeBuilt(index) || index.found.kind === 'incomplete' || isReplaced(drops, index)),
  );
  const again = drops.flatMap(({ drop, found }) => (found.kind === 'to-drop' ? [drop.name] : []));
  if (dropped.length === 0 && again.length === 0) return [];
  const on = new Set(dropped.map(({ row }) => row.table_oid));
  const would = `Rolled back, this run would ${[...droppedWords(dropped, on.size), ...againWords(again)].join(', and ')}.`;
  const holders = tables
    .filter(({ oid }) => on.has(oid))
    .flatMap(({ name, work }) => work.filter(({ kind }) => kind === 'holder').map((holder) => ({ name, holder })))
    .sort((a, b) => (b.holder.age_s ?? Number.POSITIVE_INFINITY) - (a.holder.age_s ?? Number.POSITIVE_INFINITY));
  if (holders.length === 0)
    return [ok('rollback-rehearsed', `${would} At this moment no transaction is there that a drop would wait for.`)];
  const each = holders.map(({ name, holder }) => {
    const old = holder.age_s === null ? 'of unknown age' : `${duration(holder.age_s * 1000)} old`;
    return `${name} for ${who(holder)}, ${old}`;
  });
  return [
    finding('note', 'rollback-rehearsed', {
      what: `${would} At this moment the drops would wait at least for these to end: ${list(each)}.`,
      why: 'A concurrent drop waits for every transaction that has used the table, readers too, and twice. This is the least; who is there when it comes nobody knows.',
      advice: 'Have old ones ended before the go: a rollback in a hurry should find nobody there.',
    }),
  ];
};
