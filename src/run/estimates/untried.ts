import type { ColumnFacts, IndexBasis } from './facts.ts';
import { combine, type Range, range, sum } from './range.ts';

/**
 * Sizes of indexes of methods that share keys among rows or cut them up, where nothing was tried: from the statistics alone. The ranges
 * are as wide as what these leave open, and the middle is no more than the middle.
 */

/** Of a page less its header and what its end holds (PageHeaderData, GinPageOpaqueData and the like). */
const usable = (blockSize: number): number => blockSize - 24 - 16;
/** IndexTupleData and ItemIdData. */
const ENTRY = 8 + 4;

/** Different keys that a row has in a GIN index, keys in all rows together, and the bytes of a key. */
interface Keys {
  perRow: Range;
  distinct: Range;
  bytes: Range;
}

const times = (a: Range, b: Range): Range => range(a.low * b.low, a.mid * b.mid, a.high * b.high);

/** Words, trigrams and the like come again and again: their number grows like a root of the text (Heaps' law). */
const vocabulary = (all: Range, most: number): Range =>
  range(Math.min(all.low, 10), Math.min(all.mid, 30 * Math.sqrt(all.mid), most), Math.min(all.high, most));

/** Of three letters or figures each, whatever the language. */
const MOST_TRIGRAMS = 100_000;
/** A value that is longer is compressed, or is not in its row: there is more in it than its bytes say. */
const COMPRESSED = 1500;

const ELEMENT_BYTES = range(4, 10, 40);

/** By the elements that ANALYZE has counted. Those that are not listed are in fewer rows than the least that is. */
const listedKeys = (column: ColumnFacts, rows: Range): Keys | null => {
  const { elements, bytes } = column;
  if (elements === null) return null;
  const { mean, listed, share, least } = elements;
  const known = share ?? 0;
  // A lexeme has an entry of 4 bytes and its letters, and most have a place in the text.
  const perRow =
    mean === null
      ? range(Math.max(known * 0.9, bytes / 30), Math.max(known, bytes / 12), Math.max(known, bytes / 5))
      : range(mean * 0.9, mean, mean * 1.1);
  const all = times(perRow, rows);
  const unlisted = (whole: number, n: number): number => Math.max(0, whole - known * n * 1.02);
  const rest = range(unlisted(all.low, rows.low), unlisted(all.mid, rows.mid), unlisted(all.high, rows.high));
  const fewest = rest.mid / Math.max(1, least * rows.mid);
  const distinct = range(listed, listed + Math.sqrt(fewest * rest.mid), listed + rest.high);
  const width = Math.max(4, (bytes - 24) / Math.max(1, perRow.mid));
  return { perRow, distinct, bytes: range(Math.min(4, width), Math.min(width, 10), Math.max(width, 24)) };
};

/** By the type and the width of the values. */
const guessedKeys = (column: ColumnFacts, rows: Range): Keys => {
  const { type, opclass, isArray, length, distinct } = column;
  const bytes = column.doubt?.most ?? column.bytes;
  const long = bytes > COMPRESSED ? 4 * bytes : bytes;
  /** `own`: the share of a row's keys that may be its own. */
  const of = (perRow: Range, width: Range, own: number, limit = Number.POSITIVE_INFINITY): Keys => {
    const most = Math.min(limit, Math.max(1, (distinct ?? rows.high) * perRow.high * own));
    return { perRow, bytes: width, distinct: vocabulary(times(perRow, rows), most) };
  };
  if (opclass?.endsWith('trgm_ops'))
    return of(range(1 + bytes * 0.3, bytes * 0.9, 4 + long * 1.6), range(4, 4, 8), 1, MOST_TRIGRAMS);
  if (type === 'jsonb' && opclass === 'jsonb_path_ops')
    return of(range(1 + bytes / 200, 1 + bytes / 24, 2 + long / 10), range(4, 4, 4), 1);
  // Names are shared, values need not be.
  if (type === 'jsonb') return of(range(1 + bytes / 100, 2 + bytes / 14, 4 + long / 6), ELEMENT_BYTES, 0.5);
  if (type === 'tsvector' || type === null || isArray)
    return of(range(1 + bytes / 100, 1 + bytes / 10, 4 + long / 3), ELEMENT_BYTES, 0.5);
  // One key a row, as btree_gin has them, or something that nobody here knows.
  if (length > 0 || type === 'text' || type === 'varchar' || type === 'numeric') {
    const keys = distinct ?? rows.mid;
    const low = distinct === null ? 1 : keys * 0.5;
    const values = range(low, keys, distinct === null ? rows.high : Math.min(rows.high, keys * 2));
    return { perRow: range(1, 1, 1), distinct: values, bytes: range(bytes * 0.8, bytes, bytes * 1.2) };
  }
  return of(range(1, 1 + bytes / 10, 4 + long), ELEMENT_BYTES, 1);
};

