import type { AttachPartitionStep, CreateIndexStep, Finding, Level, Plan, ReindexStep } from '../plan/types.ts';
import type { Actor, Command, Question } from './commands.ts';
import type { Counted } from './counted.ts';
import type { StepEstimate } from './estimates/estimate-indexes.ts';
import type { OwnGate } from './gates/own.ts';
import type { GateName, GateThresholds } from './gates/types.ts';
import type { PreflightSummary } from './preflight/summary.ts';
import type { AnalyzedTable, Probe, ProbeMeasured, StatementsRead } from './probes/types.ts';
import type { MetricName } from './samples.ts';
import type { ServerChange, ServerIdentity } from './server.ts';
import type { UniqueCheckOptions } from './unique-check.ts';
import type { VerifyCounts } from './verify/types.ts';

export type * from './probes/types.ts';
export type * from './verify/types.ts';

/** What a failing index does to the run. */
export type ErrorPolicy = 'pause' | 'skip' | 'abort';

/** What happens when the operator's screen vanishes without a goodbye. */
export type DisconnectPolicy = 'continue' | 'pause' | 'abort';

/** The backup that a run could go back to, and what proves that it can be read. Times are ISO, UTC. */
export interface NamedBackup {
  /** As given with --backup. */
  named: string;
  /** Null for an archive that is not on record with us. */
  id: string | null;
  path: string;
  /** checksum: as it was written and verified. read: not on record, but read whole. Null when `problem` says why not. */
  proven: 'checksum' | 'read' | null;
  problem: string | null;
  provenAt: string;
  sha256: string | null;
  bytes: number | null;
  /** The instant that it shows; null when unknown. */
  takenAt: string | null;
  /** The name of the database that it is of; null when unknown. */
  database: string | null;
  /** Of the server that it is of; null when unknown. */
  systemIdentifier: string | null;
  /** The version of that server; null when unknown. Absent in journals of old. */
  serverVersion?: string | null;
  /** The schemas that it is limited to; empty: all of the database, or not known. Absent in journals of old. */
  schemas?: readonly string[];
}

/** The options of a run that its rules depend on. Times in milliseconds. */
export interface RunOptions {
  jobs: number;
  environment: string | null;
  onError: ErrorPolicy;
  onDisconnect: DisconnectPolicy;
  retries: number;
  autoContinue: boolean;
  /** Time between the end of a build and the beginning of the next; absent in journals of versions that had none. */
  delayMs?: number;
  /** Agree to every invalid leftover that the findings name at the time of go. */
  replaceInvalid: boolean;
  /** A pause that nobody lifts for this long ends the engine. */
  giveUpMs: number;
  /** How long the rate of rollbacks is measured before the first build, at the least; absent in old journals: `BASELINE_MS`. */
  baselineMs?: number;
  /** Preflight neither watches writes for a second nor tries indexes on samples. */
  quickLook?: boolean;
  gates: Record<GateName, GateThresholds>;
  /** Gates of the config file; absent in journals of versions that had none. */
  ownGates?: readonly OwnGate[];
  /** Why the run goes without a backup, as given with --no-backup; null when nothing was said of one. */
  noBackup: string | null;
  /** The backup given with --backup; null when none was. */
  backup: NamedBackup | null;
  /** Settings of the building sessions given with --set. */
  settings: Record<string, string>;
  /** Where the run's events are written besides its journal; null: nowhere. Journals of old have no word of it. */
  ledger?: { schema: string } | null;
  /** What is measured before and after: the plan's EXPLAINs, then those of the config file. Absent in journals of old. */
  probes?: readonly Probe[];
  /** Indexes that must be there in the end, by name or as schema.name; absent: none are named. */
  critical?: readonly string[];
  /** Of the difference in indexes named idx_%; absent: every planned index has to be verified, and that is all. */
  thresholds?: { pass: number; review: number };
  /** Each planned B-tree index is checked with bt_index_check. */
  amcheck?: boolean;
  /** How far data is read for duplicates; absent: as `UNIQUE_CHECK` says. */
  uniqueCheck?: UniqueCheckOptions;
  /** Codes of findings that were waived beforehand with --ignore; absent: none. */
  ignore?: readonly string[];
  /** Somebody is there to answer: a blocking finding can be looked at again instead of ending the run. */
  interactive: boolean;
  /** The execution log that the run's end is appended to, as a whole path on the engine's machine; null: none. */
  log?: string | null;
  /** The report that the plan was compared with, as given with --matches; null when none was. */
  matches?: MatchedReport | null;
}

