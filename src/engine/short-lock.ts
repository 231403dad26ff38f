import { configureSession } from '../queries/configure_session.ts';
import type { Session } from './session.ts';

/**
 * Milliseconds that a statement waits for its locks, each of them. A little more than deadlock_timeout is by default (1 s):
 * only then does the server end an autovacuum that stands in the way.
 */
const LOCK_TIMEOUT_MS = 1_200;

/**
 * Sends a statement whose lock stops others while it is waited for: it gives up soon, with SQLSTATE 55P03, and is to be sent
 * again later. The next step's settings put lock_timeout back.
 */
export const executeBriefly = async (session: Session, sql: string): Promise<void> => {
  await configureSession(session, { lock_timeout: `${LOCK_TIMEOUT_MS}ms` });
  await session.execute(sql);
};
