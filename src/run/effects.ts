import type { DropCause, EventBody, ExitStatus, ProbeMeasured } from './events.ts';
import type { BackendId } from './state.ts';

/** What the engine is to do next: a value, carried out by the interpreter alone. */
export type Effect =
  | { kind: 'preflight' }
  /** Preflight again, by itself, while the go is waited for. */
  | { kind: 'look' }
  | { kind: 'baseline' }
  /** Preflight again, against a server that took over. */
  | { kind: 'recheck' }
  /** Look at what stands in the index's place. */
  | { kind: 'inspect'; step: number }
  | { kind: 'build'; step: number; slot: string }
  /** Look whether the index of a partitioned table is complete, and which partitions it lacks. */
  | { kind: 'complete'; step: number }
  /** Find out from the catalog what became of a build whose connection was lost. */
  | { kind: 'reconcile'; step: number }
  /** Cancel the backend that works for the step, and end it if that does not help. */
  | { kind: 'cancel'; step: number; backend: BackendId }
  | { kind: 'drop'; step: number; oid: number; schema: string; name: string; why: DropCause; slot: string }
  /** End a session of somebody else's, by an operator's word. */
  | { kind: 'end-session'; pid: number; backendStart: string }
  /** Look at what a rollback would drop. */
  | { kind: 'survey' }
  /** Look whether the catalog is as before the run. */
  | { kind: 'check-rollback' }
  /** ANALYZE or COMMENT; `sql` where it is not the plan's own text. */
  | { kind: 'statement'; step: number; slot: string; sql?: string }
  | { kind: 'verify' }
  /** Measure a query; one at a time, and never beside a build. */
  | { kind: 'probe'; probe: number; when: ProbeMeasured['when']; attempt: number }
  /** ANALYZE of a table that a probe still reads whole. */
  | { kind: 'analyze'; schema: string; table: string }
  | { kind: 'validate'; validation: number }
  | { kind: 'finish'; status: ExitStatus; reason: string; leftToDo: string[] };

/** One effect of a kind and step is under way at most once. */
export const effectKey = (effect: Effect): string => {
  if ('step' in effect) return `${effect.kind}:${effect.step}`;
  if (effect.kind === 'end-session') return `end-session:${effect.pid}`;
  return effect.kind === 'validate' ? `validate:${effect.validation}` : effect.kind;
};

/** A decision: what is recorded first (intent), and what is done then. */
export interface Action {
  intent: EventBody | null;
  effect: Effect | null;
}

/** A session that can build or drop. `cleanup` is kept for drops when no builder is free. */
export interface Slot extends BackendId {
  id: string;
  use: 'build' | 'cleanup';
  busy: boolean;
}

/** What decisions need of the outside, as data. */
export interface World {
  /** Milliseconds since the epoch. */
  now: number;
  /** Keys of the effects under way. */
  inflight: ReadonlySet<string>;
  /** The sessions that are connected. */
  slots: readonly Slot[];
  /** The advisory lock is held: without it nothing new begins. */
  lockHeld: boolean;
  /** When the newest look before the go ended, and how long it took, in milliseconds; null or absent before the first. */
  lastLook?: { at: number; tookMs: number } | null;
}
