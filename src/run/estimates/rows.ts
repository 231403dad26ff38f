import type { IndexBasis } from './facts.ts';
import { around, exactly, type Range, range, scaled } from './range.ts';

/** HeapTupleHeaderData with its alignment, and ItemIdData. */
const TUPLE = 24 + 4;
/** A value that varies: a NULL or next to nothing, what the planner takes it for, and a long one. */
const VARYING = { least: 1, usual: 32, most: 250 };
/** As many as a page can have at all (MaxHeapTuplesPerPage, of 8 kB). */
const MOST_ON_PAGE = 291;

/**
 * Rows on a page that nobody has counted: as the planner has it (estimate_rel_size), and around that what other values would
 * make of it, or rows that are dead.
 */
export const rowsPerPage = (blockSize: number, fixedBytes: number, varying: number): Range => {
  const having = (each: number): number => (blockSize - 24) / (TUPLE + fixedBytes + varying * each);
  const most = (MOST_ON_PAGE * blockSize) / 8192;
  return range(
    0.4 * having(VARYING.most),
    Math.min(most, having(VARYING.usual)),
    Math.min(most, having(VARYING.least) * 1.25),
  );
};

/** Rows of the table: as the planner has it, the catalog's rows a page by today's pages; or as the sample has it; else by its size. Null: unknown. */
export const heapRows = ({ catalog, pages, sample, perPage }: IndexBasis): Range | null => {
  if (sample !== null && sample.share >= 1) return exactly(sample.rows);
  const sampled = sample === null || sample.share <= 0 ? null : sample.rows / sample.share;
  if (catalog !== null && catalog.pages > 0 && pages !== null) {
    const planned = (catalog.rows * pages) / catalog.pages;
    // What a sample of few blocks says to a tenth is no news.
    const differs = sampled !== null && Math.abs(sampled - planned) > planned * 0.1;
    return differs
      ? range(Math.min(planned, sampled), planned, Math.max(planned, sampled))
      : around(planned, 0.97, 1.03);
  }
  if (sampled !== null) return around(sampled, 0.85, 1.15);
  if (catalog !== null) return around(catalog.rows, 0.8, 1.25);
  return perPage === null || pages === null ? null : scaled(perPage, pages);
};

/** Fewer hits than this in a sample say little of how often a predicate is true. */
const TELLING = 50;

/** Rows that get an entry. */
export const indexedRows = (basis: IndexBasis, heap: Range): Range => {
  const { partial, plannedRows, sample } = basis;
  if (!partial) return heap;
  // A GIN or GiST index counts other entries than rows, so that its sample does not tell.
  const counts = sample !== null && sample.rows > 0 && basis.method !== 'gin';
  const seen = counts ? (sample.entries / sample.rows) * heap.mid : null;
  if (counts && sample.share >= 1) return exactly(sample.entries);
  const hits = counts ? sample.entries : 0;
  const options = [seen, plannedRows].filter((each) => each !== null);
  if (options.length === 0) return range(0, heap.mid / 2, heap.high);
  const mid = seen !== null && (hits >= TELLING || plannedRows === null) ? seen : (plannedRows ?? 0);
  // The chance of so many hits scatters by their root.
  const scatter = hits > 0 ? 2 / Math.sqrt(hits) : 1;
  return range(
    Math.min(...options, mid * (1 - Math.min(0.9, scatter))),
    Math.min(mid, heap.high),
    Math.min(heap.high, Math.max(...options, mid * (1 + scatter))),
  );
};
