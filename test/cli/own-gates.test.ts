import { beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/cli/options/config-text.ts';
import { type GivenOptions, mergeOptions, resumedOptions, runOptions } from '../../src/cli/options/deploy-options.ts';
import { parseGate } from '../../src/cli/options/gates.ts';
import { statusLine } from '../../src/cli/output/status-line.ts';
import { loadParser } from '../../src/plan/index.ts';
import { Core, createIndex, emptySample, options, planOf, section } from '../support/core.ts';

beforeAll(loadParser);

const gates = (text: string) => parseConfig(`own-gates:\n${text}`, '/plans/indexdeck.yaml').ownGates;

describe('own gates in the config file', () => {
  test('a statement, with every key', () => {
    const text = `
  - name: shop-errors
    sql: |
      -- of the last minute
      SELECT count(*) FROM errors
      WHERE at > now() - interval '1 minute';
    every: 30s
    timeout: 2s
    thresholds: 1,5.5,-
    unit: errors
`;
    expect(gates(text)).toEqual([
      {
        name: 'shop-errors',
        source: { kind: 'sql', sql: expect.stringMatching(/^SELECT count\(\*\) FROM errors\s+WHERE [^;]+$/) },
        everyMs: 30_000,
        timeoutMs: 2_000,
        thresholds: { warn: 1, pause: 5.5, abort: null },
        below: false,
        unit: 'errors',
      },
    ]);
  });

  test('a command runs in the folder of the file, and less may be worse', () => {
    expect(gates('  - {name: disk, command: ./free-gb.sh, thresholds: "50,20,-5", below: true}')).toEqual([
      {
        name: 'disk',
        source: { kind: 'command', command: './free-gb.sh', cwd: '/plans' },
        everyMs: 10_000,
        timeoutMs: 5_000,
        thresholds: { warn: 50, pause: 20, abort: -5 },
        below: true,
        unit: null,
      },
    ]);
  });

  test('the time for one reading is never more than the interval', () => {
    expect(gates('  - {name: a, command: x, every: 2, thresholds: "1,-,-"}')?.[0]).toMatchObject({
      everyMs: 2_000,
      timeoutMs: 2_000,
    });
  });

  const bad: [string, RegExp][] = [
    ['  - name: Shop\n    sql: SELECT 1\n    thresholds: 1,2,3\n', /yaml, line 2: own-gates\.0\.name: .*a-z/],
    [
      '  - name: active\n    sql: SELECT 1\n    thresholds: 1,2,3\n',
      /line 2: own-gates\.0\.name: active is a gate that every/,
    ],
    [
      '  - {name: a, sql: SELECT 1, thresholds: "1,2,3"}\n  - {name: a, command: x, thresholds: "1,2,3"}\n',
      /line 3: own-gates\.1\.name: there are two gates a/,
    ],
    ['  - name: a\n    thresholds: 1,2,3\n', /line 2: own-gates\.0: it takes sql or command/],
    ['  - name: a\n    sql: SELECT 1\n    command: x\n    thresholds: 1,2,3\n', /line 4: .*not both/],
    ['  - name: a\n    sql: SELECT 1\n', /line 2: own-gates\.0\.thresholds: /],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2\n', /line 4: .*"1,2" is not three values.*plain number/],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2GB,-\n', /line 4: .*"2GB" is not understood/],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 3,2,1\n', /line 4: .*does not rise/],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2,3\n    below: true\n', /line 4: .*does not fall/],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2,3\n    every: 0.5s\n', /line 5: .*1s at least/],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2,3\n    every: soon\n', /line 5: .*a time/],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2,3\n    every: 3s\n    timeout: 4s\n', /line 6: .*timeout: /],
    [
      '  - name: a\n    sql: SELECT 1\n    thresholds: 1,2,3\n    every: 1h\n    timeout: 11s\n',
      /line 6: .*10s at most/,
    ],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2,3\n    evry: 3s\n', /line 5: there is no option evry/],
    ['  - name: a\n    sql: SELECT 1\n    thresholds: 1,2,3\n    unit: "\\e[31m"\n', /line 5: .*printable/],
  ];
  test.each(bad)('%j is refused with its line', (text, message) => {
    expect(() => gates(text)).toThrow(message);
  });

  const refused: [string, RegExp][] = [
    ['DELETE FROM orders', /line 3: own-gates\.0\.sql: refused: /],
    ['UPDATE orders SET paid = true RETURNING 1', /refused: /],
    ['WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone', /it deletes rows/],
    ['SELECT 1; SELECT 2', /not exactly one statement/],
    ['SELECT 1; DROP TABLE orders', /not exactly one statement/],
    ['SELECT 1) FROM orders; --', /syntax error/],
    ['SELECT pg_terminate_backend(1)', /ends or interrupts other sessions/],
    ['SELECT pg_sleep(100)', /holds a snapshot/],
    ['SELECT 1 FROM orders FOR UPDATE', /locks rows/],
    ['SELECT 1 INTO copy', /creates a table/],
    ['EXPLAIN SELECT 1', /only a SELECT/],
    ['SET work_mem = 1', /only a SELECT/],
    ['SELECT :limit', /variable/],
    ['SELECT $1::int', /parameters/],
    ['\\q', /no SQL/],
    ['-- nothing', /not exactly one statement/],
  ];
  test.each(refused)('the statement %j is refused', (sql, message) => {
    expect(() => gates(`  - name: a\n    sql: ${JSON.stringify(sql)}\n    thresholds: 1,2,3\n`)).toThrow(message);
  });
});

