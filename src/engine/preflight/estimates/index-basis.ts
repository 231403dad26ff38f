import type { IndexPart } from '../../../plan/index-shape.ts';
import type { Sampled } from '../../../queries/sample_indexes.ts';
import type { ColumnStatisticsRow } from '../../../queries/table_statistics.ts';
import { type ColumnFacts, type IndexBasis, rowsPerPage } from '../../../run/index.ts';
import type { Wished } from './sample-wishes.ts';

type SampledIndex = Sampled['indexes'][number];

/** A value of an expression has the long header that an index does not keep for short ones. */
const LONG_HEADER = 3;
const SHORT = 126;

/** -1 and less: a share of the rows. See pg_stats.n_distinct. */
const distinctOf = (statistics: ColumnStatisticsRow | undefined, rows: number | null): number | null => {
  const given = statistics?.n_distinct ?? null;
  if (given === null || given === 0) return null;
  if (given > 0) return given;
  return rows === null ? null : -given * rows;
};

/** An expression that was not tried: a text, most often, of what its columns hold. */
const UNTRIED = { length: -1, align: 'i', equal: true };
/** What varies and nobody has measured: most are names, numbers and short texts. */
const UNMEASURED = { bytes: 16, least: 4, most: 80 };
/** An expression may make one byte of any text, or a digest of this length of any value. */
const DIGEST = 36;

type Width = Pick<ColumnFacts, 'bytes' | 'doubt'>;

/** How wide it is: as its type says, as was measured, as the statistics say, or a guess between bounds. */
const widthOf = (
  part: IndexPart,
  length: number,
  { bytes: ofStatistics, measured, ofColumns }: Record<'bytes' | 'measured' | 'ofColumns', number | null>,
): Width => {
  if (length > 0) return { bytes: length, doubt: null };
  const known = ofStatistics ?? measured;
  if (known !== null) return { bytes: known, doubt: null };
  if (part.column === null && ofColumns !== null)
    // Of a long value an expression most often takes a part.
    return {
      bytes: Math.min(ofColumns, DIGEST),
      doubt: { least: 1, most: Math.max(ofColumns, DIGEST), ofKnown: true },
    };
  const { bytes, least, most } = UNMEASURED;
  return { bytes, doubt: { least, most, ofKnown: false } };
};

/** What was measured has the first word, then the statistics; null when it is not even known what it is. */
const columnFacts = (
  part: IndexPart,
  at: number,
  statistics: ReadonlyMap<string, ColumnStatisticsRow>,
  sampled: SampledIndex | undefined,
  rows: number | null,
): ColumnFacts | null => {
  const known = part.column === null ? undefined : statistics.get(part.column);
  if (part.column !== null && known === undefined) return null;
  const seen = sampled?.columns[at];
  const { length, align, equal } = seen ?? known ?? UNTRIED;
  const size = sampled?.sizes?.[2 * at] ?? null;
  const short = size !== null && seen?.expression === true && length === -1 && size <= SHORT;
  const measured = size === null ? null : short ? size - LONG_HEADER : size;
  const bytes = part.columns.map((name) => statistics.get(name)?.bytes ?? null);
  const ofColumns = bytes.includes(null) ? null : bytes.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const nulls = known?.null_share ?? sampled?.sizes?.[2 * at + 1] ?? 0;
  return {
    type: known?.type ?? null,
    opclass: part.opclass,
    isArray: known?.is_array ?? false,
    elements: known?.elements ?? null,
    ...{ length, align, equal, nulls },
    ...widthOf(part, length, { bytes: known?.bytes ?? null, measured, ofColumns }),
    distinct: distinctOf(known, rows),
  };
};

/** All that is known of one index that is to be built, from its statement, the statistics and the sample. */
export function indexBasis(wished: Wished, nth: number, sampled: Sampled | null): IndexBasis {
  const { step, isPart, create, table, shape, statistics } = wished;
  const tried = sampled?.tables.find((each) => each.table === table.oid);
  const index = sampled?.indexes.find((each) => each.nth === nth);
  const { tuples, pages, now } = table;
  const counted = tuples !== null && pages !== null && tuples >= 0 && !(tuples === 0 && pages === 0);
  const catalog = counted ? { rows: tuples, pages } : null;
  const perPage = now === null ? null : rowsPerPage(now.block_size, now.fixed_bytes, now.varying);
  const blocks = tried?.blocks ?? now?.blocks ?? null;
  const guessed = perPage === null || blocks === null ? null : perPage.mid * blocks;
  const rows = catalog?.rows ?? (tried === undefined || tried.share === 0 ? guessed : tried.rows / tried.share);
  const columns = [...shape.keys, ...shape.included].map((part, at) => columnFacts(part, at, statistics, index, rows));
  const known = columns.filter((column): column is ColumnFacts => column !== null);
  return {
    step,
    part: isPart ? table.oid : null,
    method: create.method,
    unique: create.unique,
    storage: shape.storage,
    columns: known.length === columns.length ? known : null,
    keys: shape.keys.length,
    keyColumnsDistinct: [...new Set(shape.keys.flatMap((key) => key.columns))].map((name) =>
      distinctOf(statistics.get(name), rows),
    ),
    partial: shape.predicate !== null,
    plannedRows: sampled?.planned.find((each) => each.nth === nth)?.rows ?? null,
    unlogged: table.persistence === 'u',
    catalog,
    pages: blocks ?? catalog?.pages ?? null,
    perPage,
    borrowed: false,
    sample:
      tried === undefined || index === undefined
        ? null
        : {
            rows: tried.rows,
            share: tried.share,
            entries: index.entries,
            pages: index.pages,
            ms: Math.max(0, index.ms - (sampled?.emptyMs ?? 0)),
            meanMs: Math.max(0, index.meanMs - (sampled?.emptyMs ?? 0)),
            half: index.halfPages === null ? null : { rows: index.halfRows, pages: index.halfPages },
            distinct: index.distinct ?? null,
            single: index.single ?? null,
          },
    blockMs: tried?.blockMs ?? null,
  };
}
