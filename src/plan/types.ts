/** The kinds of statement a plan may hold. Anything else is a problem. */
export type StepKind =
  | 'create-index'
  | 'drop-index'
  | 'rename-index'
  | 'reindex'
  | 'attach-partition'
  | 'analyze'
  | 'set'
  | 'comment'
  | 'select'
  | 'explain';

/** Where a statement or comment begins: `line` and `column` count from 1, columns in characters, in `file` as it is. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** A session setting as the plan gives it. `value` is null for RESET and SET ... TO DEFAULT. */
export interface Setting {
  name: string;
  value: string | null;
}

/** What all steps have. `sql` is the statement's own text, without its semicolon and the comments before it. */
interface StepBase extends Place {
  sql: string;
  /** The settings in force here: those of the SET statements before this step, the last of each name, in order. */
  settings: Setting[];
  /**
   * The search path that a SET before this step put in force, null when the plan sets none. Names without a schema are
   * looked up in it.
   */
  searchPath: string[] | null;
}

/** One CREATE INDEX. Names are as PostgreSQL folds them, unquoted. */
export interface CreateIndexStep extends StepBase {
  kind: 'create-index';
  /** The schema written in the statement; null when the search path decides. An index is made in its table's schema. */
  schema: string | null;
  table: string;
  /** The index's name, cut to 63 bytes as the server does; PostgreSQL's own default name when the statement has none. */
  name: string;
  /** True when the statement gives no name, so that `name` is PostgreSQL's default and is taken if free. */
  nameIsDefault: boolean;
  unique: boolean;
  /** As it will be sent. */
  concurrently: boolean;
  /** CONCURRENTLY was added by --make-concurrent. */
  madeConcurrent: boolean;
  ifNotExists: boolean;
  method: string;
  /** Has an expression column or a predicate: every other concurrent build waits for such a build. */
  partialOrExpression: boolean;
  /** ON ONLY a partitioned parent. */
  only: boolean;
  /** The name that it gets once the index of that name is dropped; `name` is a passing one. With --safe-replace. */
  replaces?: string;
  /**
   * The statement to send, deparsed to nothing but what is needed: CREATE [UNIQUE] INDEX CONCURRENTLY with no IF NOT
   * EXISTS (which would hide an invalid index) and the name always given.
   */
  buildSql: string;
}

/** One index of a DROP INDEX. It is dropped concurrently, by its OID and name, and only with --allow-drops. */
export interface DropIndexStep extends StepBase {
  kind: 'drop-index';
  /** The schema written in the statement; null when the search path decides. */
  schema: string | null;
  name: string;
  /** As it will be sent. */
  concurrently: boolean;
  /** CONCURRENTLY was added by --make-concurrent. */
  madeConcurrent: boolean;
  /** One that is not there is no failure. */
  ifExists: boolean;
  /** The passing name of the index that takes its place, and has to be there first. With --safe-replace. */
  replacedBy?: string;
}

/**
 * REINDEX INDEX or REINDEX TABLE. Each index is rebuilt concurrently, by a statement of its own, and only with --allow-drops: the
 * server drops the old one.
 */
export interface ReindexStep extends StepBase {
  kind: 'reindex';
  /** What the statement names. */
  of: 'index' | 'table';
  /** The schema written in the statement; null when the search path decides. */
  schema: string | null;
  /** Of the index, or of the table. */
  name: string;
  /** As it will be sent. */
  concurrently: boolean;
  /** CONCURRENTLY was added by --make-concurrent. */
  madeConcurrent: boolean;
}

/** The last act of a replacement in the safe order: the new index gets the name of the old one. */
export interface RenameIndexStep extends StepBase {
  kind: 'rename-index';
  /** Of its table, as the plan has it. */
  schema: string | null;
  table: string;
  /** The passing name that it was built under. */
  from: string;
  name: string;
}

/** ANALYZE of one or more tables, or of the whole database when `tables` is empty. */
export interface AnalyzeStep extends StepBase {
  kind: 'analyze';
  tables: { schema: string | null; table: string }[];
}

/** SET or RESET of a session setting. It is not sent by itself: it becomes part of `settings` of the steps after it. */
export interface SetStep extends StepBase {
  kind: 'set';
  setting: Setting;
  /** SET LOCAL: it counts up to the COMMIT that the plan leaves out. */
  local: boolean;
}

/** COMMENT ON INDEX. */
export interface CommentStep extends StepBase {
  kind: 'comment';
  schema: string | null;
  name: string;
}

/** ALTER INDEX ... ATTACH PARTITION: a partition's index becomes part of its parent's. Null schema: the search path decides. */
export interface AttachPartitionStep extends StepBase {
  kind: 'attach-partition';
  /** The index of the partitioned table. */
  schema: string | null;
  name: string;
  /** The index of the partition. */
  partition: { schema: string | null; name: string };
}

/** A SELECT or EXPLAIN, kept for validation after the last section. */
export interface ValidationStep extends StepBase {
  kind: 'select' | 'explain';
}

export type SectionStep =
  | CreateIndexStep
  | DropIndexStep
  | RenameIndexStep
  | ReindexStep
  | AttachPartitionStep
  | AnalyzeStep
  | SetStep
  | CommentStep;
export type Step = SectionStep | ValidationStep;

