import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/cli/options/config-text.ts';
import { probesOf } from '../../src/cli/options/probes.ts';
import { loadParser } from '../../src/plan/index.ts';
import { planFrom } from '../support/run.ts';

beforeAll(() => loadParser());

const given = (text: string) => parseConfig(text, '/plans/indexdeck.yaml');
const probes = (text: string) => given(`probes:\n${text}`).probes ?? [];

describe('probes in the config file', () => {
  it('are read with all that may be said of them', () => {
    expect(
      probes(`
  - name: menu page
    sql: SELECT * FROM dishes WHERE restaurant_id = $1 AND name = $2;
    parameters: [42, "x"]
    repetitions: 9
    timeout: 2s
    target: at least 50 % faster
    expected-index: idx_dishes_restaurant
    sequential-scan: allowed
`),
    ).toEqual([
      {
        name: 'menu page',
        line: null,
        sql: 'SELECT * FROM dishes WHERE restaurant_id = $1 AND name = $2',
        parameters: [42, 'x'],
        repetitions: 9,
        timeoutMs: 2_000,
        target: { kind: 'faster', percent: 50 },
        expectedIndex: 'idx_dishes_restaurant',
        sequentialAllowed: true,
      },
    ]);
  });

  it.each([
    ['at least 50 % faster', { kind: 'faster', percent: 50 }],
    ['80% faster', { kind: 'faster', percent: 80 }],
    ['10x', { kind: 'faster', percent: 90 }],
    ['at least 4x faster', { kind: 'faster', percent: 75 }],
    ['< 100 ms', { kind: 'under', ms: 100 }],
    ['under 2s', { kind: 'under', ms: 2_000 }],
  ])('target %s', (text, target) => {
    expect(probes(`  - {name: a, sql: SELECT 1, target: "${text}"}\n`)[0]?.target).toEqual(target);
  });

  it.each([
    ['  - {name: a, sql: SELECT 1, target: fast}\n', /line 2: probes\.0\.target: it takes a target such as/],
    ['  - {name: a, sql: SELECT 1, target: 100 % faster}\n', /probes\.0\.target/],
    ['  - {name: a, sql: SELECT 1, target: 1x}\n', /probes\.0\.target/],
    ['  - {name: a}\n', /line 2: probes\.0: it takes sql, or the line/],
    ['  - {name: a, sql: SELECT 1, line: 3}\n', /it takes sql, or the line/],
    ['  - {sql: SELECT 1}\n', /it takes a name/],
    ['  - {line: 3, parameters: [1]}\n', /no parameters/],
    ['  - {name: a, sql: SELECT 1, timeout: 1h}\n', /10min at most/],
    ['  - {name: a, sql: SELECT 1, repetitions: 0}\n', /probes\.0\.repetitions/],
    ['  - name: a\n    sql: DELETE FROM t\n', /line 3: probes\.0\.sql: refused: it changes data/],
    ['  - name: a\n    sql: SELECT * FROM t FOR UPDATE\n', /refused: it locks rows/],
    ['  - name: a\n    sql: SELECT $2\n    parameters: [1]\n', /refused: it has \$2, and 1 values are given/],
    ['  - name: a\n    sql: SELECT 1; SELECT 2\n', /refused: it is not exactly one statement/],
  ])('%j is refused at its line', (text, message) => {
    expect(() => probes(text)).toThrow(message);
  });

  it('what verification asks for beside the plan', () => {
    const text = 'critical: [idx_a]\nthresholds: {pass: 45, review: 35}\namcheck: true\n';
    expect(given(text)).toEqual({ critical: ['idx_a'], thresholds: { pass: 45, review: 35 }, amcheck: true });
    expect(() => given('thresholds: {pass: 1, review: 2}\n')).toThrow(/line 1: thresholds: review may not be more/);
    expect(() => given('thresholds: {pass: 1}\n')).toThrow(/thresholds.review/);
  });
});

describe('the probes of a run', () => {
  const PLAN = `CREATE INDEX CONCURRENTLY i ON t (a);
SET work_mem = '9MB';
EXPLAIN ANALYZE SELECT * FROM t WHERE a = 1;
EXPLAIN SELECT * FROM t WHERE a = 2; EXPLAIN SELECT 3;
SELECT 4;
`;

  it('are the EXPLAINs of the plan, run or only planned as they say, and then those of the config file', async () => {
    const own = probes('  - {name: own, sql: SELECT 5}\n');
    expect(probesOf(await planFrom(PLAN), own)).toMatchObject([
      { name: 'line 3', from: 'plan', sql: 'SELECT * FROM t WHERE a = 1', execute: true, place: { line: 3 } },
      { name: 'line 4', from: 'plan', sql: 'SELECT * FROM t WHERE a = 2', execute: false },
      { name: 'line 4 (2)', sql: 'SELECT 3', execute: false },
      { name: 'own', from: 'config', sql: 'SELECT 5', execute: true, place: null },
    ]);
    expect(probesOf(await planFrom(PLAN))[0]?.settings).toEqual([{ name: 'work_mem', value: '9MB' }]);
  });

  it('the config file may say more of an EXPLAIN, by its line', async () => {
    const said = probes('  - {line: 3, name: menu page, target: 10x, expected-index: i}\n');
    expect(probesOf(await planFrom(PLAN), said)).toMatchObject([
      { name: 'menu page', from: 'plan', target: { kind: 'faster', percent: 90 }, expectedIndex: 'i', execute: true },
      { name: 'line 4', target: null },
      { name: 'line 4 (2)' },
    ]);
    await expect(async () => probesOf(await planFrom(PLAN), probes('  - {line: 5}\n'))).rejects.toThrow(
      'probes: there is no EXPLAIN on line 5 of the plan',
    );
  });
});
