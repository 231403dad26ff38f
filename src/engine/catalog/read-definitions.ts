import pg from 'pg';
import { indexDefinitions } from '../../queries/index_definitions.ts';
import type { PlannedIndexRow } from '../../queries/planned_indexes.ts';
import type { Session } from '../session.ts';
import { isIndex } from './relations.ts';

/** An index's definition, or why it could not be read. */
export type Definition = { text: string } | { text: null; why: string };

/** Milliseconds for asking one by one, after asking for all at once ran into a lock. */
const PATIENCE_MS = 3_000;

const waitedTooLong = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '57014');

const locked = (row: PlannedIndexRow): string =>
  row.table_locked_by === null
    ? 'somebody holds a lock on its table that keeps even its description from being read'
    : `pid ${row.table_locked_by} holds, or waits for, an ACCESS EXCLUSIVE lock on its table`;

/**
 * The server's text of the indexes that stand where planned ones belong, by OID: one statement for all, and never a long
 * wait. pg_get_indexdef hangs behind ACCESS EXCLUSIVE, so tables known to be locked are not asked about at all.
 */
export async function readDefinitions(
  session: Session,
  rows: readonly PlannedIndexRow[],
): Promise<Map<number, Definition>> {
  const found = new Map<number, Definition>();
  const free = new Map<number, PlannedIndexRow>();
  for (const row of rows) {
    if (row.index_oid === null || !isIndex(row)) continue;
    if (row.table_locked_by !== null) found.set(row.index_oid, { text: null, why: locked(row) });
    else free.set(row.index_oid, row);
  }
  if (free.size === 0) return found;
  try {
    keep(found, await indexDefinitions(session, [...free.keys()]));
  } catch (error) {
    if (!waitedTooLong(error)) throw error;
    await oneByOne(session, free, found);
  }
  return found;
}

/** A lock came in between: only those behind it stay unread. */
async function oneByOne(session: Session, free: Map<number, PlannedIndexRow>, found: Map<number, Definition>) {
  const end = performance.now() + PATIENCE_MS;
  for (const [oid, row] of free) {
    const unread = { text: null, why: locked(row) };
    if (performance.now() > end) {
      found.set(oid, unread);
      continue;
    }
    try {
      keep(found, await indexDefinitions(session, [oid]));
    } catch (error) {
      if (!waitedTooLong(error)) throw error;
      found.set(oid, unread);
    }
  }
}

function keep(found: Map<number, Definition>, definitions: Map<number, string>): void {
  for (const [oid, text] of definitions) found.set(oid, { text });
}
