import { type TableConditionRow, tableConditions } from '../../queries/table_conditions.ts';
import { type TableWorkRow, tableWork } from '../../queries/table_work.ts';
import { type TableWritesRow, tableWrites } from '../../queries/table_writes.ts';
import type { Session } from '../session.ts';
import { pause } from '../time.ts';
import type { IndexFinding } from './facts.ts';

/** How much is written to a table, in rows a second. */
export interface WriteRate {
  /** Between two readings so many seconds apart. */
  now: number;
  seconds: number;
  /** On average since the database's counters began; null when it is not known when that was. */
  average: { rate: number; sinceS: number } | null;
  /** Of all updates so far, those that touched no index, 0 to 1; null without any. */
  hot: number | null;
}

/** A table of the plan as it is at this moment. */
export interface TableNow {
  oid: number;
  /** With its schema. */
  name: string;
  /** pg_class.relkind and relpersistence. */
  kind: string | null;
  persistence: string | null;
  condition: TableConditionRow;
  /** Writing transactions at the moment of looking. */
  writers: number;
  work: TableWorkRow[];
  /** Null when nothing was watched. */
  writes: WriteRate | null;
}

/**
 * How long writes are watched, in milliseconds: a session that goes on writing tells its counters once a second, so that a
 * shorter look would miss one writer or see him twice.
 */
export const WATCHED_MS = 1_050;

/**
 * Looks at the plan's tables, in four statements, and takes the first reading of what is written to them; the second is
 * taken when the function that it gives is called, and not before `watchedMs` have gone by; 0: none is taken.
 */
export async function watchTables(
  session: Session,
  indexes: readonly IndexFinding[],
  { ours, watchedMs }: { ours: readonly number[]; watchedMs: number },
): Promise<() => Promise<TableNow[]>> {
  const rows = new Map(indexes.flatMap(({ row }) => (row.table_oid === null ? [] : [[row.table_oid, row] as const])));
  const oids = [...rows.keys()];
  if (oids.length === 0) return async () => [];
  const first = watchedMs > 0 ? await tableWrites(session, oids) : [];
  const began = performance.now();
  const conditions = await tableConditions(session, oids);
  const work = await tableWork(session, { tables: oids, ours });
  return async () => {
    if (watchedMs > 0) await pause(Math.max(0, watchedMs - (performance.now() - began)));
    const second = watchedMs > 0 ? await tableWrites(session, oids) : [];
    const find = (readings: readonly TableWritesRow[], oid: number) => readings.find((reading) => reading.oid === oid);
    return conditions.flatMap((condition) => {
      const row = rows.get(condition.oid);
      if (row === undefined) return [];
      const its = work.filter(({ table_oid }) => table_oid === condition.oid);
      return [
        {
          oid: condition.oid,
          name: `${row.table_schema}.${row.table_name}`,
          kind: row.table_kind,
          persistence: row.table_persistence,
          condition,
          writers: its[0]?.writers ?? 0,
          work: its.filter(({ kind }) => kind !== null),
          writes: writeRate(find(first, condition.oid), find(second, condition.oid)),
        },
      ];
    });
  };
}

/** Null without two readings of the same counters: a reset between them sets these back. */
export function writeRate(first: TableWritesRow | undefined, second: TableWritesRow | undefined): WriteRate | null {
  if (first === undefined || second === undefined) return null;
  const seconds = second.at_s - first.at_s;
  if (seconds <= 0 || second.written < first.written) return null;
  const sinceS = second.stats_reset_s === null ? null : second.at_s - second.stats_reset_s;
  return {
    now: (second.written - first.written) / seconds,
    seconds,
    average: sinceS === null || sinceS < 60 ? null : { rate: second.written / sinceS, sinceS },
    hot: second.updated > 0 ? second.hot_updated / second.updated : null,
  };
}