/** What became of comparing the plan with that of another run's report. */
export interface MatchedReport {
  /** As given with --matches. */
  named: string;
  run: string;
  database: string;
  fingerprint: string;
  /** Statement by statement, a line each; empty when the plans are equal. */
  differences: string[];
  /** What its indexes took there, without waits, and on how large a table; absent where its version did not tell. */
  builds?: StagedBuild[];
}

/** One build of another run. */
export interface StagedBuild {
  table: string;
  name: string;
  ms: number;
  tableBytes: number;
}

/** Which database, as the screen says it. No secrets. */
export interface DatabaseFacts {
  host: string;
  port: number;
  database: string;
  user: string;
}

/** A server's error, whole. */
export interface ErrorFacts {
  /** SQLSTATE, or null for an error that is not the server's (a lost connection). */
  sqlstate: string | null;
  message: string;
  detail: string | null;
  hint: string | null;
  context: string | null;
}

/** All that the server knows of an index that is to be dropped: enough to build it again as it was. */
export interface IndexRecord {
  /** The server's own text of it. */
  definition: string;
  /** The same as it is sent to build it again. */
  rebuildSql: string;
  table: string;
  /** Null: that of the database. */
  tablespace: string | null;
  comment: string | null;
  /** Extensions that it is dropped with (DEPENDS ON EXTENSION); absent in journals of old. */
  dependsOn?: string[];
  /** CLUSTER goes by it. */
  clustered: boolean;
  /** Statistics targets that somebody has set, by the number of the index's column. */
  statistics: { column: number; target: number }[];
  valid: boolean;
  bytes: number | null;
  /** Scans by queries on this server since the statistics were reset, and the last of them (from 16 on), ISO. */
  scans: number | null;
  lastScan: string | null;
}

/** An index that is to be rebuilt, as it stood right before. */
export interface ReplacedIndex {
  oid: number;
  schema: string;
  name: string;
  tableOid: number;
  table: string;
  /** The server's own text of it. */
  definition: string;
  valid: boolean;
  bytes: number | null;
  /** The other indexes of its table that were not valid then: whoever made them, no rebuild of it did. */
  others: { oid: number; name: string }[];
}

/** What stands in the catalog where a planned index belongs, or under the name of one that is to be dropped. */
export type Found =
  | { kind: 'none' }
  | { kind: 'equal'; oid: number; definition: string; bytes: number }
  | { kind: 'different'; oid: number; definition: string; differences: string[] }
  /** The index of a partitioned table, of the planned definition: not every partition has its own attached to it. */
  | { kind: 'incomplete'; oid: number; definition: string }
  /** Not valid, and nobody is building it. */
  | { kind: 'invalid'; oid: number; definition: string; ready: boolean }
  /** Somebody is building it right now. */
  | { kind: 'building'; oid: number; pid: number; application: string | null }
  /** Another kind of relation has the name. */
  | { kind: 'other-relation'; oid: number; what: string }
  | { kind: 'no-table'; message: string }
  /** An index that the plan drops. `record` null: `problem` says why there is none. */
  | {
      kind: 'to-drop';
      oid: number;
      schema: string;
      name: string;
      record: IndexRecord | null;
      /** Why it is not to be dropped as it stands; `passing`: a little later it may be. */
      problem: { why: string; passing: boolean } | null;
    }
  /** An index that the plan rebuilds. `index` null: `problem` says why it cannot be described. */
  | {
      kind: 'to-reindex';
      oid: number;
      schema: string;
      name: string;
      index: ReplacedIndex | null;
      /** Why it is not to be rebuilt as it stands; `passing`: a little later it may be. */
      problem: { why: string; passing: boolean } | null;
    }
  /** A table, or the index of a partitioned one, whose indexes are rebuilt one by one. */
  | {
      kind: 'reindex-parts';
      oid: number;
      schema: string;
      name: string;
      problem: { why: string; passing: boolean } | null;
    }
  /** The index of a replacement, by its OID, under the name that it has now; `taken`: OID of another one that has its new name. */
  | { kind: 'to-rename'; oid: number; schema: string; name: string; taken: number | null };

