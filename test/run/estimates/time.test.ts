import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makespan, type Work } from '../../../src/run/estimates/makespan.ts';
import { around, exactly } from '../../../src/run/estimates/range.ts';
import { IN_RANGE, refined, refinement } from '../../../src/run/estimates/refine.ts';
import {
  bytesRange,
  estimateIndexes,
  type IndexBasis,
  type StepEstimate,
  shortTimeRange,
  timeLeft,
  timeRange,
  withStaged,
  workedMs,
} from '../../../src/run/index.ts';
import { Core, createIndex, planOf, section } from '../../support/core.ts';
import { basisOf, MB, sampleOf, server } from './support.ts';

const estimate = (basis: IndexBasis, changes: Parameters<typeof server>[0] = {}): StepEstimate => {
  const [found] = estimateIndexes([basis], () => server(changes), null);
  if (found === undefined) throw new Error('no estimate');
  return found;
};

describe('the time of a build', () => {
  const million = sampleOf(basisOf(1_000_000), 5_000);

  test('is not known where nothing was tried', () => {
    expect(estimate(basisOf(1_000_000))).toMatchObject({ ms: null, why: 'nothing was measured' });
    expect(estimate(basisOf(1_000_000)).bytes).not.toBeNull();
  });

  test('is that of the sample, taken to the table, and more', () => {
    const { ms } = estimate(million);
    expect(ms?.mid).toBeGreaterThan(250);
    expect(ms?.mid).toBeLessThan(2_500);
  });

  test('an index that was not tried goes by the others, in a wider range', () => {
    const [, other] = estimateIndexes([million, { ...basisOf(1_000_000), step: 1 }], () => server(), null);
    const tried = estimate(million).ms;
    expect(other?.ms?.high).toBeGreaterThan(tried?.high ?? 0);
    expect(other?.by).toBe('statistics');
  });

  test('is longer when blocks come from a disk', () => {
    const cold = estimate({ ...million, blockMs: 2 }).ms;
    expect(cold?.mid).toBeGreaterThan((estimate(million).ms?.mid ?? 0) * 3);
  });

  test('workers make it shorter, and keep all that they sort in files', () => {
    const parallel = estimate(million, { workers: 2, memory: 512 * MB });
    expect(parallel.ms?.low).toBeLessThan(estimate(million).ms?.low ?? 0);
    expect(parallel.tempBytes?.mid).toBeGreaterThan(10 * MB);
    // 32 MB for each, or there are none.
    expect(estimate(million, { workers: 2, memory: 40 * MB }).ms).toEqual(estimate(million, { memory: 40 * MB }).ms);
  });

  test('a sort that does not fit goes to files', () => {
    expect(estimate(million, { memory: 512 * MB }).tempBytes?.high).toBe(0);
    expect(estimate(million, { memory: 16 * MB }).tempBytes?.mid).toBeGreaterThan(20 * MB);
  });

  test('WAL is about the index, less where it is compressed, next to none for an unlogged table', () => {
    const { walBytes, bytes } = estimate(million);
    expect((walBytes?.mid ?? 0) / (bytes?.mid ?? 1)).toBeCloseTo(0.95, 1);
    expect(estimate(million, { walCompressed: true }).walBytes?.mid).toBeLessThan(walBytes?.mid ?? 0);
    expect(estimate({ ...million, unlogged: true }).walBytes?.high).toBeLessThan(MB);
  });
});

