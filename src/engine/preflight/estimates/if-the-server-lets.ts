import pg from 'pg';
import type { Session } from '../../session.ts';

/** The answer, or the server's reason for none: a missing right, a lock, a time limit. Fails only when the session does. */
export const ifTheServerLets = async <T>(
  session: Session,
  ask: () => Promise<T>,
): Promise<{ answer: T; why: null } | { answer: null; why: string }> => {
  try {
    return { answer: await ask(), why: null };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
    return { answer: null, why: error.message };
  }
};