/** A table of the plan, as preflight found it. Rows and bytes are the catalog's estimates; null when unknown. */
export interface TableFacts {
  oid: number;
  schema: string;
  name: string;
  rows: number | null;
  bytes: number | null;
}

/**
 * A statement that an index on a partitioned table takes, or a REINDEX of several indexes, and the table it is about: for an
 * attach the partition.
 */
export interface PlannedPart {
  step: CreateIndexStep | AttachPartitionStep | ReindexStep;
  tableOid: number;
}

/** What the index of a step of the plan is made of, and is not there yet. */
export interface FoundParts {
  step: number;
  parts: PlannedPart[];
}

export interface PreflightFacts {
  findings: Finding[];
  server: { version: string; versionNum: number; startedAt: string | null; superuser: boolean; monitor: boolean };
  tables: TableFacts[];
  /** For each step of the run, by number: its table and what stands in the index's place. */
  steps: { step: number; tableOid: number | null; found: Found | null }[];
  /** What indexes on partitioned tables are made of; absent when there are none, and in journals of old. */
  parts?: FoundParts[];
  /** The settings that every building session gets, and why. */
  settings: { name: string; value: string; why: string }[];
  /** What each index that is to be built is expected to come to; absent in journals of old and before a rollback. */
  estimates?: StepEstimate[];
}

/** What a look found changed in the facts of preflight: nothing else is in it. */
export interface PreflightChange {
  /** Findings that were there and are not (`gone`), or that stand in the way no more, as they were. */
  cleared: { key: string; code: string; level: Level; what: string; gone: boolean }[];
  /** Keys of those that are new, or worse than they were. */
  added: string[];
  /** Findings that are new or say something else, each with its key: code, index and subject. */
  keys: string[];
  findings: Finding[];
  /** Absent: as before. */
  steps?: PreflightFacts['steps'];
  tables?: TableFacts[];
  parts?: FoundParts[];
  settings?: PreflightFacts['settings'];
  server?: PreflightFacts['server'];
  estimates?: StepEstimate[];
}

/** The state before the run (runbook row 3). */
export interface Baseline {
  indexes: number;
  /** Indexes named idx_%. */
  idxIndexes: number;
  /** The schemas that were counted. */
  schemas: string[];
  databaseBytes: number | null;
  active: number | null;
  connections: number | null;
  /** Rollbacks a second over `rateSeconds`; null when unknown. */
  rollbacksPerS: number | null;
  rateSeconds: number;
  /** Every metric that could be read just then; absent in journals of old. */
  metrics?: Partial<Record<MetricName, number>>;
  /** Each index of these schemas; absent in journals from before it was kept. */
  present?: ListedIndex[];
}

/** An index as a line of the catalog. */
export interface ListedIndex {
  oid: number;
  schema: string;
  name: string;
  valid: boolean;
}

/** An index that this run created, as it was found before the question of a rollback. */
export interface SurveyedIndex extends Counted {
  step: number;
  oid: number;
  schema: string;
  name: string;
  /** gone: no index has this OID any more. invalid: it is there and serves no query, half dropped for one. */
  standing: 'valid' | 'invalid' | 'gone';
  bytes: number | null;
  /** Scans by queries on this server since it was made, or since the statistics were reset; null when not known. */
  scans: number | null;
  /** The time of the last of them, ISO; null when there was none or the server does not keep it (before 16). */
  lastScan: string | null;
  /** OID of the index of a partitioned table that it is attached to, and goes with; absent when to none. */
  attachedTo?: number;
  /** It is the index of a partitioned table: with it go so many others, and it cannot be dropped concurrently. */
  takes?: number;
  /** Why a rollback does not touch it; null when nothing speaks against it. */
  kept: string | null;
  /** It was dropped by the plan, and would be built again as it was. */
  rebuild?: IndexRecord;
}

