import { describe, expect, test } from 'vitest';
import { newRunId } from '../../src/cli/identity.ts';
import { parseConfig } from '../../src/cli/options/config-text.ts';
import { mergeOptions, resumedOptions, runOptions } from '../../src/cli/options/deploy-options.ts';
import { parseGate } from '../../src/cli/options/gates.ts';
import { parseIgnore } from '../../src/cli/options/ignore.ts';
import { parseCheckUniqueUpTo, parseLedgerSchema, parseSetting } from '../../src/cli/options/values.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { refuseSwallowed } from '../../src/cli/swallowed.ts';
import { parseDuration } from '../../src/run/gates/units.ts';

describe('an option that wants a value', () => {
  const refused = (...args: string[]) => {
    const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: {} };
    return () =>
      refuseSwallowed(
        buildProgram(io, () => undefined),
        args,
      );
  };

  test('does not take the next option for it', () => {
    expect(refused('check', 'plan.sql', '--ignore', '-d', 'menuca')).toThrow(
      '--ignore needs a value, and -d is the next option',
    );
    expect(refused('deploy', 'plan.sql', '--jobs', '--yes')).toThrow('--jobs needs a value');
    expect(refused('rollback', '--only', '--yes')).toThrow('--only needs a value');
  });

  test('takes what is no option, or what is written to it', () => {
    expect(refused('check', 'plan.sql', '--ignore', 'dump-running', '-d', 'menuca')).not.toThrow();
    expect(refused('check', 'plan.sql', '--ignore=-d')).not.toThrow();
    expect(refused('check', '--make-concurrent', '-d', 'x', '--', '--ignore', '-d')).not.toThrow();
    expect(refused('--help')).not.toThrow();
  });
});

describe('--gate', () => {
  const good: [string, string, (number | null)[]][] = [
    ['lock-waiters=1,20,-', 'lock-waiters', [1, 20, null]],
    ['lock-waiters = 1 , 20 , -', 'lock-waiters', [1, 20, null]],
    ['connections=80%,90 %,97', 'connections', [80, 90, 97]],
    ['rollbacks=2x,5X,-', 'rollbacks', [2, 5, null]],
    ['old-transaction=30s,10min,1h', 'old-transaction', [30, 600, 3600]],
    ['stalled-build=500ms,2m,1d', 'stalled-build', [0.5, 120, 86_400]],
    ['replica-lag=10,60,-', 'replica-lag', [10, 60, null]],
    ['retained-wal=512MB,1.5GB,1tb', 'retained-wal', [512 * 1024 ** 2, 1.5 * 1024 ** 3, 1024 ** 4]],
    ['active=-,-,-', 'active', [null, null, null]],
    ['active=0,0,0', 'active', [0, 0, 0]],
  ];
  test.each(good)('%s', (text, gate, [warn, pause, abort]) => {
    expect(parseGate(text)).toEqual([gate, { warn, pause, abort }]);
  });
  const bad: [string, RegExp][] = [
    ['lock-waiters', /NAME=WARN,PAUSE,ABORT/],
    ['lock-waiters=1,2', /gate lock-waiters: "1,2" is not three values.*number of sessions/],
    ['lock-waiters=1s,2,3', /gate lock-waiters: "1s" is not understood/],
    ['old-transaction=1GB,2,3', /gate old-transaction: "1GB".*10min/],
    ['retained-wal=1min,-,-', /gate retained-wal: "1min".*10GB/],
    ['connections=-1,2,3', /"-1" is not understood/],
    ['connections=,2,3', /"" is not understood/],
    ['connections=1e2,-,-', /"1e2"/],
    ['active=60,30,-', /does not rise/],
    ['active=60,-,30', /does not rise/],
  ];
  test.each(bad)('%s is refused', (text, message) => {
    expect(() => parseGate(text)).toThrow(message);
  });
});

test('times', () => {
  expect(['30min', '1h', '90', '1.5 s', 'soon', ''].map(parseDuration)).toEqual([
    1_800_000,
    3_600_000,
    90_000,
    1_500,
    null,
    null,
  ]);
});

test('--set', () => {
  expect(parseSetting('Maintenance_Work_Mem=512MB')).toEqual(['maintenance_work_mem', '512MB']);
  expect(parseSetting('my.setting=a=b')).toEqual(['my.setting', 'a=b']);
  for (const text of ['x', '=1', 'a b=1', 'x=']) expect(() => parseSetting(text)).toThrow(/NAME=VALUE/);
});

