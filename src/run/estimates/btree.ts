import { aligned, LINE, MAXALIGN, PAGE_HEADER, TID } from './tuple.ts';

/** Entries of a B-tree and how many different keys are among them. */
export interface BtreeFacts {
  blockSize: number;
  entries: number;
  distinct: number;
  /** Keys that come once, where that was counted. */
  single: number | null;
  /** Mean bytes of a tuple, and of one without its included columns. */
  tuple: number;
  key: number;
  /** Equal keys are kept as one tuple with a list. */
  merges: boolean;
  fillfactor: number;
}

/** Of a page, in percent: leaf pages are filled to this unless told, inner ones always (BTREE_NONLEAF_FILLFACTOR). */
export const FILLFACTOR = 90;
const INNER_FILLFACTOR = 70;
/** Different numbers of rows a key has: up to here they scatter visibly around their mean. */
const SCATTERED = 12;

/** Bytes of the tuples of a key with that many rows; a list takes at most a tenth of a page (_bt_load). */
const keyBytes = (rows: number, { tuple, blockSize }: BtreeFacts): number => {
  if (rows <= 1) return tuple + LINE;
  const most = Math.floor(Math.floor(blockSize / 10 / MAXALIGN) * MAXALIGN - LINE - tuple) / TID;
  if (most < 2) return rows * (tuple + LINE);
  const lists = Math.ceil(rows / Math.floor(most));
  return lists * (tuple + LINE) + aligned(rows * TID);
};

/** The mean of `keyBytes` over keys whose rows scatter around `mean` (Poisson, never none). */
const meanKeyBytes = (mean: number, facts: BtreeFacts): number => {
  if (mean <= 1.0001) return keyBytes(1, facts);
  if (mean > SCATTERED) return keyBytes(mean, facts);
  // lambda / (1 - exp(-lambda)) = mean
  let lambda = mean;
  for (let n = 0; n < 40; n++) lambda = mean * (1 - Math.exp(-lambda));
  let share = (lambda * Math.exp(-lambda)) / (1 - Math.exp(-lambda));
  let bytes = 0;
  for (let rows = 1; rows <= 4 * SCATTERED; rows++) {
    bytes += share * keyBytes(rows, facts);
    share *= lambda / (rows + 1);
  }
  return bytes;
};

/** Bytes of all leaf tuples, and how many there are. */
const leafTuples = (facts: BtreeFacts): number => {
  const { entries, distinct, single, tuple, merges } = facts;
  if (entries <= 0) return 0;
  const keys = Math.min(entries, Math.max(1, distinct));
  if (!merges) return entries * (tuple + LINE);
  if (single !== null && single < keys && single <= entries)
    return single * keyBytes(1, facts) + (keys - single) * meanKeyBytes((entries - single) / (keys - single), facts);
  return keys * meanKeyBytes(entries / keys, facts);
};

/** Pages that hold so many bytes of tuples; a page is finished once less than the fillfactor leaves is free (_bt_buildadd). */
const pagesFor = (bytes: number, mean: number, highKey: number, fillfactor: number, blockSize: number): number => {
  const left = (blockSize * (100 - fillfactor)) / 100;
  const usable = blockSize - PAGE_HEADER - left + Math.min(mean, left) / 2 - highKey - LINE;
  return Math.max(1, Math.ceil(bytes / Math.max(usable, mean)));
};

/** Pages of a B-tree that was just built: leaves, the levels above them, and the meta page. */
export const btreePages = (facts: BtreeFacts): number => {
  const { entries, distinct, key, fillfactor, blockSize, merges } = facts;
  const bytes = leafTuples(facts);
  const tuples = merges ? Math.min(entries, Math.max(1, distinct)) : Math.max(1, entries);
  const mean = Math.min(bytes / Math.max(1, tuples), blockSize / 10);
  let level = pagesFor(bytes, mean, key, fillfactor, blockSize);
  let pages = level;
  while (level > 1) {
    // However long the keys, a page has two of them.
    level = Math.min(
      Math.ceil(level / 2),
      pagesFor(level * (key + LINE), key + LINE, key, INNER_FILLFACTOR, blockSize),
    );
    pages += level;
  }
  return pages + 1;
};
