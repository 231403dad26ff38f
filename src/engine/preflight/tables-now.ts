import { type TableConditionRow, tableConditions } from '../../queries/table_conditions.ts';
import { type TableWorkRow, tableWork } from '../../queries/table_work.ts';
import { type TableWritesRow, tableWrites } from '../../queries/table_writes.ts';
import { estimates } from '../catalog/relations.ts';
import type { Session } from '../session.ts';
import { pause } from '../time.ts';
import type { TableAtWork } from './tables-at-work.ts';

/** How much is written to a table, in rows a second. */
export interface WriteRate {
  /** Between two readings so many seconds apart. */
  now: number;
  seconds: number;
  /** On average since the database's counters began; null when it is not known when that was. */
  average: { rate: number; sinceS: number } | null;
  /** All updates so far, and of these those that touched no index. */
  updates: { all: number; hot: number };
}

/** A table that is built on, as it is at this moment. */
export interface TableNow extends TableAtWork {
  /** With its schema. */
  name: string;
  /** As the catalog estimates it; null when not known. */
  bytes: number | null;
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

/** Readings of counters by OID, kept from look to look. */
export type KeptWrites = Map<number, TableWritesRow>;

/**
 * Takes the first reading of what is written to tables with these names; the second is taken when the function that it gives
 * is called, and not before `watchedMs` have gone by; 0: none is taken. Where readings of an earlier look were kept, these are
 * the first ones, and nothing has to be waited for. By OID.
 */
export async function watchWrites(
  session: Session,
  names: readonly string[],
  { watchedMs, kept = new Map() }: { watchedMs: number; kept?: KeptWrites | undefined },
): Promise<() => Promise<Map<number, WriteRate>>> {
  if (watchedMs === 0 || names.length === 0) return async () => new Map();
  const isFirst = kept.size === 0;
  const keep = (readings: readonly TableWritesRow[]) => {
    kept.clear();
    for (const reading of readings) kept.set(reading.oid, reading);
  };
  if (isFirst) keep(await tableWrites(session, names));
  const began = performance.now();
  return async () => {
    if (isFirst) await pause(Math.max(0, watchedMs - (performance.now() - began)));
    const second = await tableWrites(session, names);
    const rates = second.flatMap((reading) => {
      const rate = writeRate(kept.get(reading.oid), reading);
      return rate === null ? [] : [[reading.oid, rate] as const];
    });
    keep(second);
    return new Map(rates);
  };
}

/** Looks at tables that are built on, in two statements; `writes`: of `watchWrites`, asked last. */
export async function tablesNow(
  session: Session,
  atWork: readonly TableAtWork[],
  { ours, writes }: { ours: readonly number[]; writes: () => Promise<Map<number, WriteRate>> },
): Promise<TableNow[]> {
  if (atWork.length === 0) return [];
  const oids = atWork.map(({ oid }) => oid);
  const conditions = new Map((await tableConditions(session, oids)).map((condition) => [condition.oid, condition]));
  const work = Map.groupBy(await tableWork(session, { tables: oids, ours }), ({ table_oid: oid }) => oid);
  const rates = await writes();
  return atWork.flatMap((table): TableNow[] => {
    const condition = conditions.get(table.oid);
    if (condition === undefined) return [];
    const its = work.get(table.oid) ?? [];
    return [
      {
        ...table,
        name: `${condition.schema}.${condition.name}`,
        bytes: estimates(condition).bytes,
        condition,
        writers: its[0]?.writers ?? 0,
        work: its.filter(({ kind }) => kind !== null),
        writes: rates.get(table.oid) ?? null,
      },
    ];
  });
}

/** Null without two readings of the same counters: a reset between them sets these back, and each server has its own. */
export function writeRate(first: TableWritesRow | undefined, second: TableWritesRow | undefined): WriteRate | null {
  if (first === undefined || second === undefined) return null;
  const seconds = second.at_s - first.at_s;
  if (seconds <= 0 || second.written < first.written || second.started_s !== first.started_s) return null;
  const sinceS = second.stats_reset_s === null ? null : second.at_s - second.stats_reset_s;
  return {
    now: (second.written - first.written) / seconds,
    seconds,
    average: sinceS === null || sinceS < 60 ? null : { rate: second.written / sinceS, sinceS },
    updates: { all: second.updated, hot: second.hot_updated },
  };
}
