import { btreePages, FILLFACTOR } from './btree.ts';
import { distinctKeys } from './distinct.ts';
import type { ColumnFacts, IndexBasis } from './facts.ts';
import { exactly, type Range, range } from './range.ts';
import { heapRows, indexedRows } from './rows.ts';
import { tupleBytes } from './tuple.ts';
import { untriedPages } from './untried.ts';

/** A sample of fewer pages says nothing of what the model has missed. */
const TELLING_PAGES = 15;

const storageNumber = ({ storage }: IndexBasis, name: string, otherwise: number): number => {
  const given = Number(storage[name]);
  return Number.isFinite(given) && given > 0 ? given : otherwise;
};

const isOff = (value: string | undefined): boolean => /^(off|false|no|0)$/i.test(value ?? '');

const btreeSize = (basis: IndexBasis, rows: Range, blockSize: number): Range | null => {
  const { columns, keys, unique, sample, storage } = basis;
  if (columns === null) return null;
  const distinct = distinctKeys(basis, rows.mid);
  // Where a width is a guess, the range is that of its bounds.
  const wide = (end: 'least' | 'most') =>
    columns.map((column) => (column.doubt === null ? column : { ...column, bytes: column.doubt[end] }));
  // _bt_allequalimage: all key columns must allow it, and there must be no included ones.
  const merges =
    !unique &&
    !isOff(storage.deduplicate_items) &&
    columns.length === keys &&
    columns.slice(0, keys).every(({ equal }) => equal);
  const fillfactor = storageNumber(basis, 'fillfactor', FILLFACTOR);
  // The server refuses longer ones (BTMaxItemSize: three have to fit on a page).
  const longest = Math.floor(blockSize / 3);
  const shape = (all: readonly ColumnFacts[]) => ({
    ...{ blockSize, merges, fillfactor },
    tuple: Math.min(longest, tupleBytes(all)),
    key: Math.min(longest, tupleBytes(all.slice(0, keys))),
  });
  const common = shape(columns);
  const seen = merges ? (sample?.distinct ?? null) : (sample?.entries ?? null);
  const missed =
    sample === null || seen === null || sample.pages < TELLING_PAGES
      ? null
      : (sample.pages - 1) /
        Math.max(
          1,
          btreePages({ ...common, entries: sample.entries, distinct: seen, single: merges ? sample.single : null }) - 1,
        );
  // What the sample has put right needs no bounds.
  const ends = missed === null ? wide : () => columns;
  const factor = missed === null ? 1 : Math.min(2, Math.max(0.5, missed));
  const margin = missed === null ? 0.12 : 0.05;
  const of = (entries: number, different: number | undefined, all = common) =>
    btreePages({ ...all, entries, distinct: different ?? entries, single: null }) * factor;
  return range(
    of(rows.low, distinct === null ? 1 : (distinct.low * rows.low) / Math.max(1, rows.mid), shape(ends('least'))) *
      (1 - margin),
    of(rows.mid, distinct?.mid),
    of(
      rows.high,
      distinct === null ? rows.high : Math.max(distinct.high, (distinct.high * rows.high) / Math.max(1, rows.mid)),
      shape(ends('most')),
    ) *
      (1 + margin),
  );
};

/** Buckets grow in quarters of a power of two (_hash_spareindex), each a page, and long ones overflow into others. */
const hashSize = (basis: IndexBasis, rows: Range, blockSize: number): Range => {
  const tuple = 8 + 8 + 4;
  const perBucket = Math.max(10, Math.floor((blockSize * storageNumber(basis, 'fillfactor', 75)) / 100 / tuple));
  const pages = (entries: number): number => {
    const wanted = Math.max(2, Math.ceil(entries / perBucket));
    const below = 2 ** Math.floor(Math.log2(wanted));
    const step = wanted <= 1024 ? below : below / 4;
    return wanted === below ? wanted : below + Math.ceil((wanted - below) / step) * step;
  };
  return range(pages(rows.low), pages(rows.mid) * 1.1 + 2, pages(rows.high) * 2 + 2);
};

/** One summary for each so many pages, and a map of them. */
const brinSize = (basis: IndexBasis, blockSize: number): Range | null => {
  const { pages, columns } = basis;
  if (pages === null) return null;
  const summaries = Math.ceil(pages / storageNumber(basis, 'pages_per_range', 128));
  // Least and most of each column.
  const width = 24 + (columns === null ? 64 : columns.reduce((sum, { bytes }) => sum + 2 * bytes + 2, 0));
  const all = 2 + Math.ceil((summaries * width) / blockSize) + Math.floor((summaries * TID_OF_RANGE) / blockSize);
  return range(all - 1, all, all * 1.5 + 1);
};
const TID_OF_RANGE = 6;

/** What is shared among rows cannot be had from statistics: as it grew from half of the sample to the whole of it. */
const sampledSize = ({ sample, pages: heapPages }: IndexBasis, heap: Range): Range | null => {
  if (sample === null || sample.half === null || heapPages === null) return null;
  const { rows, pages, half } = sample;
  const more = Math.max(1, rows - half.rows);
  const left = (of: number) => Math.max(0, of - rows);
  const grown = pages - half.pages;
  // Of each size the last page may be nearly empty: no growth that is seen is half a page of it, on the mean.
  return range(
    pages + (Math.max(0, grown - 1) / more) * left(heap.low),
    pages + (Math.max(grown, 0.5) / more) * left(heap.mid),
    pages + (Math.max(grown + 1, pages) / more) * left(heap.high),
  );
};

/** Of an index without an entry: its first page, and what a method has beside it from the beginning. */
const EMPTY: Readonly<Record<string, Range>> = { btree: exactly(1), gist: exactly(1), gin: exactly(2) };

/** Pages of the index once it is built; null when nobody can say. */
export const indexPages = (basis: IndexBasis, blockSize: number): Range | null => {
  const { method, sample } = basis;
  // The whole table was the sample: what may differ is what comes until then.
  if (sample !== null && sample.share >= 1) return range(sample.pages, sample.pages, Math.ceil(sample.pages * 1.1));
  if (method === 'brin') return brinSize(basis, blockSize);
  const heap = heapRows(basis);
  if (heap === null) return null;
  if (heap.high === 0) return EMPTY[method] ?? range(1, 3, 10);
  if (method === 'btree') return btreeSize(basis, indexedRows(basis, heap), blockSize);
  if (method === 'hash') return hashSize(basis, indexedRows(basis, heap), blockSize);
  return sampledSize(basis, heap) ?? untriedPages(basis, indexedRows(basis, heap), blockSize);
};
