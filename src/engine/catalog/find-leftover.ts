import { indexOnTable } from '../../queries/find_leftover.ts';
import type { Session } from '../session.ts';

/** An index as it stands in the catalog right now. It says nothing of whose it is. */
export interface IndexAt {
  oid: number;
  valid: boolean;
  /** Not valid but ready: writes maintain it already, and a unique one rejects rows. */
  ready: boolean;
  /** Who builds it, drops it or changes it right now: leave it alone. */
  building: number | null;
  /** It backs a constraint, so it is nobody's leftover. */
  constraint: boolean;
  /** As the last build, VACUUM or ANALYZE left it in pg_class.relpages: exact right after a build. */
  bytes: number;
}

/** The index of this name on this table, whatever its state; null when there is none. Waits for no lock. */
export const findLeftover = (
  session: Session,
  index: { schema: string; name: string; tableOid: number },
): Promise<IndexAt | null> => indexOnTable(session, index);
