import type { IndexPart } from '../../../plan/index-shape.ts';
import type { Sampled } from '../../../queries/sample_indexes.ts';
import type { ColumnStatisticsRow } from '../../../queries/table_statistics.ts';
import type { ColumnFacts, IndexBasis } from '../../../run/index.ts';
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

/** What was measured has the first word, then the statistics; null when neither knows how wide it is. */
const columnFacts = (
  part: IndexPart,
  at: number,
  statistics: ReadonlyMap<string, ColumnStatisticsRow>,
  sampled: SampledIndex | undefined,
  rows: number | null,
): ColumnFacts | null => {
  const known = part.column === null ? undefined : statistics.get(part.column);
  const seen = sampled?.columns[at];
  const { length, align, equal } = seen ?? known ?? UNTRIED;
  const measured = sampled?.sizes?.[2 * at] ?? null;
  const short = measured !== null && seen?.expression === true && length === -1 && measured <= SHORT;
  const width = measured === null ? null : short ? measured - LONG_HEADER : measured;
  const ofColumns = part.columns.map((name) => statistics.get(name)?.bytes ?? null);
  const guessed = ofColumns.includes(null) ? null : ofColumns.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const bytes = length > 0 ? length : (known?.bytes ?? width ?? guessed);
  if (bytes === null) return null;
  const nulls = known?.null_share ?? sampled?.sizes?.[2 * at + 1] ?? 0;
  return { length, align, equal, bytes, nulls, distinct: distinctOf(known, rows) };
};

/** All that is known of one planned index, from its statement, the statistics and the sample. */
export function indexBasis({ step, create, row, shape, statistics }: Wished, sampled: Sampled | null): IndexBasis {
  const table = sampled?.tables.find((each) => each.table === row.table_oid);
  const index = sampled?.indexes.find((each) => each.step === step);
  const { table_tuples: tuples, table_pages: pages } = row;
  const counted = tuples !== null && pages !== null && tuples >= 0 && !(tuples === 0 && pages === 0);
  const catalog = counted ? { rows: tuples, pages } : null;
  const rows = catalog?.rows ?? (table === undefined || table.share === 0 ? null : table.rows / table.share);
  const columns = [...shape.keys, ...shape.included].map((part, at) => columnFacts(part, at, statistics, index, rows));
  const known = columns.filter((column): column is ColumnFacts => column !== null);
  return {
    step,
    method: create.method,
    unique: create.unique,
    storage: shape.storage,
    columns: known.length === columns.length ? known : null,
    keys: shape.keys.length,
    keyColumnsDistinct: [...new Set(shape.keys.flatMap((key) => key.columns))].map((name) =>
      distinctOf(statistics.get(name), rows),
    ),
    partial: shape.predicate !== null,
    plannedRows: sampled?.planned.find((each) => each.step === step)?.rows ?? null,
    unlogged: row.table_persistence === 'u',
    catalog,
    pages: table?.blocks ?? catalog?.pages ?? null,
    sample:
      table === undefined || index === undefined
        ? null
        : {
            rows: table.rows,
            share: table.share,
            entries: index.entries,
            pages: index.pages,
            ms: Math.max(0, index.ms - (sampled?.emptyMs ?? 0)),
            meanMs: Math.max(0, index.meanMs - (sampled?.emptyMs ?? 0)),
            half: index.halfPages === null ? null : { rows: index.halfRows, pages: index.halfPages },
            distinct: index.distinct ?? null,
            single: index.single ?? null,
          },
    blockMs: table?.blockMs ?? null,
  };
}
