import { describe, expect, test } from 'vitest';
import { estimates as reported } from '../../../src/report/parts/estimates.ts';
import { partitions } from '../../../src/report/parts/partitions.ts';
import { borrowSamples } from '../../../src/run/estimates/borrow.ts';
import { around, exactly } from '../../../src/run/estimates/range.ts';
import { refinement } from '../../../src/run/estimates/refine.ts';
import {
  estimateIndexes,
  estimateOf,
  type IndexBasis,
  type PartEstimate,
  type StepEstimate,
  stepEstimate,
  timeLeft,
} from '../../../src/run/index.ts';
import type { Core } from '../../support/core.ts';
import { attached, build, started } from '../../support/parts.ts';
import { basisOf, sampleOf, server, text } from './support.ts';

const partOf = (part: number, rows: number, changes: Partial<IndexBasis> = {}): IndexBasis => ({
  ...basisOf(rows, changes),
  part,
});

const whole = (bases: readonly IndexBasis[], noSample: string | null = null): StepEstimate => {
  const [found] = estimateIndexes(borrowSamples(bases), () => server(), noSample);
  if (found === undefined) throw new Error('no estimate');
  return found;
};

describe('an index that is made of others', () => {
  const tried = sampleOf(partOf(1, 1_000_000), 5_000);

  test('comes to what these come to together; of temporary files the most that one has', () => {
    const found = whole([tried, sampleOf(partOf(2, 3_000_000), 5_000)]);
    const [one, two] = found.parts ?? [];
    expect(found.bytes?.mid).toBe((one?.bytes?.mid ?? 0) + (two?.bytes?.mid ?? 0));
    expect(found.ms?.high).toBe((one?.ms?.high ?? 0) + (two?.ms?.high ?? 0));
    expect(found.tempBytes).toEqual(two?.tempBytes);
    expect(found.by).toBe('sample');
  });

  test('a part that was not tried goes by the nearest that was, by its rows, in a wider range', () => {
    const { parts: [one, two] = [] } = whole([tried, partOf(2, 500_000)]);
    expect(two?.by).toBe('statistics');
    expect((two?.bytes?.mid ?? 0) / (one?.bytes?.mid ?? 1)).toBeCloseTo(0.5, 1);
    const width = (part: PartEstimate | undefined) => (part?.ms?.high ?? 0) / (part?.ms?.low ?? 1);
    expect(width(two)).toBeGreaterThan(1.5 * width(one));
    expect(two?.ms?.mid).toBeLessThan(one?.ms?.mid ?? 0);
  });

  test('one that nobody has counted goes by its size', () => {
    const uncounted = partOf(2, 500_000, { catalog: null, pages: 5_000, columns: [text(20, null)] });
    const { parts: [one, two] = [] } = whole([tried, uncounted]);
    expect((two?.bytes?.mid ?? 0) / (one?.bytes?.mid ?? 1)).toBeCloseTo(0.5, 1);
  });

  test('one of which nothing is known is said to be missing, and why', () => {
    const unknown = partOf(2, 0, { catalog: null, pages: null });
    expect(whole([tried, unknown])).toMatchObject({
      bytes: whole([tried]).bytes,
      why: expect.stringMatching(/^the size of 1 of its 2 parts is not in it: nobody has counted .*; the time of 1 of/),
    });
    expect(whole([unknown], 'no right')).toMatchObject({ bytes: null, why: expect.stringMatching(/: no right$/) });
  });

  test('a small part with the sample of a large one is small', () => {
    const { parts: [, two] = [] } = whole([tried, partOf(2, 10)]);
    expect(two?.bytes?.high).toBeLessThan(100_000);
    expect(two?.ms?.high).toBeLessThan(1_000);
  });
});

/** The leaves p1 (11) and l (21) of the index on p are expected to take 10 and 30 s, the other index 1 s. */
const running = (): Core => {
  const rest = { by: 'sample' as const, walBytes: null, tempBytes: null, why: null };
  const parts = [
    { ...rest, table: 11, bytes: around(8192, 0.5, 2), ms: around(10_000, 0.5, 2) },
    { ...rest, table: 21, bytes: around(16_384, 0.5, 2), ms: around(30_000, 0.5, 2) },
  ];
  return started({}, [
    { ...rest, step: 0, bytes: around(24_576, 0.5, 2), ms: around(40_000, 0.5, 2), parts },
    { ...rest, step: 1, bytes: exactly(8192), ms: exactly(1_000) },
  ]);
};

describe('in a run', () => {
  test('each part has its own estimate, by its table, and the whole what is left of them', () => {
    const { state } = running();
    expect([2, 3, 4].map((step) => estimateOf(state, step)?.ms?.mid)).toEqual([10_000, 30_000, undefined]);
    expect(stepEstimate(state, 0)?.mid).toBe(40_000);
    expect(stepEstimate(state, 2)?.mid).toBe(10_000);
  });

  test('what is left goes by the parts, each on its own table', () => {
    const core = running();
    const left = timeLeft(core.state, null, core.now);
    // Two at a time: the longer of them, and then the other section.
    expect(left).toMatchObject({ kind: 'left', ms: { mid: 31_000 } });
  });

  test('parts refine what is expected of the others, and the whole is not counted again', () => {
    const core = running();
    build(core, 2);
    expect(refinement(core.state)).toMatchObject({ built: 1 });
    expect(stepEstimate(core.state, 0)?.mid).toBeLessThan(30_000);
  });

  test('the report compares the whole by its parts, and shows those', () => {
    const core = running();
    for (const step of [2, 3, 4, 5]) build(core, step);
    for (let key = core.underWay[0]; key?.startsWith('statement:'); key = core.underWay[0])
      attached(core, Number(key.slice('statement:'.length)));
    const before = reported(core.state)?.indexes[0];
    expect(before).toMatchObject({ name: 'i', estimatedBytes: { mid: 24_576 }, bytes: null, workedMs: null });
    core.end('complete:0', {
      ...{ kind: 'completed', step: 0, parts: [], tables: [] },
      found: { kind: 'equal', oid: 5004, definition: '', bytes: 0 },
    });
    const found = reported(core.state);
    expect(found?.indexes.map(({ step }) => step)).toEqual([1, 2]);
    expect(found?.indexes[0]).toMatchObject({
      bytes: 2 * 8192,
      estimatedMs: { mid: 40_000 },
      workedMs: expect.any(Number),
    });
    expect(found?.sizes).toMatchObject({ compared: 1, withinRange: 1 });
    expect(partitions(core.state).slice(0, 3)).toMatchObject([
      {
        what: 'index',
        table: 't11',
        estimatedBytes: { mid: 8192 },
        estimatedMs: { mid: 10_000 },
        workedMs: expect.any(Number),
      },
      { what: 'index', table: 't21', estimatedMs: { mid: 30_000 } },
      { what: 'parent', estimatedMs: null, workedMs: null },
    ]);
  });
});
