import type { ErrorFacts } from './events.ts';
import type { RunnableStep } from './state.ts';

/** SQLSTATEs of a statement that gave up: on one lock, or on all of them together. */
const GAVE_UP: ReadonlySet<string | null> = new Set(['55P03', '57014']);

/** How often a statement that gave up on its lock is sent again, at the least: with the usual delays that is a quarter of an hour. */
const LOCK_RETRIES = 18;

/**
 * Statements that are done in a moment, under a lock that stops others as long as it is held and also while it is waited for:
 * everybody who comes later queues behind it. They wait for it a second at a time and no longer. CREATE INDEX ON ONLY:
 * SHARE on the partitioned table, nothing is scanned. ATTACH PARTITION: ACCESS EXCLUSIVE on the partition's index. What such a
 * CREATE INDEX made is dropped in the same way: ACCESS EXCLUSIVE on the table and all its partitions (tried on 15 and 18).
 * RENAME: SHARE UPDATE EXCLUSIVE on the index (from 12 on).
 */
export const takesShortLock = (step: RunnableStep): boolean =>
  step.kind === 'attach-partition' ||
  step.kind === 'rename-index' ||
  (step.kind === 'create-index' && step.only && !step.concurrently);

/** It gave up on a lock, as it was told to: that says nothing against the statement. */
export const gaveUp = (step: RunnableStep, { sqlstate }: ErrorFacts): boolean =>
  takesShortLock(step) && GAVE_UP.has(sqlstate);

/** How often the step is tried again after this failure: giving up costs nothing, unless the operator wants no second try. */
export const retriesOf = (step: RunnableStep, error: ErrorFacts, retries: number): number =>
  gaveUp(step, error) && retries > 0 ? Math.max(retries, LOCK_RETRIES) : retries;
