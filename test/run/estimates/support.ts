import type { ColumnFacts, IndexBasis, SampleFacts, ServerBasis } from '../../../src/run/index.ts';

export const MB = 1024 * 1024;

/** A bigint that is never NULL. */
export const bigint = (distinct: number | null): ColumnFacts => ({
  length: 8,
  align: 'd',
  bytes: 8,
  nulls: 0,
  distinct,
  equal: true,
});

/** A text of so many bytes with its header. */
export const text = (bytes: number, distinct: number | null): ColumnFacts => ({
  length: -1,
  align: 'i',
  bytes,
  nulls: 0,
  distinct,
  equal: true,
});

/** An index on one column of different bigints, of a table that was analyzed and not sampled. */
export const basisOf = (rows: number, changes: Partial<IndexBasis> = {}): IndexBasis => {
  const columns = changes.columns === undefined ? [bigint(rows)] : changes.columns;
  const pages = Math.ceil(rows / 100);
  return {
    step: 0,
    method: 'btree',
    unique: false,
    storage: {},
    columns,
    keys: columns?.length ?? 1,
    keyColumnsDistinct: (columns ?? []).map(({ distinct }) => distinct),
    partial: false,
    plannedRows: null,
    unlogged: false,
    catalog: { rows, pages },
    pages,
    sample: null,
    blockMs: null,
    ...changes,
  };
};

/** A sample of `rows` of them, all different, that took a quarter of a microsecond each. */
export const sampleOf = (basis: IndexBasis, rows: number, changes: Partial<SampleFacts> = {}): IndexBasis => ({
  ...basis,
  blockMs: 0.02,
  sample: {
    rows,
    share: Math.min(1, rows / (basis.catalog?.rows ?? rows)),
    entries: rows,
    pages: Math.ceil(rows / 366) + 2,
    ms: rows * 0.00025,
    meanMs: rows * 0.00025,
    half: null,
    distinct: rows,
    single: rows,
    ...changes,
  },
});

export const server = (changes: Partial<ServerBasis> = {}): ServerBasis => ({
  blockSize: 8192,
  memory: 64 * MB,
  workers: 0,
  parallelPages: 1024,
  walCompressed: false,
  emptyMs: 0.3,
  ...changes,
});
