import pg from 'pg';
import { columnsOf, indexShape } from '../../../plan/index-shape.ts';
import { configureSession } from '../../../queries/configure_session.ts';
import { type Sampled, sampleIndexes } from '../../../queries/sample_indexes.ts';
import { type ColumnStatisticsRow, tableStatistics } from '../../../queries/table_statistics.ts';
import type { IndexBasis } from '../../../run/index.ts';
import { inspectingSettings } from '../../catalog/index.ts';
import type { Session } from '../../session.ts';
import type { IndexFinding } from '../facts.ts';
import { isToBeBuilt } from '../to-be-built.ts';
import { indexBasis } from './index-basis.ts';
import { sampleWishes, type Wished } from './sample-wishes.ts';

/** What estimates are made of, as far as it could be had. */
export interface EstimateFacts {
  indexes: IndexBasis[];
  /** What making an index of nothing takes on this server, ms; null when nothing could be tried. */
  emptyMs: number | null;
  /** Why nothing could be tried on a sample, as a sentence; null when it was. */
  noSample: string | null;
}

/** No table is sampled once this is over, ms. */
const BUDGET_MS = 900;
/** And then, after so many times that, whatever the server is at is ended. */
const MOST_TIMES = 2.5;

/** How far a look may go. */
export interface EstimateScope {
  /** Why nothing is tried on samples, as a sentence; null: scratch tables may be made here. */
  notTried: string | null;
  memory?: EstimateMemory | undefined;
  /** For tests, which must not depend on how busy the machine is. */
  budgetMs?: number | undefined;
}

/** What a look before has gathered: it is not tried again before the go. */
export interface EstimateMemory {
  facts: EstimateFacts | null;
}

/** It will be built as things stand. One on a partitioned table is not built itself; what it is made of has no estimate. */
const isToBuild = (index: IndexFinding): boolean => isToBeBuilt(index) && index.row.table_kind !== 'p';

const wishedOf = (indexes: readonly IndexFinding[]): Omit<Wished, 'statistics'>[] =>
  indexes.filter(isToBuild).flatMap(({ step, create, row }) => {
    const shape = indexShape(create.buildSql);
    return shape === null ? [] : [{ step, create, row, shape }];
  });

/** The statistics of all columns that the indexes need, by table and name. */
async function statisticsOf(session: Session, wished: readonly Omit<Wished, 'statistics'>[]) {
  const tables = new Map<number, { table: number; schema: string; name: string; columns: Set<string> }>();
  for (const { row, shape } of wished) {
    const { table_oid: table, table_schema: schema, table_name: name } = row;
    if (table === null || schema === null || name === null) continue;
    const known = tables.get(table) ?? { table, schema, name, columns: new Set<string>() };
    tables.set(table, known);
    for (const column of columnsOf(shape)) known.columns.add(column);
  }
  const wanted = [...tables.values()].map((each) => ({ ...each, columns: [...each.columns] }));
  const statistics = new Map<number, Map<string, ColumnStatisticsRow>>();
  for (const each of await tableStatistics(session, wanted)) {
    const ofTable = statistics.get(each.table_oid) ?? new Map<string, ColumnStatisticsRow>();
    statistics.set(each.table_oid, ofTable.set(each.column, each));
  }
  return statistics;
}

/**
 * Reads statistics and tries the indexes on a sample of their tables: a number of statements that depends on nothing. Nothing
 * at all is read while `memory` knows every index that is to be built. Fails only when the session does.
 */
export async function gatherEstimates(
  session: Session,
  indexes: readonly IndexFinding[],
  { notTried, memory = { facts: null }, budgetMs = BUDGET_MS }: EstimateScope,
): Promise<EstimateFacts> {
  const steps = new Set(indexes.filter(isToBuild).map(({ step }) => step));
  const knows = new Set(memory.facts?.indexes.map(({ step }) => step));
  if (memory.facts !== null && [...steps].every((step) => knows.has(step)))
    return { ...memory.facts, indexes: memory.facts.indexes.filter(({ step }) => steps.has(step)) };
  const known = wishedOf(indexes);
  const statistics = await statisticsOf(session, known);
  const wished = known.map((each) => ({ ...each, statistics: statistics.get(each.row.table_oid ?? 0) ?? new Map() }));
  const { sampled, why } =
    notTried === null ? await sample(session, wished, budgetMs) : { sampled: null, why: notTried };
  memory.facts = {
    indexes: wished.map((each) => indexBasis(each, sampled)),
    emptyMs: sampled?.emptyMs ?? null,
    noSample: why,
  };
  return memory.facts;
}

async function sample(
  session: Session,
  wished: readonly Wished[],
  budgetMs: number,
): Promise<{ sampled: Sampled | null; why: string | null }> {
  try {
    await configureSession(session, { statement_timeout: `${Math.round(budgetMs * MOST_TIMES)}ms` });
    const sampled = await sampleIndexes(session, sampleWishes(wished), budgetMs);
    return { sampled, why: sampled === null ? 'the server gave no answer' : null };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
    return { sampled: null, why: error.message };
  } finally {
    if (!session.lost)
      await configureSession(session, { statement_timeout: inspectingSettings.statement_timeout ?? '10s' });
  }
}
