import type { IndexBasis, ServerBasis } from './facts.ts';
import { around, type Range, range, sum } from './range.ts';

/** Milliseconds of a build: what was measured on a sample, on this server, taken to the size of the table. Waits are not in it. */
export interface TimeInput {
  basis: IndexBasis;
  server: ServerBasis;
  /** Rows of the table, and entries of the index. */
  heap: Range;
  entries: Range;
  pages: Range;
  /** The sort does not fit into memory. */
  spills: boolean;
  /** For an index that was not tried itself: ms for an entry and each doubling of their number, of others of the plan. */
  usualRate: Range | null;
  /** How much longer than alone, by what else the machine does. */
  load: number;
  /** Of a table that was not read: ms for a block, of others of the plan. */
  usualBlockMs: number | null;
}

/** A sort compares each entry about so often. */
const doublings = (entries: number): number => Math.log2(Math.max(2, entries));

/** Fewer rows were over before the clock had moved. */
const TELLING_ROWS = 200;

/** ms of the sample for an entry and each doubling; null when it was too short to tell. */
export const rateOf = ({ sample }: IndexBasis): number | null =>
  sample === null || sample.rows < TELLING_ROWS ? null : sample.ms / (sample.rows * doublings(sample.rows));

/** Reading, making entries, sorting and writing leaves, by one process. */
const byOne = ({ basis, heap, entries, usualRate }: TimeInput): Range | null => {
  const { sample } = basis;
  const rate = rateOf(basis);
  // Nothing to be taken further: what was tried is the whole of it.
  if (sample !== null && sample.share >= 1)
    return rate === null ? around(sample.ms, 0.2, 5) : around(sample.ms, 0.6, 1.8);
  const rates = rate === null ? usualRate : around(rate, 0.6, 1.8);
  if (rates === null) return null;
  // What a predicate leaves out was not sorted in the sample either.
  const rows = rate === null ? entries : heap;
  const work = (n: number): number => n * doublings(n);
  return range(rates.low * work(rows.low), rates.mid * work(rows.mid), rates.high * work(rows.high));
};

/** Parallel workers by the server's rule (plan_create_index_workers): by the table's size, and 32 MB of memory for each. */
export const parallelWorkers = (
  { method, pages }: IndexBasis,
  { workers, parallelPages, memory }: ServerBasis,
): number => {
  if (method !== 'btree' || pages === null || pages < parallelPages) return 0;
  const bySize = 1 + Math.floor(Math.log(pages / Math.max(1, parallelPages)) / Math.log(3));
  const byMemory = Math.floor(memory / (32 * 1024 * 1024)) - 1;
  return Math.max(0, Math.min(workers, bySize, byMemory));
};

/** Reading a block takes no longer than this when it is in memory. */
const CACHED_BLOCK_MS = 0.15;

/** Reading the whole table once; one that is not in memory is read in order, which is faster than the sample's blocks here and there. */
const scan = (blocks: number, blockMs: number): Range => {
  const fast = Math.min(blockMs, CACHED_BLOCK_MS);
  const slow = Math.max(0, blockMs - CACHED_BLOCK_MS);
  return range(blocks * (fast * 0.6 + slow / 20), blocks * (fast + slow / 4), blocks * (fast * 1.5 + slow));
};

/** ms for a page of the index: WAL and the page itself, at 800, 300 and 80 MB/s. */
const WRITE_MS = { low: 0.01, mid: 0.027, high: 0.1 };
/** Four short transactions, each flushed. */
const COMMITS_MS = { low: 2, mid: 6, high: 80 };
const CATALOG_CHANGES = 4;

/** Null when nothing was measured here. */
export const buildTime = (input: TimeInput): Range | null => {
  const { basis, server, pages, spills } = input;
  const alone = byOne(input);
  if (alone === null || basis.pages === null) return null;
  const workers = parallelWorkers(basis, server);
  // With all of them at work, with as many as a server in use has left, with none.
  const building = range(
    alone.low / (1 + 0.8 * workers),
    (alone.mid * input.load) / (1 + 0.3 * workers),
    alone.high * input.load,
  );
  const blockMs = basis.blockMs ?? input.usualBlockMs ?? 0;
  // The sample was read from memory when it was built: only what the table costs more is not in its time.
  const first = scan(basis.pages, rateOf(basis) === null ? blockMs : Math.max(0, blockMs - CACHED_BLOCK_MS));
  return sum([
    spills ? range(building.low * 1.1, building.mid * 1.4, building.high * 2) : building,
    first,
    // Validation: the table again, and the entries' places sorted.
    scan(basis.pages, blockMs),
    range(pages.low * WRITE_MS.low, pages.mid * WRITE_MS.mid, pages.high * WRITE_MS.high),
    around(CATALOG_CHANGES * (server.emptyMs ?? 0), 0.5, 2),
    range(COMMITS_MS.low, COMMITS_MS.mid, COMMITS_MS.high),
  ]);
};
