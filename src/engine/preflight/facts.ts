import type { CreateIndexStep, Finding, Plan } from '../../plan/types.ts';
import type { DumpSession } from '../../queries/dump_sessions.ts';
import type { LockHolder } from '../../queries/engine_lock_holders.ts';
import type { LedgerSchemaRow } from '../../queries/ledger_schema.ts';
import type { ServerFactsRow } from '../../queries/server_facts.ts';
import type { RoleDefault, SettingRow } from '../../queries/settings_named.ts';
import type { StallingTransaction } from '../../queries/stalling_transactions.ts';
import type { TableIndex } from '../../queries/table_indexes.ts';
import type { XminHolder } from '../../queries/xmin_holders.ts';
import type { RunOptions, StepState } from '../../run/index.ts';
import type {
  AttachedNames,
  DropInspection,
  DropTarget,
  Inspection,
  PartitionedIndex,
  ReindexInspection,
  ReindexTarget,
} from '../catalog/index.ts';
import type { EstimateFacts } from './estimates/gather-estimates.ts';
import type { Hypothetical } from './hypothetical/ask.ts';
import type { Pooling } from './pooling.ts';
import type { RefusalCause } from './refusal-causes.ts';
import type { TableNow } from './tables-now.ts';
import type { UniqueCheck } from './unique/check.ts';

/** One planned index and what the catalog says of it. */
export interface IndexFinding extends Inspection {
  step: number;
  create: CreateIndexStep;
  /** What stands in its place is dropped by the plan itself, before this one is built. */
  replaced: boolean;
}

/** A part of an index on a partitioned table, of the run's own making. */
export interface PartFinding extends IndexFinding {
  /** The step of the index that it is a part of. */
  parent: number;
}

/** An index that the plan drops and what the catalog says of it. */
export interface DropFinding extends DropTarget, DropInspection {}

/** What the plan rebuilds and what the catalog says of it. */
export interface ReindexFinding extends ReindexTarget, ReindexInspection {
  /** It is a part of a REINDEX that takes several. */
  isPart: boolean;
}

/** A setting that the server does not take from us. */
export interface RefusedSetting {
  name: string;
  value: string;
  from: '--set' | 'plan';
  message: string;
}

/** Everything that the rules of preflight go by: data only, gathered once. */
export interface Facts {
  plan: Plan;
  options: RunOptions;
  /** The steps of a run that stopped and is taken up again, as its events have them; null for a new one. */
  resumed: readonly StepState[] | null;
  pooling: Pooling;
  server: ServerFactsRow;
  /** Active sessions, ours left out; null when we may not see it. */
  active: number | null;
  /** Sessions of ours that are open already. */
  ourSessions: number;
  otherEngines: LockHolder[];
  /** Sessions that dump this database. */
  dumps: DumpSession[];
  /** Names the cluster for good; null when it was not asked for, or may not be. */
  systemIdentifier: string | null;
  indexes: IndexFinding[];
  /** The indexes that the plan drops. */
  drops: DropFinding[];
  /** What the plan rebuilds. */
  reindexes: ReindexFinding[];
  /** Those that are on partitioned tables, and what they are made of. */
  partitioned: PartitionedIndex[];
  /** The plan's own ATTACH PARTITION, and what their names stand for. */
  attaches: AttachedNames[];
  /** What stands where the parts of such indexes belong, for a run that is taken up again. */
  parts: PartFinding[];
  /** The valid indexes of the tables that are to get new ones; null when a lock kept them from being read. */
  neighbours: TableIndex[] | null;
  /** Of the partitions that are built on those of their own; null as before. */
  partitionNeighbours: TableIndex[] | null;
  /** Why the server does not take an index, by step, where more is known than it says. */
  refusalCauses: Map<number, RefusalCause>;
  /** Where indexes go by default, by name: whether we may create something there. */
  tablespaces: Map<string, boolean>;
  /** The plan's tables and the partitions that are built on, each once, as they are at this moment. */
  tables: TableNow[];
  /** Transactions that builds would wait for, of the least age that counts (`leastTransactionAgeS`), and prepared ones. */
  transactions: StallingTransaction[];
  /** Slots and standbys that hold back vacuum. */
  xminHolders: XminHolder[];
  /** Of planned UNIQUE indexes, by step. */
  unique: Map<number, UniqueCheck>;
  settings: Map<string, SettingRow>;
  refusedSettings: RefusedSetting[];
  roleDefaults: RoleDefault[];
  /** What stands where the ledger belongs; null when there is to be none. */
  ledger: LedgerSchemaRow | null;
  /** Probes that will not be run, since they call these functions by name, VOLATILE ones. */
  refusedProbes: { name: string; functions: string[] }[];
  /** What sizes and times are estimated from; null before a rollback. */
  basis: EstimateFacts | null;
  /** Which of the missing indexes the probes would use; null when there was nothing to ask. */
  hypothetical: Hypothetical | null;
  /** What is there of amcheck; null when it was not asked for. */
  amcheck: { installed: boolean; allowed: boolean } | null;
}

/** Looks at one thing, and says what is to be said of it. Pure. */
export type Rule = (facts: Facts) => Finding[];
