import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { duj1 } from '../../../src/run/estimates/distinct.ts';
import { indexPages } from '../../../src/run/estimates/size.ts';
import { tupleBytes } from '../../../src/run/estimates/tuple.ts';
import { estimateIndexes, type IndexBasis, type Range } from '../../../src/run/index.ts';
import { basisOf, bigint, MB, sampleOf, server, text } from './support.ts';

const pages = (basis: IndexBasis): Range => {
  const found = indexPages(basis, 8192);
  if (found === null) throw new Error('no size');
  return found;
};

describe('the size of a B-tree', () => {
  // pg_relation_size of pgbench_accounts_pkey, at scales 1 and 10.
  test.each([
    [100_000, 276],
    [1_000_000, 2745],
  ])('of %i different numbers is that of pgbench', (rows, real) => {
    const int = { ...bigint(rows), length: 4, align: 'i', bytes: 4 };
    const found = pages(basisOf(rows, { columns: [int], unique: true })).mid;
    expect(Math.abs(found - real) / real).toBeLessThan(0.01);
  });

  test('of few values is what the lists take: six bytes a row and a little', () => {
    const found = pages(basisOf(1_000_000, { columns: [bigint(100)] })).mid;
    expect(found).toBeGreaterThan(1_000_000 * (6 / 8192));
    expect(found).toBeLessThan(1_000_000 * (7.5 / 8192));
  });

  test.each<[string, Partial<IndexBasis>]>([
    ['a unique index', { unique: true }],
    ['deduplicate_items = off', { storage: { deduplicate_items: 'off' } }],
    ['a type whose equal values may differ', { columns: [{ ...bigint(100), equal: false }] }],
    ['included columns', { columns: [bigint(100), bigint(100)], keys: 1 }],
  ])('merges nothing with %s', (_what, changes) => {
    const merged = pages(basisOf(200_000, { columns: [bigint(100)] })).mid;
    expect(pages(basisOf(200_000, { columns: [bigint(100)], ...changes })).mid).toBeGreaterThan(2.5 * merged);
  });

  test('a fillfactor of 45 makes it twice as large', () => {
    const usual = pages(basisOf(500_000)).mid;
    const half = pages(basisOf(500_000, { storage: { fillfactor: '45' } })).mid;
    expect(half / usual).toBeGreaterThan(1.9);
    expect(half / usual).toBeLessThan(2.1);
  });

  test('several columns have no more keys than the sample lets expect', () => {
    const basis = basisOf(1_000_000, { columns: [bigint(1000), bigint(20)] });
    const few = sampleOf(basis, 10_000, { distinct: 1_000, single: 0, pages: 9 });
    expect(pages(few).high).toBeLessThan(pages(basisOf(1_000_000)).mid / 2);
  });

  test('is narrower where a sample has been measured', () => {
    const without = pages(basisOf(300_000, { columns: [text(20, 250_000), bigint(10)] }));
    const basis = basisOf(300_000, { columns: [text(20, 250_000), bigint(10)] });
    const found = pages(sampleOf(basis, 10_000, { pages: Math.round((10_000 * 44) / 7333) + 2 }));
    expect(found.high / found.low).toBeLessThan(without.high / without.low);
  });
});

describe('other methods', () => {
  test('BRIN is a handful of pages, more with smaller ranges', () => {
    const usual = pages(basisOf(10_000_000, { method: 'brin' }));
    expect(usual.high).toBeLessThan(40);
    expect(pages(basisOf(10_000_000, { method: 'brin', storage: { pages_per_range: '4' } })).mid).toBeGreaterThan(
      usual.mid * 5,
    );
  });

  test('hash goes by buckets, whatever the key', () => {
    const one = pages(basisOf(1_000_000, { method: 'hash' }));
    expect(pages(basisOf(1_000_000, { method: 'hash', columns: [text(100, null)] }))).toEqual(one);
    expect(one.mid).toBeGreaterThan(1_000_000 / 307);
  });

  test('GIN with a sample goes on as it grew', () => {
    const basis = basisOf(1_000_000, { method: 'gin' });
    const half = { rows: 10_000, pages: 60 };
    const sample = {
      rows: 20_000,
      share: 0.02,
      entries: 80_000,
      pages: 70,
      ms: 20,
      meanMs: 20,
      half,
      distinct: null,
      single: null,
    };
    const found = pages({ ...basis, sample });
    expect(found.mid).toBe(70 + (10 / 10_000) * 980_000);
    expect(found.high).toBeGreaterThan(found.mid);
    expect(found.low).toBeLessThan(found.mid);
  });
});

describe('predicates', () => {
  test('the sample says how often one is true; where it hit too little, the planner', () => {
    const of = (entries: number) => {
      const basis = basisOf(1_000_000, { partial: true, plannedRows: 1_000 });
      return pages(sampleOf(basis, 5_000, { entries, pages: 2 }));
    };
    expect(of(2_500).mid).toBeGreaterThan(pages(basisOf(400_000)).mid);
    expect(of(1).mid).toBeLessThan(pages(basisOf(2_000)).mid);
  });

  test('without either anything is possible', () => {
    const found = pages(basisOf(1_000_000, { partial: true }));
    expect(found.low).toBeLessThan(5);
    expect(found.high).toBeGreaterThan(pages(basisOf(1_000_000)).mid);
  });
});

