/** What an operator may order. `step` is the step's number in the run, from 0. */
export type Command =
  /** Go ahead after preflight. `replaceInvalid` lists the OIDs of invalid leftovers that the operator agreed to drop. */
  | { type: 'go'; replaceInvalid: number[]; confirm: string | null }
  /** Look at everything again, before go. */
  | { type: 'recheck' }
  | { type: 'pause'; reason?: string }
  | { type: 'continue' }
  | { type: 'abort'; reason?: string }
  /** Leave a failed index out for good. */
  | { type: 'skip'; step: number }
  /** Try a failed index again. */
  | { type: 'retry'; step: number }
  | { type: 'cancel-build'; step: number }
  | { type: 'set-jobs'; jobs: number }
  /** Look at what a rollback would drop. */
  | { type: 'survey' }
  /**
   * Drop these indexes that this run created, by OID; `all`: and what a build that is stopped for it may still finish.
   * `confirm`: the name of the database.
   */
  | { type: 'roll-back'; oids: number[]; all: boolean; confirm: string };

/** Who ordered it, in words for the record: `user@host`, `signal SIGTERM`, `gate lock-waiters`. */
export type Actor = string;
