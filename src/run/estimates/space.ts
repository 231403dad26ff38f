import type { IndexBasis, ServerBasis } from './facts.ts';
import { type Range, range, ZERO } from './range.ts';
import { parallelWorkers } from './time.ts';
import { tupleBytes } from './tuple.ts';

/** In memory a sorted tuple has an entry of the sort's own (SortTuple) and a header of its memory chunk. */
const SORT_OVERHEAD = 24 + 16;
/** On disk its length, twice. */
const TAPE_OVERHEAD = 8;
/** Validation sorts the entries' places. */
const PLACE = 24;
const PLACE_ON_TAPE = 16;

const sortedTuple = ({ method, columns, keys }: IndexBasis): number | null => {
  if (method === 'hash') return 16;
  return method === 'btree' && columns !== null && keys > 0 ? tupleBytes(columns) : null;
};

/**
 * Bytes in temporary files of a build: what its sort does not keep in memory. Workers put down all that they have sorted. The places of
 * the entries are sorted after that, when it is gone. Null when it is not known how wide the entries are.
 */
export const tempBytes = (basis: IndexBasis, server: ServerBasis, entries: Range): Range | null => {
  const places = (n: number): number => (n * PLACE > server.memory ? n * PLACE_ON_TAPE : 0);
  const tuple = sortedTuple(basis);
  if (basis.method === 'btree' && tuple === null) return null;
  const apart = parallelWorkers(basis, server) > 0;
  const of = (n: number): number => {
    const sorted = tuple !== null && (apart || n * (tuple + SORT_OVERHEAD) > server.memory);
    return Math.max(places(n), sorted ? n * ((tuple ?? 0) + TAPE_OVERHEAD) : 0);
  };
  return range(apart ? 0 : of(entries.low), of(entries.mid), of(entries.high));
};

/** The sort of the entries is larger than the memory for it. */
export const spills = (basis: IndexBasis, server: ServerBasis, entries: Range): boolean => {
  const tuple = sortedTuple(basis);
  return tuple !== null && entries.mid * (tuple + SORT_OVERHEAD) > server.memory;
};

/** Pages of the catalog that are written whole after a checkpoint, and what else a build says of itself. */
const BESIDE = 128 * 1024;
/** XLOG_HASH_INSERT: a hash index is filled entry by entry. */
const HASH_ENTRY = 72;

/** Bytes of WAL: each page of the index as it is, without the hole in its middle. */
export const walBytes = (basis: IndexBasis, server: ServerBasis, bytes: Range, entries: Range): Range => {
  if (basis.unlogged) return range(ZERO.low, BESIDE / 2, BESIDE);
  const least = server.walCompressed ? 0.3 : 0.8;
  const each = server.walCompressed ? 0.6 : 0.95;
  const more = (n: number): number => (basis.method === 'hash' ? n * HASH_ENTRY : 0);
  return range(
    bytes.low * least + more(entries.low),
    bytes.mid * each + more(entries.mid) + BESIDE / 2,
    bytes.high * 1.1 + more(entries.high) + 2 * BESIDE,
  );
};