describe('--gate for an own gate', () => {
  const file = () =>
    parseConfig('own-gates:\n  - {name: disk, command: x, thresholds: "50,20,5", below: true}', 'c.yaml');
  const given = (text: string) => {
    const [name, thresholds] = parseGate(text);
    return { ownThresholds: { [name]: String(thresholds) } };
  };

  test('overrides its thresholds, by its own rules', () => {
    const { ownGates } = runOptions(mergeOptions(given('disk=9,8,-'), file()), true, false);
    expect(ownGates).toMatchObject([{ name: 'disk', thresholds: { warn: 9, pause: 8, abort: null } }]);
    expect(() => mergeOptions(given('disk=8,9,-'), file())).toThrow(/gate disk: "8,9,-" does not fall/);
    expect(() => mergeOptions(given('disk=1GB,-,-'), file())).toThrow(/"1GB" is not understood/);
  });

  test('also when a run is taken up again, which keeps its own gates', () => {
    const before = runOptions(mergeOptions({}, file()), true, false);
    const resumed = (flags: GivenOptions, config: GivenOptions = {}) =>
      resumedOptions(before, mergeOptions(flags, config, before.ownGates), true, false).ownGates;
    expect(resumed({})).toEqual(before.ownGates);
    expect(resumed(given('disk=9,8,-'))).toMatchObject([
      { name: 'disk', thresholds: { warn: 9, pause: 8, abort: null } },
    ]);
    expect(resumed({}, { ownGates: [] })).toEqual([]);
    expect(() => resumed(given('locks=1,2,3'))).toThrow(/no gate "locks"/);
  });

  test('without a gate of that name lists those that there are', () => {
    expect(() => mergeOptions(given('locks=1,2,3'), file())).toThrow(
      /no gate "locks": lock-waiters, blocked-by-us, .*, disk$/,
    );
  });
});

test('the status line has their numbers against what pauses, and a question mark for what is not known', () => {
  const ownGates = gates(`
  - {name: shop-errors, sql: SELECT 1, thresholds: "5,20,-"}
  - {name: disk-free, command: x, thresholds: "50,-,5", below: true, unit: GB}
  - {name: queue, command: x, thresholds: "1,2,3"}
  - {name: turned-off, command: x, thresholds: "-,-,-"}
`);
  const core = new Core(planOf(section('A', [createIndex('i', 't')])), options({ ownGates: ownGates ?? [] }));
  core.go();
  const own = {
    'shop-errors': { at: '', value: 7, why: null },
    'disk-free': { at: '', value: 30.5, why: null },
    queue: { at: '', value: null, why: 'status 3' },
  };
  const link = { status: 'connected', since: '', why: null } as const;
  const sample = { ...emptySample(core.now), own };
  const line = statusLine({ state: core.state, sample, link, events: core.events }, core.now);
  expect(line).toMatch(/shop-errors 7\/20 {2}disk-free 30\.5\/5 GB {2}queue \?\/2$/);
});
