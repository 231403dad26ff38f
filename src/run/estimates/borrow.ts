import type { ColumnFacts, IndexBasis, SampleFacts } from './facts.ts';
import { heapRows } from './rows.ts';

/** A sample that is all of a table says how large it is, and not how it grows. */
const MOST_SHARE = 0.99;

/** The sample as if `rows` had been looked at: fewer rows of the same kind. */
const thinned = (sample: SampleFacts, rows: number): SampleFacts => {
  const part = Math.min(1, rows / Math.max(1, sample.rows));
  const of = (value: number): number => value * part;
  const maybe = (value: number | null): number | null => (value === null ? null : of(value));
  return {
    rows: of(sample.rows),
    share: sample.share,
    entries: of(sample.entries),
    pages: 1 + of(Math.max(0, sample.pages - 1)),
    ms: of(sample.ms),
    meanMs: of(sample.meanMs),
    half: sample.half && { rows: of(sample.half.rows), pages: 1 + of(Math.max(0, sample.half.pages - 1)) },
    distinct: maybe(sample.distinct),
    single: maybe(sample.single),
  };
};

/** What nobody has counted of this partition, as it is in the other one. */
const columnsLike = (own: IndexBasis, rows: number, other: IndexBasis, otherRows: number): IndexBasis['columns'] =>
  other.columns?.map((column, at): ColumnFacts => {
    const mine = own.columns?.[at];
    if (mine !== undefined && mine.doubt === null && mine.type !== null && mine.distinct !== null) return mine;
    const distinct = column.distinct === null ? null : Math.min(rows, column.distinct);
    // Values that nearly each row has for itself grow with the rows.
    const grows = column.distinct !== null && column.distinct > otherRows / 10;
    return { ...column, distinct: grows ? ((column.distinct ?? 0) * rows) / Math.max(1, otherRows) : distinct };
  }) ?? own.columns;

const borrowedFrom = (own: IndexBasis, other: IndexBasis): IndexBasis => {
  const { sample, pages: otherPages } = other;
  const otherRows = heapRows(other)?.mid ?? 0;
  if (sample === null || otherRows <= 0) return own;
  // By its own count of rows, or as many to a page as in the other one.
  const ofPages =
    own.pages === null || otherPages === null || otherPages <= 0 ? null : (own.pages * otherRows) / otherPages;
  const rows = own.catalog === null ? ofPages : (heapRows(own)?.mid ?? null);
  if (rows === null || rows <= 0) return own;
  const fewer = thinned(sample, rows * MOST_SHARE);
  return {
    ...own,
    columns: columnsLike(own, rows, other, otherRows),
    keyColumnsDistinct: own.keyColumnsDistinct.map((each, at) => each ?? other.keyColumnsDistinct[at] ?? null),
    plannedRows: other.plannedRows === null ? null : (other.plannedRows * rows) / otherRows,
    sample: { ...fewer, share: Math.min(MOST_SHARE, fewer.rows / rows) },
    borrowed: true,
    blockMs: other.blockMs,
  };
};

const distance = (a: IndexBasis, b: IndexBasis): number =>
  Math.abs(Math.log((a.pages ?? 1) + 1) - Math.log((b.pages ?? 1) + 1));

/** Partitions that were not tried get the sample of the one among the tried that is nearest to them in size. */
export const borrowSamples = (all: readonly IndexBasis[]): IndexBasis[] => {
  const tried = Map.groupBy(
    all.filter(({ part, sample }) => part !== null && sample !== null && sample.rows > 0),
    ({ step }) => step,
  );
  return all.map((own) => {
    if (own.part === null || own.sample !== null) return own;
    const [nearest] = (tried.get(own.step) ?? []).toSorted((a, b) => distance(own, a) - distance(own, b));
    return nearest === undefined ? own : borrowedFrom(own, nearest);
  });
};