/** What is still under way for the run when a rollback is asked about: it is ended before anything is dropped. */
export interface UnfinishedWork {
  step: number;
  name: string;
  work: 'build' | 'drop';
  /** The backend that is still at it; null when it is gone. */
  pid: number | null;
}

export interface RollbackSurvey {
  indexes: SurveyedIndex[];
  unfinished: UnfinishedWork[];
  /** When the statistics of this database were reset last, ISO. */
  statsReset: string | null;
}

/** An index that a rollback has dropped. */
export interface DroppedIndex extends Counted {
  oid: number;
  schema: string;
  name: string;
}

/** An index that a rollback was to drop and did not. */
export interface LeftIndex extends Counted {
  oid: number;
  schema: string;
  name: string;
  why: string;
}

/** How the indexes of the plan's schemas differ from the baseline, this run's own that are left aside. */
export interface CatalogDifferences {
  /** Made by somebody else since. */
  added: ListedIndex[];
  /** In the baseline and gone, not by this run. */
  missing: ListedIndex[];
  /** Valid then and not now, or the other way round. */
  changed: ListedIndex[];
}

export interface IndexFacts {
  oid: number;
  bytes: number;
}

/** A leftover of a failed build. `ours` is proven, never assumed: by OID, or by the server's own word to our session. */
export interface Leftover {
  oid: number;
  schema: string;
  name: string;
  ours: boolean;
  /** Another one that is not valid, of which nobody can say whose it is: beside what a rebuild left. */
  besides?: { oid: number; schema: string; name: string };
}

export type PauseCause = 'operator' | 'error' | 'gate' | 'disconnect' | 'connection' | 'server';

/** Why a build was cancelled by us. */
export interface CancelReason {
  /** orphan: the backend of an engine that is gone; its index is built again. */
  cause: 'operator' | 'gate' | 'abort' | 'orphan' | 'rollback';
  by: Actor;
  reason: string;
}

export interface VerifyResult extends Counted {
  step: number;
  ok: boolean;
  /** What is wrong; empty when ok. */
  problems: string[];
  oid: number | null;
  /** Null for what was dropped, and for an index of a partitioned table: its bytes are those of its parts. */
  bytes: number | null;
  /** The plan dropped it: it has to be gone. Absent in journals of old. */
  dropped?: true;
  /** It is of a partitioned table, and has no storage of its own. Absent in journals of old. */
  partitioned?: true;
  /** It is there and not valid, or not complete, and nobody is at work on it. */
  invalid?: true;
  /** REINDEX: the new index, which the server knows only half built after a crash. */
  half?: { oid: number; schema: string; name: string };
  /** bt_index_check found nothing wrong in it, in so many ms; absent when it was not checked. */
  checkedMs?: number;
}

export interface MetricSummary {
  min: number;
  mean: number;
  max: number;
  /** When the most was, ISO; absent in journals of old. */
  maxAt?: string;
}

/** Sessions that waited directly for builders of ours, in the time of one summary. */
export interface WaitsForUs {
  /** How many different ones. */
  sessions: number;
  /** How long the longest has waited by its end, seconds; a wait can go on into the next summary. */
  longestS: number;
  /** Steps that they waited for. */
  steps: number[];
}

/**
 * failed-build: what a build of ours left. agreed-leftover: the operator agreed to it. planned: the plan drops it. replaced: what
 * the server left of an index that is rebuilt. rollback: the way back.
 */
export type DropCause = 'failed-build' | 'agreed-leftover' | 'planned' | 'replaced' | 'rollback';

/** 0 to 5, see the command line's contract. */
export type ExitStatus = 0 | 1 | 2 | 3 | 4 | 5;