test('a table of which nobody knows anything has no estimate, and it is said why', () => {
  const unknown = basisOf(0, { catalog: null, pages: null });
  expect(estimateIndexes([unknown], () => server(), 'no temporary tables')).toEqual([
    {
      ...{ step: 0, by: 'statistics', bytes: null, walBytes: null, tempBytes: null, ms: null },
      why: 'nobody has counted the table’s rows, and its size could not be read: no temporary tables',
    },
  ]);
});

test('a tuple has its header, its values aligned, and a bitmap where one may be NULL', () => {
  expect(tupleBytes([bigint(1)])).toBe(16);
  expect(tupleBytes([bigint(1), { ...bigint(1), length: 4, align: 'i', bytes: 4 }])).toBe(24);
  expect(tupleBytes([{ ...bigint(1), nulls: 1 }])).toBe(24);
});

test('Duj1 gives what was seen when everything was, and the whole when all were different', () => {
  expect(duj1(1000, 50, 0, 1000)).toBe(50);
  expect(duj1(1000, 1000, 1000, 100_000)).toBeCloseTo(100_000);
});

describe('whatever is estimated', () => {
  const column = fc.record({
    length: fc.constantFrom(-1, 2, 4, 8, 16),
    align: fc.constantFrom('c', 's', 'i', 'd'),
    bytes: fc.double({ min: 1, max: 2000, noNaN: true }),
    nulls: fc.double({ min: 0, max: 1, noNaN: true }),
    distinct: fc.option(fc.double({ min: 1, max: 1e9, noNaN: true })),
    equal: fc.boolean(),
    type: fc.constantFrom(null, 'int8', 'text', 'jsonb', 'tsvector', 'point', '_text', 'something'),
    opclass: fc.constantFrom(null, 'gin_trgm_ops', 'jsonb_path_ops'),
    isArray: fc.boolean(),
    doubt: fc.constantFrom(null, { least: 1, most: 2000, ofKnown: false }, { least: 1, most: 2000, ofKnown: true }),
    elements: fc.option(
      fc.record({
        mean: fc.option(fc.double({ min: 0, max: 1000, noNaN: true })),
        listed: fc.integer({ min: 0, max: 1000 }),
        share: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
        least: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      }),
    ),
  });
  const basis = fc
    .record({
      rows: fc.integer({ min: 0, max: 1_000_000_000 }),
      columns: fc.array(column, { minLength: 1, maxLength: 5 }),
      method: fc.constantFrom('btree', 'hash', 'gin', 'gist', 'spgist', 'brin', 'bloom', 'unheard'),
      unique: fc.boolean(),
      partial: fc.boolean(),
      plannedRows: fc.option(fc.integer({ min: 0, max: 1_000_000_000 })),
      sample: fc.option(
        fc.record({
          rows: fc.integer({ min: 0, max: 50_000 }),
          share: fc.double({ min: 1e-9, max: 1, noNaN: true }),
          entries: fc.integer({ min: 0, max: 200_000 }),
          pages: fc.integer({ min: 1, max: 5_000 }),
          ms: fc.double({ min: 0, max: 1000, noNaN: true }),
          meanMs: fc.double({ min: 0, max: 1000, noNaN: true }),
          half: fc.option(
            fc.record({ rows: fc.integer({ min: 0, max: 25_000 }), pages: fc.integer({ min: 1, max: 5_000 }) }),
          ),
          distinct: fc.option(fc.integer({ min: 0, max: 50_000 })),
          single: fc.option(fc.integer({ min: 0, max: 50_000 })),
        }),
      ),
      blockMs: fc.option(fc.double({ min: 0, max: 20, noNaN: true })),
    })
    .map(({ rows, ...changes }) => basisOf(rows, changes));

  test('is never negative or no number, and its middle is in its range', () => {
    fc.assert(
      fc.property(basis, fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 0, max: 8 }), (one, memory, workers) => {
        const [found] = estimateIndexes([one], () => server({ memory: memory * MB, workers }), null);
        for (const range of [found?.bytes, found?.walBytes, found?.tempBytes, found?.ms]) {
          if (range == null) continue;
          expect(Number.isFinite(range.high)).toBe(true);
          expect(range.low).toBeGreaterThanOrEqual(0);
          expect(range.mid).toBeGreaterThanOrEqual(range.low);
          expect(range.high).toBeGreaterThanOrEqual(range.mid);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('grows with the rows', () => {
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 100, max: 10_000_000 }),
        fc.constantFrom('btree', 'hash', 'brin'),
        (columns, rows, method) => {
          const of = (n: number) => sampleOf(basisOf(n, { columns, method }), 50);
          const [small, large] = [rows, rows * 2].map((n) => estimateIndexes([of(n)], () => server(), null)[0]);
          for (const what of ['bytes', 'walBytes', 'tempBytes', 'ms'] as const) {
            const [one, two] = [small?.[what], large?.[what]];
            if (one == null || two == null) continue;
            expect(two.mid).toBeGreaterThanOrEqual(one.mid);
            expect(two.high).toBeGreaterThanOrEqual(one.high);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
