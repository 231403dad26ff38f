import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noiseBetween, spreadOf } from '../../../src/run/probes/spread.ts';

test('median, quartiles and the rest of known values', () => {
  expect(spreadOf([])).toBeNull();
  expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7, q1: 7, q3: 7, mad: 0 });
  expect(spreadOf([5, 1, 3, 2, 100])).toEqual({ median: 3, min: 1, max: 100, q1: 2, q3: 5, mad: 2 });
  expect(spreadOf([1, 2, 3, 4])).toEqual({ median: 2.5, min: 1, max: 4, q1: 1.75, q3: 3.25, mad: 1 });
});

const times = fc.array(fc.double({ min: 0.01, max: 10_000, noNaN: true }), { minLength: 3, maxLength: 20 });

describe('for any times', () => {
  test('a spread is in order, and does not go by the order of the runs', () => {
    fc.assert(
      fc.property(times, (runs) => {
        const spread = spreadOf(runs);
        if (spread === null) throw new Error('no spread');
        const { min, q1, median, q3, max, mad } = spread;
        expect([min, q1, median, q3, max]).toEqual([min, q1, median, q3, max].sort((a, b) => a - b));
        expect(mad).toBeGreaterThanOrEqual(0);
        expect(mad).toBeLessThanOrEqual(max - min);
        expect(spreadOf([...runs].reverse())).toEqual(spread);
      }),
    );
  });

  test('the same times, and those in another order, do not differ', () => {
    fc.assert(fc.property(times, (runs) => noiseBetween(runs, [...runs].reverse()) === 'within'));
  });

  test('who was before and who after does not matter, nor does the unit', () => {
    fc.assert(
      fc.property(times, times, fc.constantFrom(0.5, 2, 1024), (a, b, unit) => {
        expect(noiseBetween(b, a)).toBe(noiseBetween(a, b));
        const inUnit = (runs: number[]) => runs.map((run) => run * unit);
        expect(noiseBetween(inUnit(a), inUnit(b))).toBe(noiseBetween(a, b));
      }),
    );
  });

  test('five that are all slower than all of five others differ, however much they scatter', () => {
    const five = fc.array(fc.double({ min: 0.01, max: 10_000, noNaN: true }), { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(five, five, (runs, others) => {
        const far = others.map((run) => run + Math.max(...runs) * 1.06);
        expect(noiseBetween(runs, far)).toBe('beyond');
      }),
    );
  });

  test('what gets slower still by a factor goes on to differ', () => {
    fc.assert(
      fc.property(times, times, fc.double({ min: 1, max: 1e6, noNaN: true }), (a, b, factor) => {
        const slower = (spreadOf(a)?.median ?? 0) < (spreadOf(b)?.median ?? 0);
        const further = b.map((run) => (slower ? run * factor : run));
        if (slower && noiseBetween(a, b) === 'beyond') expect(noiseBetween(a, further)).toBe('beyond');
      }),
    );
  });

  test('less than 5 % is never told from chance', () => {
    fc.assert(
      fc.property(times, fc.double({ min: 1, max: 1.04, noNaN: true }), (runs, factor) => {
        expect(
          noiseBetween(
            runs,
            runs.map((run) => run * factor),
          ),
        ).toBe('within');
      }),
    );
  });

  test('fewer than three runs say nothing', () => {
    fc.assert(
      fc.property(times, fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { maxLength: 2 }), (runs, few) => {
        expect(noiseBetween(runs, few)).toBe('unknown');
        expect(noiseBetween(few, runs)).toBe('unknown');
      }),
    );
  });
});

test.each([
  ['ten times as fast', [100, 101, 99, 100, 102], [10, 11, 10, 9, 10], 'beyond'],
  ['one slow run on either side moves nothing', [10, 10.1, 9.9, 10, 500], [10, 10.1, 300, 9.9, 10], 'within'],
  ['one slow run does not hide a gain', [10, 10.1, 9.9, 10, 500], [5, 5.1, 4.9, 5, 5], 'beyond'],
  ['much is gained of what scatters', [9.91, 6.71, 12.2, 7.2, 11.9], [0.01, 0.01, 0.011, 0.01, 0.02], 'beyond'],
  ['a gain among times that scatter as much', [10, 14, 6, 12, 8], [9, 13, 5, 11, 7], 'within'],
] as const)('%s', (_, before, after, verdict) => {
  expect(noiseBetween(before, after)).toBe(verdict);
});
