import type {
  AnalyzeStep,
  AttachPartitionStep,
  CommentStep,
  CreateIndexStep,
  DropIndexStep,
  Plan,
  ReindexStep,
  RenameIndexStep,
} from '../plan/types.ts';
import type { Actor, Question } from './commands.ts';
import type { StepEstimate } from './estimates/estimate-indexes.ts';
import type {
  AnalyzedTable,
  Baseline,
  CancelReason,
  CatalogDifferences,
  DatabaseFacts,
  DropCause,
  DroppedIndex,
  ErrorFacts,
  ExitStatus,
  Found,
  IndexRecord,
  LeftIndex,
  PauseCause,
  PreflightFacts,
  ProbeState,
  ReplacedIndex,
  RollbackSurvey,
  RunEvent,
  RunOptions,
  StatementsRead,
  TableFacts,
  VerifyCounts,
  VerifyResult,
} from './events.ts';
import type { FormerEnd } from './former.ts';
import type { GateLevel } from './gates/types.ts';
import type { Checklist } from './preflight/checklist.ts';
import type { RefusedServer, ServerIdentity } from './server.ts';

/** The steps of a plan that a run acts on: SET is part of the others' settings, validations come after the sections. */
export type RunnableStep =
  | CreateIndexStep
  | DropIndexStep
  | RenameIndexStep
  | ReindexStep
  | AttachPartitionStep
  | AnalyzeStep
  | CommentStep;

/**
 * preflight: looking. ready: found nothing that blocks, waits for go. blocked: something blocks and somebody is there to
 * look again. surveyed: what a rollback would drop is known, and waits for the operator's word. running. rolling-back.
 * aborting: cancelling and cleaning. verifying: all sections are done. finished.
 */
export type Phase =
  | 'preflight'
  | 'blocked'
  | 'ready'
  | 'surveyed'
  | 'running'
  | 'rolling-back'
  | 'aborting'
  | 'verifying'
  | 'finished';

/**
 * queued: not begun, or to be tried again (at `retryAt`). building: CREATE INDEX or REINDEX was sent, or its outcome is in doubt.
 * dropping: its leftover, or in a rollback its index, is being dropped. running: any other statement is under way. done:
 * built by this run, or the statement done. equal: was there already. failed: for good, until an operator tries again.
 * skipped: left out by word. dropped: was built by this run, and is not there any more since a rollback. rebuilt: was dropped
 * by the plan, and is there again since a rollback; or was renamed, and has its passing name again.
 */
export type StepStatus =
  | 'queued'
  | 'building'
  | 'dropping'
  | 'running'
  | 'done'
  | 'equal'
  | 'failed'
  | 'skipped'
  | 'dropped'
  | 'rebuilt';

/** The backend that works, or worked, for a step. */
export interface BackendId {
  pid: number;
  backendStart: string;
}

