import type { ErrorFacts } from './events.ts';
import type { RunnableStep } from './state.ts';

/** SQLSTATE of a statement that gave up on a lock. */
const LOCK_NOT_AVAILABLE = '55P03';

/** How often a statement that gave up on its lock is sent again, at the least: with the usual delays that is a quarter of an hour. */
const LOCK_RETRIES = 18;

/**
 * Statements that are done in a moment, under a lock that stops others as long as it is held and also while it is waited for:
 * everybody who comes later queues behind it. They wait for it a second at a time and no longer. CREATE INDEX ON ONLY:
 * SHARE on the partitioned table, nothing is scanned. ATTACH PARTITION: ACCESS EXCLUSIVE on the partition's index.
 * RENAME: SHARE UPDATE EXCLUSIVE on the index (from 12 on).
 */
export const takesShortLock = (step: RunnableStep): boolean =>
  step.kind === 'attach-partition' ||
  step.kind === 'rename-index' ||
  (step.kind === 'create-index' && step.only && !step.concurrently);

/**
 * How often the step is tried again after this failure. Giving up on a lock costs nothing, and says nothing against the
 * statement: such a failure has more tries than others, unless the operator wants none.
 */
export const retriesOf = (step: RunnableStep, error: ErrorFacts, retries: number): number =>
  error.sqlstate === LOCK_NOT_AVAILABLE && takesShortLock(step) && retries > 0
    ? Math.max(retries, LOCK_RETRIES)
    : retries;