describe('how long all of them take', () => {
  const work = fc.record({
    section: fc.integer({ min: 0, max: 4 }),
    table: fc.integer({ min: 0, max: 6 }),
    ms: fc.integer({ min: 0, max: 100_000 }).map((ms) => around(ms, 0.5, 2)),
  });

  test('never longer than one after the other, never shorter than the longest, shorter with more at a time', () => {
    fc.assert(
      fc.property(fc.array(work, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (all: Work[], jobs) => {
        const mids = all.map(({ ms }) => ms.mid);
        const { mid, low, high } = makespan(all, jobs);
        expect(mid).toBeLessThanOrEqual(mids.reduce((sum, ms) => sum + ms, 0) + 1e-6);
        expect(mid).toBeGreaterThanOrEqual(Math.max(0, ...mids));
        expect(makespan(all, jobs + 1).mid).toBeLessThanOrEqual(mid + 1e-6);
        expect(low).toBeLessThanOrEqual(mid);
        expect(high).toBeGreaterThanOrEqual(mid);
      }),
    );
  });

  test('two on one table go one after the other, two on two at once, sections one after the other', () => {
    const at = (section: number, table: number): Work => ({ section, table, ms: exactly(10) });
    expect(makespan([at(0, 1), at(0, 1)], 2).mid).toBe(20);
    expect(makespan([at(0, 1), at(0, 2)], 2).mid).toBe(10);
    expect(makespan([at(0, 1), at(1, 2)], 2).mid).toBe(20);
  });
});

/** A run of four indexes on four tables, each expected to take 10 s. */
const running = (estimated = true): Core => {
  const names = ['a', 'b', 'c', 'd'];
  const core = new Core(
    planOf(
      section(
        'one',
        names.map((name) => createIndex(name, `t_${name}`)),
      ),
    ),
  );
  const estimates = names.map((_, step) => ({
    step,
    by: 'sample' as const,
    bytes: around(MB, 0.8, 1.2),
    walBytes: null,
    tempBytes: null,
    ms: around(10_000, 0.5, 2),
    why: null,
  }));
  core.go(estimated ? { estimates } : {});
  // The largest tables first.
  for (const step of [3, 2]) core.found(step);
  return core;
};

describe('what the builds so far say', () => {
  const learned = (took: readonly number[]) => {
    const { state } = running();
    const [step, estimate] = [state.steps[0], state.estimates[0]];
    if (step === undefined || estimate === undefined) throw new Error('no step');
    const done = { ...step, status: 'done' as const, startedAt: new Date(0).toISOString() };
    return refinement({
      steps: took.map((ms, id) => ({ ...done, id, finishedAt: new Date(ms).toISOString() })),
      estimates: took.map((_, id) => ({ ...estimate, step: id })),
    });
  };

  test('nothing at first', () => expect(learned([])).toEqual({ built: 0, factor: 1, width: 1 }));

  test('twice as long each time: the next will take nearly that', () => {
    const found = learned([20_000, 20_000, 20_000]);
    expect(found.factor).toBeGreaterThan(1.5);
    expect(found.factor).toBeLessThan(2);
    expect(refined(around(10_000, 0.5, 2), found).mid).toBeCloseTo(10_000 * found.factor);
  });

  const ratio = (took: readonly number[]): number => {
    const next = refined(around(10_000, 0.5, 2), learned(took));
    return next.high / next.low;
  };

  test('builds that agree make the range narrower, and those that do not make it wider', () => {
    const agreeing = Array.from({ length: 60 }, (_, nth) => 14_000 + 10 * nth);
    expect(ratio(agreeing)).toBeLessThan(0.7 * 4);
    expect(ratio([3_000, 30_000, 5_000, 60_000, 10_000, 10_000])).toBeGreaterThan(1.5 * 4);
  });

  test('nine of ten builds come into the range that those before them have made', () => {
    const lengths = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 });
    let [inside, all] = [0, 0];
    fc.assert(
      fc.property(
        lengths,
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 1.2 }),
        (offs, slower, unrest) => {
          const took = offs.map((off) => 10_000 * slower * Math.exp(unrest * off));
          for (const at of [20, 40, 59]) {
            const { low, high } = refined(around(10_000, 0.5, 2), learned(took.slice(0, at)));
            inside += low <= (took[at] ?? 0) && (took[at] ?? 0) <= high ? 1 : 0;
            all += 1;
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
    expect(inside / all).toBeGreaterThan(IN_RANGE - 0.03);
  });

  test('one that was far off does not rule', () => expect(learned([10_000, 10_000, 300_000]).factor).toBeCloseTo(1));

  test('the range contains its middle however much was learned', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (ms, factor, width) => {
          const { low, mid, high } = refined(around(ms, 0.4, 3), { built: 1, factor, width });
          expect(low).toBeGreaterThanOrEqual(0);
          expect(mid).toBeGreaterThanOrEqual(low);
          expect(high).toBeGreaterThanOrEqual(mid);
        },
      ),
    );
  });

  test('waits are not counted', () => {
    const [step] = running().state.steps;
    if (step === undefined) throw new Error('no step');
    const at = (ms: number) => new Date(ms).toISOString();
    expect(workedMs({ ...step, startedAt: at(0), finishedAt: at(9_000), waitedMs: 4_000 }, 0)).toBe(5_000);
    expect(workedMs({ ...step, startedAt: at(0), waitingSince: at(3_000) }, 8_000)).toBe(3_000);
    expect(workedMs({ ...step, startedAt: at(0), finishedAt: at(9_000), unwatched: true }, 0)).toBeNull();
  });
});

