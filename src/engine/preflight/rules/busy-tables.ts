import type { CreateIndexStep, Finding } from '../../../plan/types.ts';
import type { TableWorkRow } from '../../../queries/table_work.ts';
import type { Facts, Rule } from '../facts.ts';
import { finding, list } from '../finding.ts';
import { tableItems, together } from '../partition-words.ts';
import type { TableNow } from '../tables-now.ts';

/** Somebody else builds on a table of the plan, or on a partition of one, or keeps everybody out of it. */
export const busyTables: Rule = (facts) => {
  const own = ownBuilders(facts);
  const isForeign = ({ kind, pid }: TableWorkRow) => kind === 'builder' && !own.has(pid);
  return together(facts.tables).flatMap((its) => {
    const name = its[0]?.partitionOf ?? its[0]?.name ?? '';
    const planned = facts.indexes.filter(({ row }) => `${row.table_schema}.${row.table_name}` === name);
    // The build of a planned index has a finding of its own, which is enough where no other one is planned.
    const waits = planned.find(({ found }) => found.kind !== 'building')?.create;
    const building = its.filter(({ work }) => work.some(isForeign));
    const locked = its.filter(({ work }) => work.some(({ kind }) => kind === 'exclusive'));
    return [
      ...(waits === undefined ? [] : beingBuiltOn(name, building, isForeign, waits)),
      ...keptOut(name, locked, planned[0]?.create ?? null),
    ];
  });
};

/** Sessions of this very run that build on where its engine was lost, and those that build a part of one of its indexes. */
const ownBuilders = ({ parts, resumed }: Facts): Set<number | null> =>
  new Set([
    ...parts.flatMap(({ found }) => (found.kind === 'building' ? [found.pid] : [])),
    ...(resumed ?? []).flatMap(({ status, backend }) => (status === 'building' ? [backend?.pid ?? null] : [])),
  ]);

const pidOf = ({ work }: TableNow, is: (row: TableWorkRow) => boolean): number | null => work.find(is)?.pid ?? null;

function beingBuiltOn(
  subject: string,
  tables: readonly TableNow[],
  is: (row: TableWorkRow) => boolean,
  create: CreateIndexStep,
): Finding[] {
  if (tables.length === 0) return [];
  const on = list(tableItems(tables, (table) => `${table.name} by pid ${pidOf(table, is)}`));
  return [
    finding(
      'warning',
      'table-building',
      {
        what: `An index is being built right now on ${on}.`,
        subject,
        why: 'Two concurrent builds on one table do not queue: they deadlock, and one of them dies almost done.',
        advice: 'Wait for its end before the go.',
      },
      create,
    ),
  ];
}

function keptOut(subject: string, tables: readonly TableNow[], create: CreateIndexStep | null): Finding[] {
  if (tables.length === 0) return [];
  const who = (table: TableNow): string => {
    const { pid, gid } = table.work.find(({ kind }) => kind === 'exclusive') ?? { pid: null, gid: null };
    return `${table.name} by ${gid === null ? `pid ${pid}` : `the prepared transaction ${JSON.stringify(gid)}`}`;
  };
  return [
    finding(
      'warning',
      'table-locked',
      {
        what: `An ACCESS EXCLUSIVE lock is held or awaited on ${list(tableItems(tables, who))}.`,
        subject,
        why: 'Every query on the table waits for it, a build too, and what is there cannot be compared meanwhile.',
        advice: 'Find out what it does, and look again when it is done.',
      },
      create,
    ),
  ];
}
