import { configureSession } from '../queries/configure_session.ts';
import type { Session } from './session.ts';

/**
 * Milliseconds that a statement waits for each of its locks. A little more than deadlock_timeout is by default (1 s): only then
 * does the server end an autovacuum that stands in the way.
 */
const LOCK_TIMEOUT_MS = 1_200;
/** And for all of them together: it may hold some already while it waits for another. */
const STATEMENT_TIMEOUT_MS = 3_000;

/**
 * Sends a statement whose locks stop others while they are waited for: it gives up soon, with SQLSTATE 55P03 or 57014, and is
 * to be sent again later. The settings of the next step undo these.
 */
export const executeBriefly = async (session: Session, sql: string): Promise<void> => {
  await configureSession(session, {
    lock_timeout: `${LOCK_TIMEOUT_MS}ms`,
    statement_timeout: `${STATEMENT_TIMEOUT_MS}ms`,
  });
  await session.execute(sql);
};