describe('what is read for duplicates', () => {
  const unasked = { upTo: 256 * 1024 ** 2, asked: false, examples: true };

  test('tables of a few seconds, unless a size is named', () => {
    expect(runOptions({}, true, true).uniqueCheck).toEqual(unasked);
    const given = mergeOptions({ checkUniqueUpTo: parseCheckUniqueUpTo('10GB') }, { uniqueExamples: false });
    expect(runOptions(given, true, true).uniqueCheck).toEqual({ upTo: 10 * 1024 ** 3, asked: true, examples: false });
    expect(parseCheckUniqueUpTo('0')).toBe(0);
    expect(() => parseCheckUniqueUpTo('much')).toThrow(/--check-unique-up-to takes a size, such as 10GB/);
  });

  test('in a config file', () => {
    const { checkUniqueUpTo, uniqueExamples } = parseConfig(
      'check-unique-up-to: 1GB\nunique-examples: false\n',
      'x.yaml',
    );
    expect([checkUniqueUpTo, uniqueExamples]).toEqual([1024 ** 3, false]);
  });

  test('a run that is taken up again goes on as it was, but for what is said', () => {
    const before = runOptions({ checkUniqueUpTo: 5, uniqueExamples: false }, true, true);
    expect(resumedOptions(before, {}, true, true).uniqueCheck).toEqual({ upTo: 5, asked: true, examples: false });
    expect(resumedOptions(before, { checkUniqueUpTo: 0 }, true, true).uniqueCheck?.upTo).toBe(0);
    const { uniqueCheck: _, ...ofOld } = before;
    expect(resumedOptions(ofOld, {}, true, true).uniqueCheck).toEqual(unasked);
  });
});

describe('--ignore', () => {
  test('takes a code that can be waived', () => {
    expect(parseIgnore('dump-running')).toBe('dump-running');
  });

  const bad: [string, RegExp][] = [
    ['dump-runing', /there is no finding "dump-runing" \(near it: dump-running\); can be waived: .*index-refused/],
    ['amchek', /near it: amcheck/],
    ['engine', /near it: only-engine, other-engine, restore-engine/],
    ['nothing-like-that-at-all', /there is no finding "nothing-like-that-at-all"; can be waived: /],
    ['standby', /--ignore standby: it cannot be waived\. A standby takes no writes\./],
    ['backup', /--no-backup REASON/],
    ['old-transaction', /it never blocks, so there is nothing to waive/],
  ];
  test.each(bad)('refuses %s and says why', (text, message) => {
    expect(() => parseIgnore(text)).toThrow(message);
  });

  test('adds to the config file, and a resumed run has to be told anew', () => {
    const config = parseConfig('ignore: [matches]\n', 'c.yaml');
    const merged = mergeOptions({ ignore: ['dump-running', 'matches'] }, config);
    const options = runOptions(merged, true, true);
    expect(options.ignore).toEqual(['matches', 'dump-running']);
    expect(resumedOptions(options, {}, true, true).ignore).toBeUndefined();
    expect(resumedOptions(options, { ignore: ['matches'] }, true, true).ignore).toEqual(['matches']);
    expect(runOptions(mergeOptions({}, {}), true, true)).not.toHaveProperty('ignore');
  });
});

test('the ledger is on, in a schema of its own, unless something else is said', () => {
  expect(runOptions({}, true, true).ledger).toEqual({ schema: 'indexdeck' });
  expect(runOptions({ ledgerSchema: 'x' }, true, true).ledger).toEqual({ schema: 'x' });
  expect(runOptions({ ledger: false, ledgerSchema: 'x' }, true, true).ledger).toBeNull();
  expect(runOptions(mergeOptions({ ledger: false }, { ledger: true }), true, true).ledger).toBeNull();
});

test('--ledger-schema', () => {
  for (const name of ['x', 'Some "name"', 'ä'.repeat(31), 'pgledger']) expect(parseLedgerSchema(name)).toBe(name);
  // The server's own, one that stands for another in a search path, and one that would be cut.
  for (const name of ['', 'pg_ledger', 'pg_temp', 'information_schema', '$user', 'ä'.repeat(32), 'a\0b'])
    expect(() => parseLedgerSchema(name)).toThrow(/--ledger-schema takes a name/);
});

