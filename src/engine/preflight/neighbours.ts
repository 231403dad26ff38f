import pg from 'pg';
import { type TableIndex, tableIndexes } from '../../queries/table_indexes.ts';
import type { Session } from '../session.ts';
import type { IndexFinding } from './facts.ts';
import type { TableAtWork } from './tables-at-work.ts';
import { isToBeBuilt } from './to-be-built.ts';

/**
 * The valid indexes beside those that are to be built, of all tables of the plan in one statement; null when a lock that came
 * in between kept them from being read. Tables known to be locked are not asked about.
 */
export async function neighboursOf(session: Session, indexes: readonly IndexFinding[]): Promise<TableIndex[] | null> {
  const tables = new Set<number>();
  for (const index of indexes) {
    const { table_oid: oid, table_locked_by: locker } = index.row;
    if (oid !== null && locker === null && isToBeBuilt(index)) tables.add(oid);
  }
  return unlessLocked(session, { tables: [...tables], partitions: [] });
}

/** The same of partitions that are built on: their own indexes alone, since those of the whole table belong to that. */
export async function partitionNeighboursOf(
  session: Session,
  atWork: readonly TableAtWork[],
): Promise<TableIndex[] | null> {
  const partitions = atWork.flatMap(({ oid, partitionOf }) => (partitionOf === null ? [] : [oid]));
  return partitions.length === 0 ? [] : unlessLocked(session, { tables: [], partitions });
}

async function unlessLocked(
  session: Session,
  wanted: Parameters<typeof tableIndexes>[1],
): Promise<TableIndex[] | null> {
  try {
    return await tableIndexes(session, wanted);
  } catch (error) {
    const gaveUp = error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '57014');
    if (gaveUp && !session.lost) return null;
    throw error;
  }
}