export interface StepState {
  /** Its number in the run, from 0. */
  id: number;
  section: number;
  /** The step that this is a part of: of an index on a partitioned table. Null for the plan's own steps. */
  parent: number | null;
  /** Its partition is not there any more, or needs nothing done: it is left alone. */
  gone: boolean;
  step: RunnableStep;
  status: StepStatus;
  /** Attempts begun. */
  attempt: number;
  /** Failures for a passing reason so far, which `retries` limits. */
  passingFailures: number;
  /** The last inspection that no act has used up. */
  found: Found | null;
  /** OID of the index to be dropped that was shown before the go; null when none was. */
  shown: number | null;
  /** The table's OID, by which builds are kept apart; null while unknown. */
  tableOid: number | null;
  backend: BackendId | null;
  /** When the present or last attempt began and ended, ISO. */
  startedAt: string | null;
  finishedAt: string | null;
  /** OID of the index that this run created, as soon as it is known. */
  oid: number | null;
  bytes: number | null;
  /** The index that the present or last attempt of a REINDEX replaces. */
  replaces: ReplacedIndex | null;
  /** The phase of the build as last recorded; the live one is in the sample. */
  phase: { name: string; no: number | null; of: number } | null;
  /** How long the present or last attempt has waited for others, ms, and since when it waits now, ISO. */
  waitedMs: number;
  waitingSince: string | null;
  /** Its end was not seen: the time between `startedAt` and `finishedAt` is what it took at the most. */
  unwatched: boolean;
  /** We have asked for this build to be cancelled. */
  cancel: CancelReason | null;
  /** The connection, or the engine, was lost in the middle: what became of the work has to be found out. */
  lost: boolean;
  /** An index that has to be dropped before anything else happens to this step, and what follows. */
  leftover: {
    oid: number;
    schema: string;
    name: string;
    why: DropCause;
    /** What becomes of the step once it is dropped. */
    afterwards: 'queued' | 'failed' | 'dropped' | 'done';
    /** Of one that the plan drops. */
    record?: IndexRecord;
  } | null;
  /**
   * An invalid index that a failed build may have left, or somebody else: nothing proves that it is this run's, so it is
   * never dropped, and never passed over in silence either.
   */
  doubtful: { oid: number; schema: string; name: string } | null;
  /** A last look has said why its index is not to be dropped: that is not tried again. */
  kept: boolean;
  /** The index of a partitioned table, found valid by a look though not all of the plan is attached: it is complete as it is. */
  completeAlone: boolean;
  /** How often dropping it has failed. */
  dropFailures: number;
  /** When dropping it is tried again, ISO. */
  dropRetryAt: string | null;
  /** When the step is tried again, ISO. */
  retryAt: string | null;
  error: ErrorFacts | null;
  /** What to do about a failure for good. */
  advice: string | null;
  /** Why it was skipped, or what was found. */
  note: string | null;
}

export interface SectionState {
  title: string;
  line: number;
  /** It stands for a table: it is worked on beside its neighbours of that kind. */
  byTable: boolean;
  steps: number[];
  startedAt: string | null;
  finishedAt: string | null;
}

export interface Pause {
  cause: PauseCause;
  gate: string | null;
  by: Actor;
  reason: string;
  at: string;
  /** When it lifts by itself, ISO; null: when somebody lifts it. */
  until: string | null;
}

export interface TrippedGate {
  gate: string;
  level: GateLevel;
  value: number | null;
  threshold: number | null;
  reason: string;
  at: string;
}

export interface ValidationState {
  line: number;
  file: string;
  kind: 'select' | 'explain';
  sql: string;
  result: Extract<RunEvent, { type: 'validation.finished' }> | null;
}

export interface ClientState {
  id: string;
  role: 'operator' | 'observer';
  name: string;
  since: string;
  /** The confirmation that is open on its screen. */
  asking: { question: Question; since: string } | null;
}

/** An index that the plan dropped. */
export interface RemovedIndex {
  step: number;
  oid: number;
  schema: string;
  name: string;
  tableOid: number | null;
  record: IndexRecord;
  at: string;
}

/** An index that a REINDEX of the plan has rebuilt: it has another OID since. */
export interface ReindexedIndex {
  step: number;
  was: number;
  oid: number;
  schema: string;
  name: string;
  definition: string;
  bytesBefore: number | null;
  bytes: number;
  at: string;
}

/** The way back, as far as it has got. */
export interface RollbackState {
  by: Actor;
  at: string;
  /** The OIDs that the operator's word was about. */
  oids: number[];
  /** And what a build that was being stopped still finished. */
  all: boolean;
  /** The run's probes are measured once more when all is dropped. */
  probe: boolean;
  dropped: DroppedIndex[];
  left: LeftIndex[];
  finishedAt: string | null;
  differences: CatalogDifferences | null;
}

