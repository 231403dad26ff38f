import type { TableWorkRow } from '../../../queries/table_work.ts';
import { duration } from '../../../run/index.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';

const who = ({ gid, pid, user, application, state }: TableWorkRow): string =>
  gid === null
    ? `pid ${pid} (user ${user ?? 'unknown'}, "${application ?? ''}", ${state ?? 'state unknown'})`
    : `the prepared transaction ${JSON.stringify(gid)} of ${user ?? 'unknown'}`;

/**
 * What a rollback of this run would drop, and whom it would wait for if it came now: a concurrent drop waits for every
 * transaction with a lock on the table, a mere reader's too, and for no others (tried on 15 and 18). Nothing is dropped.
 */
export const rollbackRehearsed: Rule = ({ indexes, tables }) => {
  const dropped = indexes.filter(({ found }) => found.kind === 'none' || found.kind === 'invalid');
  if (dropped.length === 0) return [];
  const names = list(dropped.map(({ create }) => create.name));
  const on = new Set(dropped.map(({ row }) => row.table_oid));
  const would = `Rolled back, this run would drop ${count(dropped.length, 'index', 'indexes')} on ${count(on.size, 'table')}: ${names}.`;
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
