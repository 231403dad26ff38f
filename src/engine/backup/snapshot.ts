import { quoteQualified } from '../../plan/ident.ts';
import type { CreateIndexStep, Plan } from '../../plan/types.ts';
import { exportSnapshot } from '../../queries/export_snapshot.ts';
import { plannedIndexes } from '../../queries/planned_indexes.ts';
import { tablesToCount } from '../../queries/tables_to_count.ts';
import { runnableSteps } from '../../run/index.ts';
import type { Session } from '../session.ts';
import { readingSettings } from '../settings.ts';
import { BackupRefused } from './errors.ts';

/** Counting takes its time, and the snapshot is held meanwhile: with no plan, so many of the largest tables. */
const MOST_TABLES = 200;
const MOST_PLANNED = 10_000;
const UNBOUNDED = { timeoutMs: 0 };

/**
 * For the session that holds the snapshot: it is idle in its transaction while pg_dump works, and it counts whole tables.
 * Row-level security must not hide rows from the counts: it is an error then, as it is for pg_dump.
 */
export const snapshotSettings: Readonly<Record<string, string>> = {
  ...readingSettings,
  statement_timeout: '0',
  lock_timeout: '60s',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_read_only: 'on',
  row_security: 'off',
  // A count under way ends soon after its connection.
  client_connection_check_interval: '2s',
};

export interface TableName {
  schema: string;
  table: string;
}

/** The tables to count, and how many there are besides. */
export interface TablesToCount {
  tables: TableName[];
  left: number;
}

/** Begins the transaction that pg_dump and the counts share, and gives the snapshot's name and instant. */
export const openSnapshot = async (session: Session): Promise<{ snapshot: string; at: string }> => {
  await session.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', { timeoutMs: 30_000 });
  const snapshot = await exportSnapshot(session);
  return { snapshot, at: new Date().toISOString() };
};

const creates = (plan: Plan): CreateIndexStep[] =>
  runnableSteps(plan).flatMap(({ step }) => (step.kind === 'create-index' ? [step] : []));

/** The plan's tables by OID; refuses a plan whose tables are not there. */
const plannedTables = async (session: Session, plan: Plan): Promise<{ oid: number; schema: string }[]> => {
  const wanted = creates(plan).map(({ schema, table, name, searchPath: path }, step) => ({
    step,
    schema,
    table,
    name,
    path,
  }));
  const rows = wanted.length === 0 ? [] : await plannedIndexes(session, wanted);
  const missing = rows.flatMap(({ step, table_oid: oid }) => (oid === null ? [wanted[step]?.table ?? ''] : []));
  if (rows.length === 0) throw new BackupRefused('the plan names no table', 'Leave --plan out, or name another plan.');
  if (missing.length > 0)
    throw new BackupRefused(
      `the plan’s tables are not all in this database: ${[...new Set(missing)].join(', ')}`,
      'Check that plan and database belong together: indexdeck check PLAN.sql.',
    );
  return rows.flatMap(({ table_oid: oid, table_schema: schema }) =>
    oid === null || schema === null ? [] : [{ oid, schema }],
  );
};

/** Which tables are counted: the plan's, or without a plan the largest of the chosen schemas. */
export const chooseTables = async (
  session: Session,
  schemas: readonly string[],
  plan: Plan | null,
): Promise<TablesToCount> => {
  const planned = plan === null ? [] : await plannedTables(session, plan);
  const outside = planned.filter(({ schema }) => schemas.length > 0 && !schemas.includes(schema));
  if (outside.length > 0)
    throw new BackupRefused(
      `tables of the plan are in schemas that are not backed up: ${[...new Set(outside.map(({ schema }) => schema))].join(', ')}`,
      'Name these schemas with --schema too, or leave --schema out.',
    );
  const most = plan === null ? MOST_TABLES : MOST_PLANNED;
  const all = { schemas, oids: [], most: 1 };
  const rows = await tablesToCount(session, { schemas, oids: planned.map(({ oid }) => oid), most });
  const [first] = planned.length === 0 ? rows : await tablesToCount(session, all);
  return {
    tables: rows.map(({ schema, name }) => ({ schema, table: name })),
    left: Math.max(0, (first?.tables ?? 0) - rows.length),
  };
};

/** Counts one table's own rows, as the transaction sees them. Takes as long as it takes. */
export const countRows = async (session: Session, { schema, table }: TableName): Promise<number> => {
  const sql = `SELECT count(*)::text AS rows FROM ONLY ${quoteQualified(schema, table)}`;
  const [row] = await session.query(sql, [], UNBOUNDED);
  return Number(row?.rows);
};
