import type { ColumnFacts, IndexBasis, SampleFacts, ServerBasis } from '../../../src/run/index.ts';

export const MB = 1024 * 1024;

const COLUMN = { opclass: null, isArray: false, doubt: null, elements: null, nulls: 0, equal: true };

/** A bigint that is never NULL. */
export const bigint = (distinct: number | null): ColumnFacts => ({
  ...COLUMN,
  type: 'int8',
  length: 8,
  align: 'd',
  bytes: 8,
  distinct,
});

/** A text of so many bytes with its header. */
export const text = (bytes: number, distinct: number | null): ColumnFacts => ({
  ...COLUMN,
  type: 'text',
  length: -1,
  align: 'i',
  bytes,
  distinct,
});

/** An index on one column of different bigints, of a table that was analyzed and not sampled. */
export const basisOf = (rows: number, changes: Partial<IndexBasis> = {}): IndexBasis => {
  const columns = changes.columns === undefined ? [bigint(rows)] : changes.columns;
  const pages = Math.ceil(rows / 100);
  return {
    step: 0,
    part: null,
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
    perPage: null,
    sample: null,
    borrowed: false,
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
