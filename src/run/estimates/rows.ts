import type { IndexBasis } from './facts.ts';
import { around, exactly, type Range, range } from './range.ts';

/** Rows of the table: as the planner has it, the catalog's rows a page by today's pages; or as the sample has it. Null: unknown. */
export const heapRows = ({ catalog, pages, sample }: IndexBasis): Range | null => {
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
  return catalog === null ? null : around(catalog.rows, 0.8, 1.25);
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
