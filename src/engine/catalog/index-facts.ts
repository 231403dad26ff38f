import pg from 'pg';
import { indexDefinitions } from '../../queries/index_definitions.ts';
import { type IndexFactsRow, indexSizes, indexStates } from '../../queries/index_facts.ts';
import type { Session } from '../session.ts';

/** One index as it is now. */
export interface IndexState {
  oid: number;
  tableOid: number;
  valid: boolean;
  ready: boolean;
  live: boolean;
  bytes: number;
  /** disk: as pg_relation_size says. catalog: as the last build, VACUUM or ANALYZE left it in pg_class.relpages. */
  bytesFrom: 'disk' | 'catalog';
  /** Null when a lock on the table keeps it from being read. */
  definition: string | null;
}

/** What the catalog says of an index; null when it is gone. Waits no longer than the session's lock timeout. */
export async function indexFacts(session: Session, oid: number): Promise<IndexState | null> {
  const row = (await indexStates(session, [oid])).get(oid);
  if (row === undefined) return null;
  const sizes = await sizesOf(session, [row]);
  const definitions = await unlessLocked(session, () => indexDefinitions(session, [oid]));
  return {
    oid,
    tableOid: row.table_oid,
    valid: row.valid,
    ready: row.ready,
    live: row.live,
    ...(sizes.get(oid) ?? { bytes: 0, bytesFrom: 'catalog' }),
    definition: definitions?.get(oid) ?? null,
  };
}

/** The sizes of these indexes, from the disk where no lock is in the way, else all from the catalog. */
export async function sizesOf(
  session: Session,
  rows: readonly IndexFactsRow[],
): Promise<Map<number, Pick<IndexState, 'bytes' | 'bytesFrom'>>> {
  const oids = rows.map((row) => row.oid);
  const onDisk = await unlessLocked(session, () => indexSizes(session, oids));
  const sizes = new Map<number, Pick<IndexState, 'bytes' | 'bytesFrom'>>();
  for (const row of rows) {
    const bytes = onDisk?.get(row.oid);
    if (bytes !== undefined) sizes.set(row.oid, { bytes, bytesFrom: 'disk' });
    else sizes.set(row.oid, { bytes: row.pages * row.block_size, bytesFrom: 'catalog' });
  }
  return sizes;
}

/** Null when the server gave up waiting for a lock: lock_timeout, or statement_timeout. */
async function unlessLocked<T>(session: Session, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    const gaveUp = error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '57014');
    if (gaveUp && !session.lost) return null;
    throw error;
  }
}
