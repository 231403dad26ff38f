/** Facts that estimates are made of: data only. Pages and blocks are the server's, times in ms. */

/** A column of a planned index. */
export interface ColumnFacts {
  /** -1 for what varies. */
  length: number;
  align: string;
  /** Mean size of what is no NULL, as it is stored in an index. */
  bytes: number;
  /** 0 to 1. */
  nulls: number;
  /** Different values in the whole table; null when unknown. */
  distinct: number | null;
  /** B-tree may keep several entries of equal keys as one. */
  equal: boolean;
}

/** What an index is like on a few rows of its table. */
export interface SampleFacts {
  /** Rows copied, and what share of the table's blocks they are of. */
  rows: number;
  share: number;
  entries: number;
  pages: number;
  /** What building took, the better of two times, without what building on an empty table takes; and their mean. */
  ms: number;
  meanMs: number;
  /** The first rows alone, for methods that are measured twice. */
  half: { rows: number; pages: number } | null;
  /** Different keys among the entries, and those that come once; null when unknown. */
  distinct: number | null;
  single: number | null;
}

/** One planned index. */
export interface IndexBasis {
  step: number;
  method: string;
  unique: boolean;
  storage: Readonly<Record<string, string>>;
  /** Keys, then included columns; null when not even the types are known. */
  columns: readonly ColumnFacts[] | null;
  keys: number;
  /** Columns of the table that the keys are made of: different values of each, null when unknown. */
  keyColumnsDistinct: readonly (number | null)[];
  partial: boolean;
  /** The planner's estimate of the rows of a partial index; null when it was not asked. */
  plannedRows: number | null;
  unlogged: boolean;
  /** The catalog's row count at its last count of pages; null when unknown. */
  catalog: { rows: number; pages: number } | null;
  /** Pages now; null when unknown. */
  pages: number | null;
  sample: SampleFacts | null;
  /** Milliseconds to read one block of the table at random; null when not measured. */
  blockMs: number | null;
}

/** What of the server counts. */
export interface ServerBasis {
  blockSize: number;
  /** maintenance_work_mem of the builders, bytes. */
  memory: number;
  /** max_parallel_maintenance_workers of the builders. */
  workers: number;
  /** min_parallel_table_scan_size, pages. */
  parallelPages: number;
  /** wal_compression. */
  walCompressed: boolean;
  /** What making an index of nothing takes; null when not measured. */
  emptyMs: number | null;
}