/** All that is known of a run, made of its events alone by `evolve`. */
export interface RunState {
  run: string;
  seq: number;
  /** Time of the newest event, ISO. */
  at: string;
  version: string;
  phase: Phase;
  startedAt: string;
  /** When an engine took the run up last, after the one before had ended; null when it was started and not resumed. */
  resumedAt: string | null;
  /** When the operator said go, to the engine that is at work. */
  approvedAt: string | null;
  finishedAt: string | null;
  plan: Plan;
  /** Whole paths of the plan's files on the machine that started the run; empty when not recorded. */
  sources: string[];
  database: DatabaseFacts;
  operator: Actor;
  options: RunOptions;
  /** As started, or as changed since. */
  jobs: number;
  delayMs: number;
  preflight: PreflightFacts | null;
  preflightError: { error: ErrorFacts; advice: string } | null;
  /** What became of the findings from look to look. */
  checklist: Checklist;
  tables: TableFacts[];
  /**
   * What each build was expected to come to when it was looked at last, also each part of an index that is made of some; empty in
   * journals of old. Found with `estimateOf`.
   */
  estimates: StepEstimate[];
  baseline: Baseline | null;
  /** OIDs of the invalid leftovers that the operator agreed to drop. */
  agreed: number[];
  steps: StepState[];
  sections: SectionState[];
  /** Every pause in force: the run goes on when none is left. */
  pauses: Pause[];
  abort: { by: Actor; reason: string; at: string } | null;
  gates: TrippedGate[];
  /** Sessions of the engine whose connection is lost, and since when. */
  lostConnections: { session: string; since: string; error: ErrorFacts }[];
  /** Since when the ledger cannot be written, and why; null while it can, or there is none. */
  ledgerFailed: { since: string; error: ErrorFacts } | null;
  /** The server that the run works on; null before the first session. */
  server: ServerIdentity | null;
  /** A server answered that nothing is sent to, and none that may be worked on has since. */
  refusedServer: { kind: RefusedServer; since: string } | null;
  /** Another copy of the server took over: nothing begins until it was looked at, due since then; or that has failed. */
  recheckDue: { since: string; failed: boolean } | null;
  clients: ClientState[];
  /** Sessions of others that are being ended, by an operator's word. */
  ending: { pid: number; backendStart: string; who: string; by: Actor }[];
  /** The screen that operates the run, of those in `clients`: the first operator's, until another one takes over. */
  hand: string | null;
  /** Since when no operator's screen is there, ISO; null while there is one. */
  unattendedSince: string | null;
  /** Every index this run created and has not dropped: what a rollback would drop. */
  created: { step: number; oid: number; schema: string | null; name: string; at: string }[];
  /** Every index that the plan dropped and no rollback has built again. */
  removed: RemovedIndex[];
  /** Those that a rollback has built again; `was`: the OID before. */
  rebuilt: { step: number; was: number; oid: number; schema: string; name: string; record: IndexRecord }[];
  /** Every index that the plan rebuilt. A rollback leaves them alone: they are as they were, but for their OID. */
  reindexed: ReindexedIndex[];
  /** What the engine at work is there for. */
  purpose: 'deploy' | 'rollback';
  /** Somebody asked what a rollback would drop, and the answer is not there yet. */
  surveying: boolean;
  survey: ({ at: string } & RollbackSurvey) | null;
  /** The rollback of the engine at work, from the operator's word on. */
  rollback: RollbackState | null;
  /** A rollback of this run was begun at some time, by whatever engine. */
  rolledBack: boolean;
  verify: ({ ok: boolean; results: VerifyResult[] } & Partial<VerifyCounts>) | null;
  /** In the order of `options.probes`. What was measured after is forgotten when something is built anew. */
  probes: ProbeState[];
  /** Tables that were analyzed since the last build because of a sequential scan. */
  analyzed: AnalyzedTable[];
  /** The most expensive statements on the plan's tables. */
  statements: { before: StatementsRead | null; after: StatementsRead | null };
  validations: ValidationState[];
  outcome: { status: ExitStatus; reason: string; leftToDo: string[] } | null;
  /** The end that the run keeps, unless the rollback that the engine at work came for is begun. */
  former: FormerEnd | null;
  /** How the last engine ended that came for a rollback and did not begin it: the run has the end that it had before. */
  turnedBack: { status: ExitStatus; reason: string } | null;
}
