import { indexOnTable } from '../../queries/find_leftover.ts';
import type { IndexAt } from '../../run/index.ts';
import type { Session } from '../session.ts';

/** The index of this name on this table, whatever its state; null when there is none. Waits for no lock. */
export const findLeftover = (
  session: Session,
  index: { schema: string; name: string; tableOid: number },
): Promise<IndexAt | null> => indexOnTable(session, index);