/** Bytes of a row's place in a list: by how far the places of one key are from each other (ginCompressPostingList). */
const PLACE = range(1, 2.2, 4.5);
/** The first place of a list, and what goes before each stretch of it. */
const LIST = range(8, 14, 28);
/** Entries' pages are split in their middle as they are filled; places are put in one behind the other. */
const FILL = range(0.5, 0.75, 1);

const ginColumn = (column: ColumnFacts, rows: Range): Range => {
  const { perRow, distinct, bytes } = listedKeys(column, rows) ?? guessedKeys(column, rows);
  const places = times(times(perRow, rows), PLACE);
  const each = combine([bytes, LIST], ([key = 0, list = 0]) => ENTRY + key + list);
  return sum([places, times(distinct, each)]);
};

/** In pages, between the fullest and the emptiest that such indexes have. */
const inPages = (bytes: Range, fill: Range, blockSize: number): Range =>
  range(
    1 + Math.floor(bytes.low / (usable(blockSize) * fill.high)),
    2 + bytes.mid / (usable(blockSize) * fill.mid),
    4 + bytes.high / (usable(blockSize) * fill.low),
  );

/** Bytes of a key in GiST: what its operator class keeps of a value. Boxes of geometry, lists of trigrams, twice a number. */
const GIST_BYTES: Readonly<Record<string, Range>> = {
  ...Object.fromEntries(['box', 'point', 'polygon', 'circle'].map((type) => [type, range(16, 32, 40)])),
  ...Object.fromEntries(['geometry', 'geography'].map((type) => [type, range(8, 16, 32)])),
  tsvector: range(8, 100, 300),
};

const gistKey = ({ type, opclass, bytes }: ColumnFacts): Range => {
  if (opclass?.endsWith('trgm_ops')) return range(bytes, bytes * 3, 8 + bytes * 4);
  const known = type === null ? undefined : GIST_BYTES[type];
  return known ?? range(Math.min(8, bytes), Math.max(8, bytes * 1.5), Math.max(48, bytes * 2.5));
};

/** A radix tree keeps of a text what is left of it; others keep the value. */
const spgistKey = ({ bytes }: ColumnFacts): Range => range(Math.min(2, bytes), bytes, bytes * 1.2 + 16);

const perEntry =
  (key: (column: ColumnFacts) => Range, fill: Range) =>
  (columns: readonly ColumnFacts[], rows: Range, blockSize: number): Range => {
    const each = sum([...columns.map(key), range(ENTRY, ENTRY + 4, ENTRY + 16)]);
    return inPages(times(each, rows), fill, blockSize);
  };

/** BLOOM: a signature of so many bits for each row, in words of 16 (blutils.c). */
const bloomPages = ({ storage }: IndexBasis, rows: Range, blockSize: number): Range => {
  const bits = Number(storage.length ?? 80) || 80;
  const each = 6 + 2 * Math.ceil(bits / 16);
  const pages = (n: number): number => 1 + Math.ceil(n / Math.floor((blockSize - 24 - 8) / each));
  return range(pages(rows.low), pages(rows.mid), pages(rows.high));
};

/** Keys come in by their order, or one by one; inner pages are a few more. */
const byMethod: Readonly<Record<string, (columns: readonly ColumnFacts[], rows: Range, blockSize: number) => Range>> = {
  gin: (columns, rows, blockSize) => inPages(sum(columns.map((column) => ginColumn(column, rows))), FILL, blockSize),
  gist: perEntry(gistKey, range(0.4, 0.75, 0.97)),
  spgist: perEntry(spgistKey, range(0.3, 0.65, 0.97)),
};

/** A guess at the width of what is cut up would be no range any more. */
const isUnmeasured = ({ doubt }: ColumnFacts): boolean => doubt !== null && !doubt.ofKnown;

/** Whether anything can be said of this method without a sample. */
export const isKnownMethod = (method: string): boolean => method === 'bloom' || method in byMethod;

/** Pages by the statistics; null for a method that nobody here knows, and where there are none. */
export const untriedPages = (basis: IndexBasis, rows: Range, blockSize: number): Range | null => {
  const { method, columns } = basis;
  if (method === 'bloom') return bloomPages(basis, rows, blockSize);
  if (columns === null || columns.some(isUnmeasured)) return null;
  return byMethod[method]?.(columns, rows, blockSize) ?? null;
};
