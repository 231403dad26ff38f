import type { IndexBasis, ServerBasis } from './facts.ts';
import { around, type Range, scaled, ZERO } from './range.ts';
import { heapRows, indexedRows } from './rows.ts';
import { indexPages } from './size.ts';
import { spills, tempBytes, walBytes } from './space.ts';
import { buildTime, rateOf } from './time.ts';

/** What one build is expected to come to; null: nobody can say, and `why` says why. Waits are not in the time. */
export interface StepEstimate {
  step: number;
  /** sample: tried on rows of its table. statistics: by the catalog alone. */
  by: 'sample' | 'statistics';
  bytes: Range | null;
  walBytes: Range | null;
  tempBytes: Range | null;
  ms: Range | null;
  why: string | null;
  /** What the build of another database would take here, by the size of the tables. */
  elsewhere?: Range;
}

const median = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** Of those that were tried; an index that was not may be of any kind. */
const usualRate = (indexes: readonly IndexBasis[]): Range | null => {
  const rate = median(indexes.flatMap((basis) => rateOf(basis) ?? []));
  return rate === null ? null : around(rate, 0.3, 4);
};

/** A machine has no more other work than this that would last. */
const MOST_LOAD = 4;

/** How much longer builds take than they would alone: by all that were tried together, since a single one tells nothing. */
const loadOf = (indexes: readonly IndexBasis[]): number => {
  const samples = indexes.flatMap(({ sample }) => sample ?? []);
  const best = samples.reduce((sum, { ms }) => sum + ms, 0);
  const mean = samples.reduce((sum, { meanMs }) => sum + meanMs, 0);
  return best <= 0 ? 1 : Math.min(MOST_LOAD, Math.max(1, mean / best));
};

const whyNot = (bytes: Range | null, ms: Range | null, noSample: string | null): string | null => {
  if (bytes !== null && ms !== null) return null;
  if (noSample !== null) return noSample;
  return bytes === null ? 'nothing is known of the table’s rows or of the width of the keys' : 'nothing was measured';
};

/** An estimate for each index that is to be built. */
export const estimateIndexes = (
  indexes: readonly IndexBasis[],
  server: ServerBasis,
  noSample: string | null,
): StepEstimate[] => {
  const usual = usualRate(indexes);
  const load = loadOf(indexes);
  const usualBlockMs = median(indexes.flatMap(({ blockMs }) => blockMs ?? []));
  return indexes.map((basis) => {
    const heap = heapRows(basis);
    const pages = indexPages(basis, server.blockSize);
    const by = basis.sample === null ? 'statistics' : 'sample';
    const bytes = pages === null ? null : scaled(pages, server.blockSize);
    if (heap === null || pages === null || bytes === null) {
      const why = whyNot(bytes, null, noSample);
      return { step: basis.step, by, bytes, walBytes: null, tempBytes: null, ms: null, why };
    }
    const entries = indexedRows(basis, heap);
    const spilt = spills(basis, server, entries);
    const ms = buildTime({ basis, server, heap, entries, pages, spills: spilt, usualRate: usual, load, usualBlockMs });
    return {
      step: basis.step,
      by,
      bytes,
      walBytes: walBytes(basis, server, bytes, entries),
      tempBytes: entries.high === 0 ? ZERO : tempBytes(basis, server, entries),
      ms,
      why: whyNot(bytes, ms, noSample),
    };
  });
};
