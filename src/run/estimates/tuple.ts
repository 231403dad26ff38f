import type { ColumnFacts } from './facts.ts';

/** Of a B-tree page (PageHeaderData, BTPageOpaqueData) and of each tuple on it (ItemIdData, IndexTupleData, ItemPointerData). */
export const PAGE_HEADER = 24 + 16;
export const LINE = 4;
const HEADER = 8;
/** With a bitmap of NULLs: it is as long for every index (INDEX_MAX_KEYS), and then the header is aligned. */
const HEADER_WITH_NULLS = 16;
export const TID = 6;
export const MAXALIGN = 8;

const ALIGNMENTS: Readonly<Record<string, number>> = { c: 1, s: 2, i: 4, d: 8 };
/** A value with a header of one byte, which is not aligned. */
const SHORT_VALUE = 126;

export const aligned = (bytes: number, to = MAXALIGN): number => Math.ceil(bytes / to) * to;

/** Bytes of the values, NULLs left out: whole where all are of fixed length, else the mean. */
const dataBytes = (columns: readonly ColumnFacts[]): number => {
  let at = 0;
  for (const { length, align, bytes, nulls } of columns) {
    const to = length === -1 && bytes <= SHORT_VALUE ? 1 : (ALIGNMENTS[align] ?? MAXALIGN);
    const begins = at % 1 === 0 ? aligned(at, to) : at + (to - 1) / 2;
    at += (begins - at + bytes) * (1 - nulls);
  }
  return at;
};

/** Mean bytes of an index tuple with these values, without its line pointer (index_form_tuple). */
export const tupleBytes = (columns: readonly ColumnFacts[]): number => {
  const someNull = 1 - columns.reduce((none, { nulls }) => none * (1 - nulls), 1);
  const header = HEADER * (1 - someNull) + HEADER_WITH_NULLS * someNull;
  const data = dataBytes(columns);
  const varies = columns.some(({ length, nulls }) => length < 0 || (nulls > 0 && nulls < 1));
  // On the mean, what varies wastes half of what alignment may.
  return header + (varies ? Math.max(MAXALIGN, data + (MAXALIGN - 1) / 2) : Math.max(MAXALIGN, aligned(data)));
};