describe('the config file', () => {
  test('all of it', () => {
    const text = `
# a comment
ui: plain
jobs: 4
environment: production
no-backup: taken by hand
gates:
  lock-waiters: 1,20,-
  retained-wal: "-,5GB,-"
on-error: skip
on-disconnect: abort
replace-invalid: true
make-concurrent: false
retries: 5
set:
  maintenance_work_mem: 512MB
  max_parallel_maintenance_workers: 4
  synchronous_commit: off
journal: runs
auto-continue: false
give-up: 5min
baseline: 30s
ledger: false
ledger-schema: Deployments
`;
    expect(parseConfig(text, '/plans/indexdeck.yaml')).toEqual({
      ui: 'plain',
      jobs: 4,
      environment: 'production',
      noBackup: 'taken by hand',
      gates: {
        'lock-waiters': { warn: 1, pause: 20, abort: null },
        'retained-wal': { warn: null, pause: 5 * 1024 ** 3, abort: null },
      },
      onError: 'skip',
      onDisconnect: 'abort',
      replaceInvalid: true,
      makeConcurrent: false,
      retries: 5,
      settings: {
        maintenance_work_mem: '512MB',
        max_parallel_maintenance_workers: '4',
        synchronous_commit: 'off',
      },
      journal: '/plans/runs',
      autoContinue: false,
      giveUpMs: 300_000,
      baselineMs: 30_000,
      ledger: false,
      ledgerSchema: 'Deployments',
    });
  });
  test('an empty one says nothing', () => {
    expect(parseConfig('', 'c.yaml')).toEqual({});
    expect(parseConfig('# nothing\n', 'c.yaml')).toEqual({});
  });
  const bad: [string, RegExp][] = [
    ['jobs: 2\njbos: 3\n', /c\.yaml, line 2: there is no option jbos/],
    ['yes: true\n', /line 1: yes is given on the command line only/],
    ['jobs: 2\n\ngates:\n  lock-waiters: 1,2\n', /line 4: gates\.lock-waiters: gate lock-waiters: "1,2"/],
    ['gates:\n  active: 1,2,3\n  nope: 1,2,3\n', /line 3: there is no option nope in gates/],
    ['jobs: many\n', /line 1: jobs: --jobs takes a whole number/],
    ['on-error: explode\n', /line 1: on-error: /],
    ['jobs: 2\n  bad: [\n', /line \d: /],
    ['- a\n- b\n', /line 1: /],
    ['replace-invalid: maybe\n', /line 1: replace-invalid: /],
    ['ledger: maybe\n', /line 1: ledger: /],
    ['jobs: 2\nignore: [dump-runing]\n', /line 2: ignore\.0: .*near it: dump-running/],
    ['ledger-schema: pg_mine\n', /--ledger-schema takes a name/],
    ['jobs: 1\njobs: 2\n', /line 2: /],
  ];
  test.each(bad)('%j is refused with its line', (text, message) => {
    expect(() => parseConfig(text, 'c.yaml')).toThrow(message);
  });
});

test('flags win over the file, gate by gate and setting by setting; the rest has its default', () => {
  const active = { warn: 1, pause: 2, abort: 3 };
  const config = { jobs: 4, retries: 9, settings: { a: '1', b: '1' }, gates: { active } };
  const flags = { jobs: 8, settings: { b: '2' }, gates: { connections: active } };
  const merged = runOptions(mergeOptions(flags, config), true, false);
  expect(merged).toMatchObject({ jobs: 8, retries: 9, settings: { a: '1', b: '2' }, onDisconnect: 'pause' });
  expect(merged.gates).toMatchObject({
    active,
    connections: active,
    'lock-waiters': { warn: 1, pause: 10, abort: null },
  });
});

test('what a flag says of a backup overrules both keys of the file; a path in the file starts from there', () => {
  const config = parseConfig('backup: dumps/shop.dump\nbin-dir: bin\n', '/plans/indexdeck.yaml');
  expect(config).toEqual({ backup: '/plans/dumps/shop.dump', binDir: '/plans/bin' });
  expect(parseConfig('backup: bk-1\n', '/plans/indexdeck.yaml')).toEqual({ backup: 'bk-1' });
  expect(mergeOptions({ noBackup: 'staging' }, config)).toMatchObject({ noBackup: 'staging', binDir: '/plans/bin' });
  expect(mergeOptions({ noBackup: 'staging' }, config).backup).toBeUndefined();
  expect(mergeOptions({ backup: 'bk-2' }, { noBackup: 'x' })).toMatchObject({ backup: 'bk-2' });
  expect(mergeOptions({ jobs: 1 }, config).backup).toBe('/plans/dumps/shop.dump');
});

test('a failure pauses where somebody is there, and aborts where not', () => {
  expect(runOptions({}, true, true).onError).toBe('pause');
  expect(runOptions({}, false, false).onError).toBe('abort');
});

test('run IDs sort by time and are not given twice', () => {
  const id = newRunId(new Date('2026-11-23T19:20:11.123Z'), () => 0);
  expect(id).toBe('20261123-192011-aaaa');
  const many = new Set(Array.from({ length: 200 }, () => newRunId(new Date(0))));
  expect(many.size).toBeGreaterThan(195);
});