/** One fact about a run, without its number and time. Names are subject.verb in the past tense. */
export type EventBody =
  | {
      type: 'run.started';
      version: string;
      plan: Plan;
      /** The plan's files as whole paths on the machine of `engine`, without those that they include. */
      sources?: string[];
      database: DatabaseFacts;
      operator: Actor;
      options: RunOptions;
      engine: { pid: number; host: string };
    }
  /** Another engine takes the run up: what the one before had begun is in doubt until the catalog was asked. */
  | {
      type: 'run.resumed';
      version: string;
      database: DatabaseFacts;
      operator: Actor;
      options: RunOptions;
      engine: { pid: number; host: string };
      /** Where the run's events came from. */
      from: 'journal' | 'ledger';
      /** Backends that still build for the run are ended instead of waited for. */
      endOrphans: boolean;
      /** It is taken up to be rolled back, not to be gone on with. */
      purpose?: 'rollback';
    }
  /** `summary`: what it comes to; absent for a rollback, and in journals of old. */
  | ({ type: 'preflight.finished'; summary?: PreflightSummary } & PreflightFacts)
  /** A look between preflight and the go found something changed. A look that found nothing has no event. */
  | ({ type: 'preflight.changed'; summary?: PreflightSummary } & PreflightChange)
  /** A look between preflight and the go came to nothing: what is known is from before. */
  | { type: 'look.failed'; error: ErrorFacts }
  | { type: 'preflight.failed'; error: ErrorFacts; advice: string }
  | { type: 'run.approved'; by: Actor; replaceInvalid: number[] }
  | ({ type: 'baseline.taken' } & Baseline)
  /** `order`: its number in the ledger, if it came from there. */
  | { type: 'command.received'; command: Command; by: Actor; order?: number }
  | { type: 'command.refused'; command: Command; by: Actor; why: string; order?: number }
  /** An order in the ledger that was not followed, and never will be: taken back, or made pointless by a later one. */
  | {
      type: 'command.dropped';
      command: Command;
      by: Actor;
      order: number;
      how: 'withdrawn' | 'superseded';
      why: string;
    }
  | { type: 'section.started'; section: number; title: string }
  | { type: 'section.finished'; section: number; title: string }
  | { type: 'index.inspected'; step: number; found: Found }
  /** Intent: recorded before CREATE INDEX or REINDEX is sent. */
  | {
      type: 'build.started';
      step: number;
      attempt: number;
      name: string;
      table: string;
      sql: string;
      pid: number;
      backendStart: string;
      /** REINDEX: the index that is rebuilt. */
      replaces?: ReplacedIndex;
    }
  /** The server has given our index its OID. */
  | { type: 'index.identified'; step: number; oid: number }
  | { type: 'build.phase_entered'; step: number; phase: string; phaseNo: number | null; phases: number }
  | ({
      type: 'build.finished';
      step: number;
      attempt: number;
      name: string;
      durationMs: number;
      /** It was found finished, after its connection or its engine was lost: it took `durationMs` at the most. */
      unwatched?: true;
      /** REINDEX: the index that was rebuilt, as it was before. */
      replaced?: { oid: number; bytes: number | null };
      /** REINDEX: the server did not come to drop the old index, which is not valid any more. */
      leftover?: Leftover;
    } & IndexFacts)
  | {
      type: 'build.failed';
      step: number;
      attempt: number;
      name: string;
      error: ErrorFacts;
      leftover: Leftover | null;
      /** When it will be tried again; null when it failed for good. */
      retryAt: string | null;
      /** What to do, when it failed for good. */
      advice: string;
    }
  /** Intent to cancel, by us. */
  | ({ type: 'cancel.requested'; step: number } & CancelReason)
  | {
      type: 'build.cancelled';
      step: number;
      attempt: number;
      name: string;
      by: Actor;
      reason: string;
      leftover: Leftover | null;
      retryAt: string | null;
    }
  /** The connection was lost while it built: the catalog will say what became of it. */
  | { type: 'build.lost'; step: number; attempt: number; name: string; error: ErrorFacts }
  | {
      type: 'index.skipped';
      step: number;
      name: string;
      /**
       * absent: it was to be dropped or rebuilt if it is there, and is not. fresh: to be rebuilt, and this run has built it.
       * unmade: a comment on an index that was not made.
       */
      reason: 'equal' | 'operator' | 'aborted' | 'absent' | 'fresh' | 'unmade';
      oid: number | null;
      by: Actor | null;
    }
  /** Partitions that were made since the others were looked for: the step's index needs theirs too. */
  | ({ type: 'partitions.found'; tables: TableFacts[] } & FoundParts)
  /** The index of a partitioned table is valid: all that it is made of is there and attached. */
  | { type: 'index.completed'; step: number; name: string; oid: number }
  /** All indexes that a REINDEX takes are done with; `rebuilt`: how many were rebuilt. */
  | { type: 'reindex.completed'; step: number; name: string; rebuilt: number }
  /** A failed index is to be tried again, by an operator's word. */
  | { type: 'index.requeued'; step: number; name: string; by: Actor }
  /** What was on record as done is not there any more, as after a failover or a crash: it is done again. */
  | { type: 'step.lost'; step: number; name: string; oid: number | null; leftover: Leftover | null; why: string }
  /** Intent: recorded before DROP INDEX is sent. */
  | {
      type: 'drop.started';
      step: number;
      oid: number;
      schema: string;
      name: string;
      why: DropCause;
      pid: number;
      backendStart: string;
      /** Of one that the plan drops: how to build it again. */
      record?: IndexRecord;
    }
  | {
      type: 'index.dropped';
      step: number;
      oid: number;
      schema: string;
      name: string;
      durationMs: number;
      why?: 'rollback' | 'planned' | 'replaced';
      /** OIDs of the indexes of this run that were attached to it, and went with it. */
      with?: number[];
    }
  | {
      type: 'drop.failed';
      step: number;
      oid: number;
      name: string;
      error: ErrorFacts;
      retryAt: string | null;
      /** It is no leftover any more: somebody made it valid. The step is looked at anew. */
      settled?: true;
      why?: 'rollback' | 'planned' | 'replaced';
      /** What the failed drop left, where it matters: one that was stopped in the middle has made the index invalid. */
      standing?: 'valid' | 'invalid';
    }
  /** What a rollback would drop, looked at before the question. */
  | ({ type: 'rollback.surveyed' } & RollbackSurvey)
  /** The operator's word: these, by OID. `all`: and what a build that is being stopped may still finish. `probe`: measure after. */
  | {
      type: 'rollback.started';
      oids: number[];
      /** How many of them are parts of others; absent when none is, and in journals of old. */
      parts?: number;
      all: boolean;
      by: Actor;
      probe?: true;
    }
  /** A rollback does not touch it, and why. `gone`: it is not there any more; what stands there now is not this run's. */
  | { type: 'index.kept'; step: number; oid: number; schema: string; name: string; why: string; gone: boolean }
  | {
      type: 'rollback.finished';
      dropped: DroppedIndex[];
      left: LeftIndex[];
      /** Indexes that the plan had dropped and that are there again; `was`: their OID before. */
      rebuilt?: { was: number; oid: number; schema: string; name: string }[];
      /** Null when the baseline holds no list to compare with. */
      differences: CatalogDifferences | null;
    }
  /** ANALYZE, COMMENT ON INDEX and ATTACH PARTITION. */
  | { type: 'statement.started'; step: number; sql: string; pid: number; backendStart: string }
  | { type: 'statement.finished'; step: number; durationMs: number }
  | { type: 'statement.failed'; step: number; error: ErrorFacts; retryAt: string | null }
  | {
      type: 'gate.tripped';
      /** A `GateName`, or the name of an own gate. */
      gate: string;
      level: 'warn' | 'pause' | 'abort';
      /** Null when the gate could not be read. */
      value: number | null;
      threshold: number | null;
      /** In words, with the blocker's name where there is one. */
      reason: string;
    }
  | { type: 'gate.cleared'; gate: string; value: number | null }
  | {
      type: 'run.paused';
      cause: PauseCause;
      gate: string | null;
      by: Actor;
      reason: string;
      /** When it lifts by itself, ISO, as the operator said; absent: when somebody lifts it. */
      until?: string;
    }
  | { type: 'run.continued'; cause: PauseCause; gate: string | null; by: Actor }
  | { type: 'abort.started'; by: Actor; reason: string }
  | { type: 'jobs.changed'; from: number; to: number; by: Actor }
  | { type: 'delay.changed'; fromMs: number; toMs: number; by: Actor }
  | { type: 'gate.changed'; gate: string; from: GateThresholds; to: GateThresholds; by: Actor }
  /** Intent: recorded before somebody else's session is ended, by an operator's word. */
  | { type: 'session.end_ordered'; pid: number; backendStart: string; who: string; by: Actor }
  /** What came of it. `ended` false: it is still there, or the server refused, and `why` says which. */
  | { type: 'session.ended'; pid: number; backendStart: string; who: string; ended: boolean; why: string }
  /** Another screen has the hand; `from`: who had it, null when nobody. */
  | { type: 'operator.changed'; client: string; name: string; from: string | null }
  /** A confirmation is open on an operator's screen, and then not any more. */
  | { type: 'question.opened'; client: string; name: string; question: Question }
  | { type: 'question.closed'; client: string; name: string; question: Question }
  | { type: 'client.joined'; client: string; role: 'operator' | 'observer'; name: string }
  | { type: 'client.left'; client: string; role: 'operator' | 'observer'; name: string; vanished: boolean }
  | { type: 'connection.lost'; session: string; error: ErrorFacts }
  | { type: 'connection.restored'; session: string; afterMs: number }
  /** The ledger cannot be written, and why: the run goes on with its journal alone. */
  | { type: 'ledger.failed'; error: ErrorFacts; advice: string }
  /** The ledger has all that it missed. */
  | { type: 'ledger.restored'; afterMs: number }
  /** The server that the run works on, as its first session found it. */
  | { type: 'server.identified'; server: ServerIdentity }
  /** A session that was made anew found another server, or the same one started anew. */
  | { type: 'server.changed'; kind: ServerChange; from: ServerIdentity; to: ServerIdentity }
  /** Preflight, done again against a server that took over. */
  | ({ type: 'recheck.finished' } & PreflightFacts)
  | { type: 'recheck.failed'; error: ErrorFacts }
  | {
      type: 'metrics.summarised';
      from: string;
      to: string;
      samples: number;
      metrics: Partial<Record<MetricName, MetricSummary>>;
      /** Of own gates, by name; absent when there are none. */
      own?: Record<string, MetricSummary>;
      /** Absent when nobody waited for us, and in journals of old. */
      waits?: WaitsForUs;
    }
  /** A probe was measured, before the first build or after the last. */
  | ({ type: 'probe.measured' } & ProbeMeasured)
  /** Intent: a sequential scan is left on it, and statistics may be why. */
  | { type: 'analyze.started'; schema: string; table: string; probe: number; why: string }
  | ({ type: 'analyze.finished' } & AnalyzedTable)
  | ({ type: 'statements.read' } & StatementsRead)
  | ({
      type: 'verify.finished';
      ok: boolean;
      results: VerifyResult[];
      /** Of the database on disk; absent in journals of old, null when the server did not say. */
      databaseBytes?: number | null;
    } & Partial<VerifyCounts>)
  | {
      type: 'validation.finished';
      line: number;
      file: string;
      kind: 'select' | 'explain';
      sql: string;
      ok: boolean;
      durationMs: number;
      columns: string[];
      /** At most 50 rows, as text. */
      rows: string[][];
      more: boolean;
      error: ErrorFacts | null;
    }
  /** The run's record was kept outside too. log: the execution log; webhook: the message. `where`: a path, or a host. */
  | { type: 'record.kept'; what: 'log' | 'webhook'; where: string }
  | { type: 'record.failed'; what: 'log' | 'webhook'; where: string; problem: string }
  | { type: 'run.finished'; status: ExitStatus; reason: string; leftToDo: string[] };

export type EventType = EventBody['type'];

/** A fact about a run. `seq` counts from 1 without gaps; `at` is UTC, ISO, with milliseconds. */
export type RunEvent = { seq: number; at: string; run: string } & EventBody;
