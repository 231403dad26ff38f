import pg from 'pg';
import { countIndexes, databaseSize } from '../../queries/baseline.ts';
import { listIndexes } from '../../queries/list_indexes.ts';
import type { Baseline } from '../../run/index.ts';
import type { Session } from '../session.ts';

/** The part of a baseline that the catalog knows; the rest comes from the live metrics. */
export type CatalogBaseline = Pick<Baseline, 'indexes' | 'idxIndexes' | 'schemas' | 'databaseBytes' | 'present'>;

/**
 * Bytes of the database on disk; null where the server takes longer for it than the session's statement timeout, or does
 * not let us ask.
 */
export const bytesOfDatabase = (session: Session): Promise<number | null> =>
  databaseSize(session).catch((error: unknown) => {
    if (error instanceof pg.DatabaseError && !session.lost) return null;
    throw error;
  });

/** The state of these schemas and of the database before the run (runbook row 3). */
export async function takeBaseline(session: Session, schemas: readonly string[]): Promise<CatalogBaseline> {
  const counted = [...new Set(schemas)].sort();
  const counts = await countIndexes(session, counted);
  const present = await listIndexes(session, counted);
  return { ...counts, schemas: counted, databaseBytes: await bytesOfDatabase(session), present };
}
