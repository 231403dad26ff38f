import { describe, expect, test } from 'vitest';
import { ownError } from '../../../src/run/errors.ts';
import type { Probe, ProbeMeasurement, TableFacts } from '../../../src/run/index.ts';
import { judgeProbe, type ProbeContext, sequentialLeft, worthAnalyzing } from '../../../src/run/probes/judge.ts';
import { spreadOf } from '../../../src/run/probes/spread.ts';
import { describeComparison } from '../../../src/run/probes/text.ts';
import { probe } from '../../support/core.ts';

const dishes: TableFacts = { oid: 1, schema: 'menu', name: 'dishes', rows: 10_000, bytes: 8_000_000 };
const context: ProbeContext = { tables: [dishes], built: ['idx_dishes'], analyzed: [] };

interface Reads {
  indexes?: string[];
  /** Blocks that a sequential scan of dishes touches. */
  whole?: number | null;
  table?: string;
}

const measured = (ms: number | null, { indexes = [], whole, table = 'dishes' }: Reads = {}): ProbeMeasurement => {
  const runs = ms === null ? [] : [ms, ms * 1.01, ms * 0.99];
  return {
    runs,
    time: spreadOf(runs),
    planningMs: 0.1,
    rows: 1,
    buffers: null,
    plan: null,
    summary: {
      top: 'Limit',
      indexes: indexes.map((name) => ({ name, scan: 'Index Scan', table })),
      sequential:
        whole === undefined
          ? []
          : [{ schema: 'menu', table, rows: 10_000, loops: whole === null ? null : 1, blocks: whole }],
    },
    error: null,
    timedOut: false,
  };
};
const failure = (timedOut: boolean): ProbeMeasurement => ({
  ...measured(null),
  summary: null,
  error: ownError('canceling statement due to statement timeout'),
  timedOut,
});

const before = measured(100, { whole: 1_000 });
const by = measured(1, { indexes: ['idx_dishes'] });
const judged = (
  wanted: Partial<Probe>,
  after: ProbeMeasurement,
  was: ProbeMeasurement | null = before,
  more: Partial<ProbeContext> = {},
) => judgeProbe(probe('menu', wanted), was, after, { ...context, ...more });

describe('targets', () => {
  test.each<[string, Partial<Probe>, ProbeMeasurement, ProbeMeasurement | null, RegExp | null]>([
    ['reached', { target: { kind: 'faster', percent: 50 } }, by, before, null],
    ['missed', { target: { kind: 'faster', percent: 99.5 } }, by, before, /99.5 % faster, and it is 99 %/],
    ['of a time, reached', { target: { kind: 'under', ms: 2 } }, by, null, null],
    ['of a time, missed', { target: { kind: 'under', ms: 0.5 } }, by, before, /under 0.50 ms, and it takes 1.00 ms/],
    ['with nothing to compare', { target: { kind: 'faster', percent: 1 } }, by, null, /before is not known/],
    [
      'with a failure to compare',
      { target: { kind: 'faster', percent: 1 } },
      by,
      failure(false),
      /before is not known/,
    ],
    ['against one that did not end', { target: { kind: 'faster', percent: 99 } }, by, failure(true), null],
    ['only planned', { execute: false, target: { kind: 'under', ms: 9 } }, measured(null), null, /is only planned/],
    [
      'reached within the noise',
      { target: { kind: 'faster', percent: 1 } },
      measured(98, { indexes: ['idx_dishes'] }),
      before,
      /within the noise/,
    ],
    ['none', {}, measured(98, { indexes: ['idx_dishes'] }), before, null],
  ])('%s', (_, wanted, after, was, problem) => {
    const { ok, problems } = judged(wanted, after, was);
    expect(ok).toBe(problem === null);
    if (problem !== null) expect(problems.join()).toMatch(problem);
  });
});

test('an index that was expected and is not used fails it, with what is used instead', () => {
  expect(judged({ expectedIndex: 'idx_dishes' }, by).ok).toBe(true);
  expect(judged({ expectedIndex: 'idx_other' }, by).problems).toEqual([
    'its plan does not use idx_other, as was expected, but idx_dishes',
  ]);
  expect(judged({ expectedIndex: 'idx_other' }, measured(1)).problems[0]).toMatch(/no index at all$/);
});