describe('how long it will still take', () => {
  test('the estimates of what is left, two at a time, less what was done', () => {
    const core = running();
    const left = timeLeft(core.state, null, core.now + 4_000);
    expect(left).toMatchObject({ kind: 'left' });
    if (left.kind === 'left') expect(left.ms.mid).toBeGreaterThan(10_000);
    if (left.kind === 'left') expect(left.ms.mid).toBeLessThan(20_000);
  });

  test('without estimates it is not known before three are built', () => {
    const core = running(false);
    expect(timeLeft(core.state, null, core.now)).toEqual({ kind: 'unknown', why: 'too few built' });
  });

  test('of a build that takes longer than expected, perhaps as long again', () => {
    const core = running();
    const left = timeLeft(core.state, null, core.now + 3_600_000);
    expect(left.kind === 'left' && left.ms.high).toBeGreaterThan(3_600_000);
  });
});

describe('the run of --matches beside it', () => {
  const staged = (tableBytes: number, bytes: number | null) =>
    withStaged(
      [estimate(basisOf(1000))],
      () => ({ table: { oid: 1, schema: 's', name: 't', rows: null, bytes }, name: 'i' }),
      [{ table: 't', name: 'i', ms: 1_020, tableBytes }],
    )[0]?.elsewhere;

  test('a table ten times as large takes ten times as long, but for what every build takes', () => {
    expect(staged(MB, 10 * MB)?.mid).toBe(10_020);
    expect(staged(MB, MB)?.mid).toBe(1_020);
  });

  test('nothing where a size is not known', () => {
    expect(staged(MB, null)).toBeUndefined();
    expect(staged(0, MB)).toBeUndefined();
  });
});

describe('in words', () => {
  test.each([
    [300, 900, 'under 1 s', '<1 s'],
    [200, 2_600, 'up to 3 s', '<3 s'],
    [40_000, 90_000, '40-90 s', '~40-90 s'],
    [118_000, 312_000, '2-5 min', '~2-5 m'],
    [602_000, 1_490_000, '10-25 min', '~10-25 m'],
    [3_600_000, 3 * 3_600_000, '1-3 h', '~1-3 h'],
  ])('%i to %i ms: %s', (low, high, words, short) => {
    const range = { low, mid: (low + high) / 2, high };
    expect(timeRange(range)).toBe(words);
    expect(shortTimeRange(range)).toBe(short);
  });

  test('never wider than the column of times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 * 3_600_000 }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        (low, factor) => {
          expect(shortTimeRange(around(low * 2, 0.5, factor)).length).toBeLessThanOrEqual(9);
        },
      ),
    );
  });

  test.each([
    [12.2 * MB, 14.9 * MB, '12-15 MB'],
    [0.4 * MB, 1.24 * MB, '0.4-1.2 MB'],
    [8192, 8192, '8 kB'],
    [14 * 1024, 2.5 * MB, 'up to 2.5 MB'],
    [0, 0, '0 bytes'],
  ])('%d to %d bytes: %s', (low, high, words) => expect(bytesRange({ low, mid: low, high })).toBe(words));
});