/** A headed part of the plan. `line` is that of the heading, or of the first step when there is none. */
export interface Section {
  title: string;
  file: string;
  line: number;
  /** What the comments under the title say, line by line. */
  notes?: string[];
  /**
   * It is what the plan says of one table, in a file without headings: sections like it that follow each other are worked
   * on at the same time, like the tables that they are.
   */
  byTable?: true;
  steps: SectionStep[];
}

/** Something in the file that is not part of the plan and need not be, such as \echo or a BEGIN. */
export interface LeftOut extends Place {
  what: string;
  why: string;
}

/** An index statement that can be read inside of something that is refused, such as a DO block. */
export interface Inside extends Place {
  sql: string;
}

/** Something that makes the file no plan: it is refused as a whole. `code` is stable, kebab-case. */
export interface Problem extends Place {
  code: string;
  /** The statement's first words. */
  what: string;
  /** What is wrong and what to do, as a sentence. */
  message: string;
  /** Where exactly in the statement, when that is known. */
  at?: Place;
  /** The text around, with a caret under the place; lines to print one under the other. */
  excerpt?: string[];
  /** The statement as it was probably meant; PostgreSQL can read it. */
  fix?: string;
  /** Whose SQL it is, if not PostgreSQL's. */
  database?: string;
  /** What kind of step it is, if it is one that is not deployed. */
  kind?: StepKind;
  /** The index statements in it, to be lifted out. */
  inside?: Inside[];
}

/**
 * What a migration tool does about transactions: `on`, `off`, `one-query` (the file is one query, so that several statements
 * are one transaction), `as-written` (what the file says), `detected` (none around CREATE INDEX CONCURRENTLY).
 */
export type MigrationTransaction = 'on' | 'off' | 'one-query' | 'as-written' | 'detected';

/** A statement of a migration's way back, which is never run. */
export interface WayBack extends Place {
  what: string;
  /** Names of the indexes that it would drop. */
  drops: string[];
  concurrently: boolean;
}

/** A file of a migration tool. Its history table is never touched. */
export interface Migration {
  tool: string;
  file: string;
  version: string;
  transaction: MigrationTransaction;
  /** How to mark it as applied once it is deployed. */
  command: string | null;
  how: string;
  /** There is nothing to mark: `how` says why. */
  needless?: true;
  down: WayBack[];
}

export type Level = 'ok' | 'note' | 'warning' | 'blocks';

/** Two definitions to be read side by side, both as PostgreSQL writes them where it was asked. */
export interface SideBySide {
  planned: string;
  found: string;
  /** In words; empty when they differ in the name alone. */
  differences: string[];
}

/** What lint or preflight says. `code` is stable, kebab-case. */
export interface Finding {
  level: Level;
  code: string;
  /** What was found. */
  what: string;
  /** Why it matters; empty for ok. */
  why: string;
  /** What to do; empty for ok. */
  advice: string;
  /** Where in the plan, if it is about a statement of it. */
  place?: Place;
  /** The index it is about, if one. */
  index?: string;
  /** What is planned and what is there. */
  compare?: SideBySide;
  /** Values of the data that it is about, shortened, each in the words of its own line. */
  examples?: string[];
  /** What else tells it from others of its code: a pid, a table, a setting. The same when it is looked at again. */
  subject?: string;
  /** It blocks by itself; --ignore made a warning of it. */
  waived?: true;
}

/** What the SQL script says: data only, the same for the same bytes and options. */
export interface Plan {
  /** SHA-256, hex; independent of comments, white space, keyword case, IF NOT EXISTS and CONCURRENTLY. */
  fingerprint: string;
  files: string[];
  sections: Section[];
  validations: ValidationStep[];
  leftOut: LeftOut[];
  problems: Problem[];
  /** Lint: what can be said of the plan without a database. */
  findings: Finding[];
  /** The files of migration tools among them, if there are any. */
  migrations?: Migration[];
  /** It was read with onlyIndexes. */
  onlyIndexes?: true;
  /** It was read with allowDrops. */
  allowDrops?: true;
  /** It was read with safeReplace. */
  safeReplace?: true;
}

/** One file of a plan, as bytes: the reader says what is wrong with its encoding. */
export interface SourceFile {
  path: string;
  bytes: Uint8Array;
  /** Files beside it that tell whose folder it is, as paths from that folder. */
  neighbours?: readonly string[];
  /** The text of Flyway's configuration of this script. */
  config?: string;
}

export interface PlanOptions {
  /** Build a plain CREATE INDEX concurrently; without it one is a finding that blocks. */
  makeConcurrent: boolean;
  /** Leave out, and list, what is no work on indexes; without it that is refused. */
  onlyIndexes?: boolean;
  /** DROP INDEX and REINDEX are steps; without it they are refused. */
  allowDrops?: boolean;
  /** A drop before a build of the same name is done in the safe order: build under a passing name, drop, rename. */
  safeReplace?: boolean;
}

/** Why a file that \i names could not be had, as the end of a sentence: "there is no such file". */
export interface IncludeError {
  error: string;
}

/**
 * Gets a file that \i (`relative` false: from the working directory) or \ir (true: from the folder of `fromFile`) names.
 * The `path` of what it returns tells files apart: one that includes itself is found by it.
 */
export type Include = (path: string, fromFile: string, relative: boolean) => SourceFile | IncludeError;
