import { quoteIdent, quoteQualified } from '../../../plan/ident.ts';
import { columnsOf, type IndexShape } from '../../../plan/index-shape.ts';
import { retargetIndex } from '../../../plan/index-statement.ts';
import type { CreateIndexStep } from '../../../plan/types.ts';
import type { SampleWish } from '../../../queries/sample_indexes.ts';
import type { TableBlocksRow } from '../../../queries/table_blocks.ts';
import type { ColumnStatisticsRow } from '../../../queries/table_statistics.ts';
import { searchPathText } from '../../catalog/search-path.ts';

/** A table that an index is to be built on, as the catalog has it. */
export interface WishedTable {
  oid: number;
  schema: string;
  name: string;
  owner: string;
  /** pg_class.relpersistence. */
  persistence: string | null;
  /** -1 while nobody has counted. */
  tuples: number | null;
  pages: number | null;
  blockSize: number;
  /** What it has on disk now, and of its columns; null where it could not be asked. */
  now: TableBlocksRow | null;
}

/** An index that is to be built, and what its statement says of it. */
export interface Wished {
  step: number;
  /** It is one of several that the step's index is made of. */
  isPart: boolean;
  create: CreateIndexStep;
  table: WishedTable;
  shape: IndexShape;
  /** It is tried on a sample, where anything is. */
  tried: boolean;
  /** Of its columns, by name. */
  statistics: ReadonlyMap<string, ColumnStatisticsRow>;
}

/** Rows that say enough of a B-tree: some twenty pages of it, and its time to a tenth. */
const ROWS = 4_000;
/** Other methods share keys among rows, and their pages are few: more rows, so that two sizes tell how they grow. */
const MORE_ROWS = 20_000;
/** Blocks read of a table whose rows nobody has counted. */
const UNKNOWN_BLOCKS = 100;
const MOST_BLOCKS = 600;

/** Methods with one entry a row and no sharing but what statistics tell: one size is enough. BRIN goes by a rule. */
const ONE_SIZE: ReadonlySet<string> = new Set(['btree', 'hash', 'brin']);

const blocksFor = ({ tuples, pages }: WishedTable, rows: number): number =>
  tuples === null || pages === null || tuples <= 0 || pages <= 0
    ? UNKNOWN_BLOCKS
    : Math.min(MOST_BLOCKS, Math.ceil((rows * pages) / tuples));

const onto = (create: CreateIndexStep, what: 'sample' | 'half'): string =>
  retargetIndex(create.buildSql, {
    relation: { schema: 'pg_temp', table: `indexdeck_${what}` },
    name: `indexdeck_${what}_index`,
    concurrently: false,
  });

/** What the statistics leave open: how wide an expression is, how many different keys several columns make. */
const needsMeasure = ({ create, shape: { keys, included }, statistics }: Wished): boolean =>
  create.method === 'btree' &&
  ((keys.length > 1 && !create.unique) ||
    [...keys, ...included].some(({ column }) => column === null || statistics.get(column)?.n_distinct == null));

/** Its size as far as anybody knows, to begin with the largest. */
export const blocksNow = ({ now, pages }: WishedTable): number => now?.blocks ?? pages ?? 0;

/** One sample for all indexes of a table under one search path, the largest tables first. */
export function sampleWishes(wished: readonly Wished[]): SampleWish[] {
  const wishes = new Map<string, SampleWish & { pages: number }>();
  for (const [nth, each] of wished.entries()) {
    const { create, table, shape, tried } = each;
    if (!tried) continue;
    const path = create.searchPath === null ? null : searchPathText(create.searchPath);
    const key = `${table.oid} ${path}`;
    const wish = wishes.get(key) ?? {
      table: table.oid,
      from: `only ${quoteQualified(table.schema, table.name)}`,
      owner: quoteIdent(table.owner),
      path,
      columns: [],
      blocks: 0,
      creates: [],
      pages: blocksNow(table),
    };
    wishes.set(key, wish);
    const once = ONE_SIZE.has(create.method);
    wish.blocks = Math.max(wish.blocks, blocksFor(table, once ? ROWS : MORE_ROWS));
    wish.columns = [...new Set([...wish.columns, ...columnsOf(shape).map(quoteIdent)])];
    wish.creates.push({
      nth,
      sql: onto(create, 'sample'),
      half: once ? null : onto(create, 'half'),
      measure: needsMeasure(each),
      partial: shape.predicate !== null,
    });
  }
  return [...wishes.values()].sort((a, b) => b.pages - a.pages).map(({ pages: _pages, ...wish }) => wish);
}
