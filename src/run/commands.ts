import type { GateThresholds } from './gates/types.ts';

/** A confirmation that is open on an operator's screen: everybody else sees that it is being asked. */
export type Question =
  | 'go'
  | 'abort'
  | 'rollback'
  | 'restore'
  | 'skip'
  | 'cancel-build'
  | 'end-session'
  | 'take-over'
  | 'leave';

/** What an operator may order. `step` is the step's number in the run, from 0. */
export type Command =
  /**
   * Go ahead after preflight. `replaceInvalid` lists the OIDs of invalid leftovers that the operator agreed to drop. `drops`: those
   * of the indexes that the plan drops, as they were shown; absent where it was said in advance.
   */
  | { type: 'go'; replaceInvalid: number[]; confirm: string | null; drops?: number[] }
  /** Look at everything again, before go. */
  | { type: 'recheck' }
  /** `forMs`: it lifts by itself after so long, so that a forgotten one does not eat the window. */
  | { type: 'pause'; reason?: string; forMs?: number }
  | { type: 'continue' }
  | { type: 'abort'; reason?: string }
  /** Leave a failed index out for good. */
  | { type: 'skip'; step: number }
  /** Try a failed index again. */
  | { type: 'retry'; step: number }
  | { type: 'cancel-build'; step: number }
  | { type: 'set-jobs'; jobs: number }
  /** Milliseconds between the end of a build and the beginning of the next. */
  | { type: 'set-delay'; delayMs: number }
  /** New thresholds of a gate, built in or own, in its own unit. All null: it is off. */
  | { type: 'set-gate'; gate: string; thresholds: GateThresholds }
  /**
   * End a session of somebody else's that stands in the way: by pid and start, since pids are used again. `who`: as it was
   * shown, for the record. `confirm`: the name of the database.
   */
  | { type: 'end-session'; pid: number; backendStart: string; who: string; confirm: string }
  /** This screen operates the run from now on. */
  | { type: 'take-over' }
  /** What this screen asks its operator just now; null: nothing any more. It orders nothing. */
  | { type: 'asking'; question: Question | null }
  /** Look at what a rollback would drop. */
  | { type: 'survey' }
  /**
   * Drop these indexes that this run created, by OID; `all`: and what a build that is stopped for it may still finish.
   * `confirm`: the name of the database. `probe`: measure the run's probes once more when it is done.
   */
  | { type: 'roll-back'; oids: number[]; all: boolean; confirm: string; probe?: boolean };

/** Who ordered it, in words for the record: `user@host`, `signal SIGTERM`, `gate lock-waiters`. */
export type Actor = string;

/** Where an order came from. */
export interface OrderSource {
  /** The screen that sent it; null: a caller, a signal, the engine itself. */
  client: string | null;
  /** Its number in the ledger; null when it came otherwise. */
  order: number | null;
}
