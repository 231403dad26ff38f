/** Facts that estimates are made of: data only. Pages and blocks are the server's, times in ms. */

import type { Range } from './range.ts';

/** What is in the values of an array or a tsvector (pg_stats). */
export interface ElementFacts {
  /** Different elements in a row; null for tsvector. */
  mean: number | null;
  /** How many are listed as most common; the share of rows that each is in, all together, and that of the least common. */
  listed: number;
  share: number | null;
  least: number;
}

/** A column of a planned index. */
export interface ColumnFacts {
  /** pg_type.typname of the table's column; null for an expression. */
  type: string | null;
  /** The operator class as it was written; null for its type's own. */
  opclass: string | null;
  isArray: boolean;
  /** -1 for what varies. */
  length: number;
  align: string;
  /** Mean size of what is no NULL, as it is stored in an index. */
  bytes: number;
  /** Where nobody has measured them: between which bounds, and whether at least the columns of an expression are known; else null. */
  doubt: { least: number; most: number; ofKnown: boolean } | null;
  elements: ElementFacts | null;
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
  /** OID of the partition whose index it is, where the step's index is made of several; else null. */
  part: number | null;
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
  /** Rows that a page may have by the widths of its columns alone; null when not even these are known. */
  perPage: Range | null;
  sample: SampleFacts | null;
  /** The sample is that of another partition, scaled. */
  borrowed: boolean;
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
