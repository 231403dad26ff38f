import type { Actor, Command, OrderSource } from './commands.ts';
import type {
  AnalyzedTable,
  Baseline,
  ErrorFacts,
  EventBody,
  ExitStatus,
  Found,
  FoundParts,
  IndexFacts,
  Leftover,
  ListedIndex,
  PreflightFacts,
  ProbeMeasured,
  ProbeMeasurement,
  RollbackSurvey,
  StatementsRead,
  TableFacts,
  VerifyResult,
} from './events.ts';
import type { GateSignal } from './gates/evaluate.ts';
import type { Sample } from './samples.ts';
import type { ServerIdentity } from './server.ts';

/** How a build ended. `lost`: the connection broke, and nothing is known yet. */
export type BuildOutcome =
  /** replaced, leftover: as `build.finished` has them. */
  | ({
      kind: 'built';
      durationMs: number;
      unwatched?: true;
      replaced?: { oid: number; bytes: number | null };
      leftover?: Leftover;
    } & IndexFacts)
  | { kind: 'failed'; error: ErrorFacts; leftover: Leftover | null }
  | { kind: 'lost'; error: ErrorFacts };

/**
 * How a drop ended. `kept`: the last look said that it is not to be touched. `standing`: what a failed one left, where it
 * is known.
 */
export type DropOutcome =
  /** with: OIDs of the indexes of this run that were attached to it and went with it. */
  | { kind: 'done'; durationMs: number; with?: number[] }
  /** settled: there is nothing to drop any more. */
  | { kind: 'failed'; error: ErrorFacts; standing?: 'valid' | 'invalid'; settled?: true }
  | { kind: 'kept'; why: string; gone: boolean };

/** Everything that reaches the core from outside: orders, outcomes, readings. Data, like everything else here. */
export type Input =
  | { kind: 'command'; command: Command; by: Actor; from?: OrderSource }
  /** An order of the ledger that is not to be followed. */
  | { kind: 'order-dropped'; command: Command; by: Actor; order: number; how: 'withdrawn' | 'superseded'; why: string }
  | { kind: 'preflighted'; facts: PreflightFacts }
  | { kind: 'preflight-failed'; error: ErrorFacts; advice: string }
  /** What a look between preflight and the go saw. */
  | {
      kind: 'looked';
      outcome: { kind: 'done'; facts: PreflightFacts } | { kind: 'failed'; error: ErrorFacts; advice: string };
    }
  | { kind: 'baselined'; baseline: Baseline; statements?: StatementsRead }
  | { kind: 'inspected'; step: number; found: Found }
  /** The index of a partitioned table, of which all known parts are there; `parts`: those that are still missing. */
  | { kind: 'completed'; step: number; found: Found; parts: FoundParts['parts']; tables: TableFacts[] }
  | { kind: 'build-ended'; step: number; outcome: BuildOutcome }
  | { kind: 'identified'; step: number; oid: number }
  | {
      kind: 'dropped';
      step: number;
      outcome: DropOutcome;
    }
  /** `ended`: what the catalog says of builds whose engine was lost and whose backend is gone. */
  | { kind: 'surveyed'; survey: RollbackSurvey; ended: { step: number; outcome: BuildOutcome }[] }
  /** The indexes of the plan's schemas after a rollback, and which of those that were dropped are still there. */
  | {
      kind: 'rollback-checked';
      present: ListedIndex[];
      still: number[];
      /** Of those that were built again, by OID: what of them is not as it was. */
      rebuilt?: { oid: number; problem: string | null }[];
    }
  | {
      kind: 'statement-ended';
      step: number;
      outcome: { kind: 'done'; durationMs: number } | { kind: 'failed'; error: ErrorFacts };
    }
  | { kind: 'sampled'; sample: Sample }
  | { kind: 'gate'; signal: GateSignal }
  | { kind: 'summarised'; summary: Extract<EventBody, { type: 'metrics.summarised' }> }
  | {
      kind: 'verified';
      results: VerifyResult[];
      present?: ListedIndex[];
      databaseBytes?: number | null;
      statements?: StatementsRead;
    }
  | {
      kind: 'probed';
      probe: number;
      when: ProbeMeasured['when'];
      attempt: number;
      measurement: ProbeMeasurement;
    }
  | { kind: 'analyzed'; table: AnalyzedTable }
  | { kind: 'validated'; result: Extract<EventBody, { type: 'validation.finished' }> }
  | { kind: 'client-joined'; client: string; role: 'operator' | 'observer'; name: string }
  | { kind: 'client-left'; client: string; vanished: boolean }
  /** What came of ending a session of somebody else's. */
  | { kind: 'session-ended'; pid: number; ended: boolean; why: string }
  /** Whether the advisory lock is held, as seen each second. */
  | { kind: 'lock'; held: boolean }
  | { kind: 'connection-lost'; session: string; error: ErrorFacts }
  | { kind: 'connection-restored'; session: string; afterMs: number }
  | { kind: 'ledger-failed'; error: ErrorFacts; advice: string }
  | { kind: 'ledger-restored'; afterMs: number }
  /** Which server a session found, before anything is sent on it. */
  | { kind: 'server-seen'; server: ServerIdentity }
  /** Preflight was done again, against this server. */
  | {
      kind: 'rechecked';
      server: ServerIdentity;
      outcome: { kind: 'done'; facts: PreflightFacts } | { kind: 'failed'; error: ErrorFacts };
    }
  /** What became of keeping the run's record outside of it, at its end. */
  | { kind: 'record-kept'; results: RecordResult[] }
  | { kind: 'closed'; status: ExitStatus; reason: string; leftToDo: string[] }
  /** Time has passed. */
  | { kind: 'tick' };

/** `problem`: why it could not be kept; null when it was. */
export interface RecordResult {
  what: 'log' | 'webhook';
  where: string;
  problem: string | null;
}

/** What an input leads to: facts to record, in order, and for a command the answer to whoever gave it. */
export interface Response {
  events: EventBody[];
  reply: { ok: boolean; why: string } | null;
}
