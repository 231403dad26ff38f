import type {
  AnalyzeStep,
  CommentStep,
  DropIndexStep,
  Plan,
  ReindexStep,
  RenameIndexStep,
  Section,
  SectionStep,
} from '../../../src/plan/types.ts';
import { createIndex, planOf, section } from '../../support/core.ts';

const place = { file: 'plan.sql', line: 9, column: 1 };
const plain = { ...place, settings: [], searchPath: null };

const analyze = (table: string): AnalyzeStep => ({
  ...plain,
  kind: 'analyze',
  sql: `ANALYZE ${table}`,
  tables: [{ schema: null, table }],
});

const comment = (name: string): CommentStep => ({
  ...plain,
  kind: 'comment',
  sql: `COMMENT ON INDEX ${name} IS 'x'`,
  schema: null,
  name,
});

const table = (name: string, steps: SectionStep[]): Section => ({ ...section(name, steps), byTable: true });

const drop = (name: string, ifExists = false): DropIndexStep => ({
  ...plain,
  kind: 'drop-index',
  sql: `DROP INDEX CONCURRENTLY ${name}`,
  schema: null,
  name,
  concurrently: true,
  madeConcurrent: false,
  ifExists,
});

const reindex = (name: string): ReindexStep => ({
  ...plain,
  kind: 'reindex',
  of: 'index',
  sql: `REINDEX INDEX CONCURRENTLY ${name}`,
  schema: null,
  name,
  concurrently: true,
  madeConcurrent: false,
});

const rename = (from: string, name: string, table: string): RenameIndexStep => ({
  ...plain,
  kind: 'rename-index',
  sql: `ALTER INDEX ${from} RENAME TO ${name}`,
  schema: null,
  ...{ table, from, name },
});

/** A replacement in the safe order. */
const replaced = (name: string, table: string) => [
  createIndex(`${name}_new`, table, { replaces: name }),
  { ...drop(name, true), replacedBy: `${name}_new` },
  rename(`${name}_new`, name, table),
];

const unique = (name: string, table: string) => createIndex(name, table, { unique: true });

/** The tables that the plans are about. */
export const TABLES: readonly string[] = ['a', 'b', 'c'];

/** The indexes that plans drop or rebuild, and their tables: they stand there before. */
export const OLD: readonly { name: string; table: string }[] = [
  { name: 'a0', table: 'a' },
  { name: 'b0', table: 'b' },
];

/** Partitioned ones, on two levels, and what is a partition of what. */
export const PARTITIONED: readonly { name: string; partitions: string[] | null }[] = [
  { name: 'p', partitions: ['p1', 'q'] },
  { name: 'q', partitions: ['q1', 'q2'] },
  ...['p1', 'q1', 'q2'].map((name) => ({ name, partitions: null })),
];

/** Small, so that many histories fit into a second; between them they have every shape that the rules tell apart. */
export const PLANS: readonly Plan[] = [
  planOf(section('one', [createIndex('a1', 'a')])),
  planOf(section('one', [createIndex('a1', 'a'), createIndex('b1', 'b')])),
  planOf(section('one', [createIndex('a1', 'a'), unique('a2', 'a')])),
  planOf(section('one', [unique('a1', 'a'), analyze('a')])),
  planOf(section('one', [createIndex('a1', 'a')]), section('two', [createIndex('a2', 'a')])),
  planOf(section('one', [createIndex('a1', 'a'), drop('a0')])),
  planOf(section('one', [drop('a1', true), createIndex('a1', 'a'), createIndex('b1', 'b')])),
  planOf(section('one', [...replaced('a1', 'a'), comment('a1'), createIndex('a2', 'a')])),
  planOf(
    section('one', [drop('b0'), drop('a0'), unique('b1', 'b')]),
    section('two', [createIndex('a2', 'a'), analyze('a')]),
  ),
  planOf(section('one', [createIndex('a1', 'a'), comment('a1'), unique('b1', 'b')])),
  planOf(
    section('one', [createIndex('a1', 'a'), createIndex('b1', 'b'), createIndex('c1', 'c')]),
    section('two', [createIndex('a2', 'a'), analyze('b')]),
  ),
  planOf(section('one', [createIndex('i', 'p')])),
  planOf(section('one', [unique('i', 'p'), createIndex('a1', 'a')]), section('two', [comment('i')])),
  planOf(section('one', [createIndex('a1', 'a'), createIndex('i', 'p')]), section('two', [createIndex('q1_x', 'q1')])),
  planOf(table('a', [createIndex('a1', 'a'), analyze('a')]), table('b', [unique('b1', 'b')])),
  planOf(
    table('a', [createIndex('a1', 'a'), comment('a1')]),
    table('b', [createIndex('b1', 'b')]),
    section('the whole database', [{ ...analyze('a'), sql: 'ANALYZE', tables: [] }]),
    table('c', [createIndex('c1', 'c')]),
  ),
  {
    ...planOf(section('one', [createIndex('a1', 'a')]), section('two', [createIndex('b1', 'b')])),
    validations: [{ ...plain, kind: 'select', sql: 'SELECT 1' }],
  },
];

/** And those that rebuild what is there. */
export const REBUILDING: readonly Plan[] = [
  planOf(section('one', [reindex('a0')])),
  planOf(section('one', [createIndex('a1', 'a'), reindex('a0'), reindex('b0'), analyze('a')])),
  planOf(section('one', [reindex('b0')]), section('two', [reindex('b0'), createIndex('b1', 'b'), drop('b0')])),
];