describe('a sequential scan that is left', () => {
  const whole = measured(100, { whole: 1_000 });
  test('of a table of the plan fails it', () => {
    const { ok, problems, comparison } = judged({}, whole);
    expect(ok).toBe(false);
    expect(problems).toEqual(['dishes is still read whole (7.8 MB, 10000 rows)']);
    expect(comparison.sequentialLeft).toHaveLength(1);
  });

  test.each<[string, ProbeMeasurement]>([
    ['of little', measured(1, { whole: 128 })],
    ['that was never begun', measured(1, { whole: 0 })],
    ['of a table that the plan has no index on', measured(1, { whole: 1_000, table: 'users' })],
  ])('%s does not', (_, after) => {
    expect(judged({}, after)).toMatchObject({ ok: true, problems: [] });
    expect(worthAnalyzing(probe('menu'), after, context)).toEqual([]);
  });

  test('of a plan that was not run goes by the size of the table', () => {
    expect(sequentialLeft(measured(null, { whole: null }), [dishes])).toHaveLength(1);
    expect(sequentialLeft(measured(null, { whole: null }), [{ ...dishes, bytes: 8192 }])).toEqual([]);
    expect(sequentialLeft(measured(null, { whole: null }), [{ ...dishes, bytes: null }])).toHaveLength(1);
    expect(sequentialLeft(measured(null, { whole: null }), [{ ...dishes, schema: 'other' }])).toEqual([]);
  });

  test('is analyzed for once, and then it says so', () => {
    expect(worthAnalyzing(probe('menu'), whole, context)).toEqual([dishes]);
    const analyzed = [{ schema: 'menu', table: 'dishes', durationMs: 5, error: null }];
    expect(worthAnalyzing(probe('menu'), whole, { ...context, analyzed })).toEqual([]);
    expect(judged({}, whole, before, { analyzed }).problems[0]).toMatch(/also after an ANALYZE$/);
    const failed = analyzed.map((each) => ({ ...each, error: ownError('no lock') }));
    expect(judged({}, whole, before, { analyzed: failed }).problems[0]).toMatch(/could not be analyzed: no lock$/);
  });

  test('may be allowed', () => {
    expect(judged({ sequentialAllowed: true }, whole)).toMatchObject({ ok: true });
    expect(judged({ sequentialAllowed: true }, whole).notes).toContain('dishes is read whole, which it may be');
    expect(worthAnalyzing(probe('menu', { sequentialAllowed: true }), whole, context)).toEqual([]);
  });
});

describe('what is said of a difference', () => {
  test.each<[ProbeMeasurement | null, ProbeMeasurement, string]>([
    [before, by, '100 ms -> 1.00 ms, 99.0 % faster (100x)'],
    [before, measured(99), '100 ms -> 99.0 ms, a difference within the noise'],
    [measured(10), measured(40), '10.0 ms -> 40.0 ms, SLOWER, it takes 4.0x as long'],
    [failure(true), measured(3_000), 'over 30.0 s -> 3000 ms, at least 90 % faster (10x)'],
    [failure(false), by, 'not measured -> 1.00 ms'],
    [null, by, 'not measured -> 1.00 ms'],
    [before, failure(true), '100 ms -> not measured'],
    [{ ...before, runs: [100] }, by, '100 ms -> 1.00 ms, 99.0 % faster (100x), by too few runs to tell it from chance'],
  ])('%#', (was, after, text) => {
    expect(describeComparison(judged({}, after, was).comparison)).toBe(text);
  });

  test('new indexes are those of this run', () => {
    const after = measured(1, { indexes: ['idx_dishes', 'pk_dishes', 'idx_dishes'] });
    expect(judged({}, after).comparison.newIndexes).toEqual(['idx_dishes']);
    expect(judged({}, measured(1, { indexes: ['pk_dishes'] })).notes).toEqual([
      'its plan uses no index that this run built',
    ]);
  });

  test('one that cannot be measured after has failed', () => {
    expect(judged({}, failure(true)).problems).toEqual(['it was ended by its time limit of 30.0 s']);
    expect(judged({}, failure(false)).problems[0]).toMatch(/^it could not be measured: canceling/);
  });
});
