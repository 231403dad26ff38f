import type { IndexBasis, ServerBasis } from './facts.ts';
import { around, type Range, scaled, widened, ZERO } from './range.ts';
import { heapRows, indexedRows } from './rows.ts';
import { indexPages } from './size.ts';
import { spills, tempBytes, walBytes } from './space.ts';
import { buildTime, rateOf } from './time.ts';
import { isKnownMethod } from './untried.ts';
import { wholeOf } from './whole.ts';

/** What one build is expected to come to; null: nobody can say, and `why` says why. Waits are not in the time. */
export interface BuildEstimate {
  /** sample: tried on rows of its table. statistics: by the catalog alone. */
  by: 'sample' | 'statistics';
  bytes: Range | null;
  walBytes: Range | null;
  tempBytes: Range | null;
  ms: Range | null;
  why: string | null;
}

/** One of those that an index on a partitioned table is made of. */
export interface PartEstimate extends BuildEstimate {
  /** OID of the partition. */
  table: number;
}

/** Of a step of the plan, or later of a run's own. */
export interface StepEstimate extends BuildEstimate {
  step: number;
  /** An index on a partitioned table: its parts, which the rest is the sum of; their times one after the other. */
  parts?: PartEstimate[];
  /** What the build of another database would take here, by the size of the tables. */
  elsewhere?: Range;
}

const median = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** Of those that were tried; an index that was not may be of any kind. */
const usualRate = (indexes: readonly IndexBasis[]): Range | null => {
  const rate = median(indexes.flatMap((basis) => (basis.borrowed ? [] : (rateOf(basis) ?? []))));
  return rate === null ? null : around(rate, 0.3, 4);
};

/** A machine has no more other work than this that would last. */
const MOST_LOAD = 4;

/** How much longer builds take than they would alone: by all that were tried together, since a single one tells nothing. */
const loadOf = (indexes: readonly IndexBasis[]): number => {
  const samples = indexes.flatMap(({ sample, borrowed }) => (borrowed ? [] : (sample ?? [])));
  const best = samples.reduce((sum, { ms }) => sum + ms, 0);
  const mean = samples.reduce((sum, { meanMs }) => sum + meanMs, 0);
  return best <= 0 ? 1 : Math.min(MOST_LOAD, Math.max(1, mean / best));
};

/** Why nobody can say how large it will be: in words that say what was missing. */
const noSize = ({ method, columns }: IndexBasis, rows: boolean, noSample: string | null): string => {
  const tried = noSample ?? 'nothing could be tried on its table';
  if (!rows) return `nobody has counted the table’s rows, and its size could not be read: ${tried}`;
  if (method !== 'btree' && method !== 'hash' && method !== 'brin' && !isKnownMethod(method))
    return `what the access method ${method} makes of a row is only known where it can be tried: ${tried}`;
  if (columns === null) return `nothing is known of its columns: ${tried}`;
  return `there are no statistics of what is in its columns, and the method ${method} goes by that: ${tried}`;
};

const whyNot = (
  basis: IndexBasis,
  heap: Range | null,
  bytes: Range | null,
  ms: Range | null,
  noSample: string | null,
) => {
  if (bytes === null) return noSize(basis, heap !== null, noSample);
  return ms === null ? (noSample ?? 'nothing was measured') : null;
};

/** Another partition's rows and another partition's time. */
const BORROWED = 1.5;

/** An estimate for each index that is to be built: of one that is made of several, of each of these and of all together. */
export const estimateIndexes = (
  indexes: readonly IndexBasis[],
  serverOf: (step: number) => ServerBasis,
  noSample: string | null,
): StepEstimate[] => {
  const usual = usualRate(indexes);
  const load = loadOf(indexes);
  const usualBlockMs = median(indexes.flatMap(({ blockMs }) => blockMs ?? []));
  const estimated = (basis: IndexBasis): BuildEstimate => {
    const server = serverOf(basis.step);
    const further = (one: Range): Range => (basis.borrowed ? widened(one, BORROWED) : one);
    const heap = heapRows(basis);
    const found = indexPages(basis, server.blockSize);
    const by = basis.sample === null || basis.borrowed ? 'statistics' : 'sample';
    if (heap === null || found === null) {
      const bytes = found === null ? null : scaled(found, server.blockSize);
      return { by, bytes, walBytes: null, tempBytes: null, ms: null, why: whyNot(basis, heap, bytes, null, noSample) };
    }
    const pages = further(found);
    const bytes = scaled(pages, server.blockSize);
    const entries = indexedRows(basis, heap);
    const spilt = spills(basis, server, entries);
    const time = buildTime({
      basis,
      server,
      heap,
      entries,
      pages,
      spills: spilt,
      usualRate: usual,
      load,
      usualBlockMs,
    });
    const ms = time === null ? null : further(time);
    return {
      by,
      bytes,
      walBytes: walBytes(basis, server, bytes, entries),
      tempBytes: entries.high === 0 ? ZERO : tempBytes(basis, server, entries),
      ms,
      why: whyNot(basis, heap, bytes, ms, noSample),
    };
  };
  const steps = Map.groupBy(indexes, ({ step }) => step);
  return [...steps].map(([step, bases]): StepEstimate => {
    const [only] = bases;
    if (only?.part === null) return { step, ...estimated(only) };
    return { step, ...wholeOf(bases.map((basis) => ({ table: basis.part ?? 0, ...estimated(basis) }))) };
  });
};
