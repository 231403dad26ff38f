import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { file, indexdeck, root } from './program.ts';

const plan = () => file('plan.sql', '-- SECTION 1: ONE\nCREATE INDEX CONCURRENTLY i ON t (a);\n');

/** Every command of the contract. */
const COMMANDS = [
  'plan',
  'check',
  'deploy',
  'resume',
  'watch',
  'attach',
  'pause',
  'continue',
  'abort',
  'rollback',
  'backup',
  'report',
  'runs',
  'demo',
];

test('--help names every command', async () => {
  const { status, stdout, stderr } = await indexdeck(['--help']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
});

test('-h is the host, --help the help', async () => {
  const { status, stdout } = await indexdeck(['deploy', '--help']);
  expect(status).toBe(0);
  for (const option of ['-h, --host', '-p, --port', '-U, --username', '-d, --dbname', '--ui', '--yes', '--gate'])
    expect(stdout).toContain(option);
  expect(stdout).not.toMatch(/-h, --help/);
});

test('--version', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(await indexdeck(['--version'])).toMatchObject({ status: 0, stdout: version, stderr: '' });
});

describe('bad usage is status 2 and one line', () => {
  const cases: [string[], RegExp][] = [
    [['deply'], /unknown command 'deply' \(Did you mean deploy\?\)/],
    [['deploy'], /missing required argument/],
    [['deploy', 'PLAN', 'other.sql'], /cannot read the plan other\.sql: there is no such file/],
    [['deploy', 'PLAN', '--jbos', '3'], /unknown option '--jbos' \(Did you mean --jobs\?\)/],
    [['deploy', 'PLAN', '--jobs', '0'], /--jobs takes a whole number from 1 to 16/],
    [['deploy', 'PLAN', '--jobs'], /argument missing/],
    [['deploy', 'PLAN', '--ui', 'gui'], /--ui takes tui, plain, json/],
    [['deploy', 'PLAN', '--on-error', 'hope'], /--on-error takes pause, skip, abort/],
    [['deploy', 'PLAN', '--gate', 'locks=1,2,3'], /no gate "locks"/],
    [['deploy', 'PLAN', '--set', 'work_mem'], /NAME=VALUE/],
    [['deploy', 'PLAN', '--give-up', 'soon'], /30min/],
    [['deploy', 'PLAN', '--baseline', '100ms'], /--baseline takes a time from 1s to 1h/],
    [['deploy', 'PLAN', '--config', '/nowhere.yaml'], /cannot read the config file \/nowhere\.yaml/],
    [['deploy', 'PLAN'], /no terminal to ask on.*--yes/],
    [['deploy', 'PLAN', '--yes', '--ui', 'tui'], /--ui tui needs a terminal/],
    [['deploy', '/nowhere.sql', '--yes'], /cannot read the plan \/nowhere\.sql: there is no such file/],
    [['deploy', 'PLAN', '--yes', '-p', 'x'], /port "x"/],
    [['deploy', 'PLAN', '--yes', '-d', 'shop', '--confirm', 'other'], /--confirm says "other"/],
    [['deploy', 'PLAN', '--yes', '--environment', 'production'], /production needs a backup.*--no-backup/],
    [
      ['deploy', 'PLAN', '--yes', '--environment', 'production', '--no-backup', 'ID 7'],
      /production without a terminal.*--confirm DBNAME/,
    ],
    [
      ['deploy', 'PLAN', '--yes', '--backup', '/nowhere.dump'],
      /no file, no directory, and no ID or label in .*--no-backup/,
    ],
    [['deploy', 'PLAN', '--yes', '--backup', 'x', '--no-backup', 'y'], /there is one, or there is none/],
    [['backup'], /--output/],
    [['backup', '--output', 'x', '--format', 'plain'], /--format takes custom, directory/],
    [['backup', '--output', 'x', '--label', 'a b'], /--label takes letters/],
    [
      ['deploy', 'PLAN', '--yes', '--log', '/nowhere/log.md'],
      /execution log \/nowhere\/log\.md cannot be written.*--log FILE/,
    ],
    [['deploy', 'PLAN', '--yes', '--log', '/'], /it is no file/],
    [['deploy', 'PLAN', '--yes', '--webhook', 'shop'], /--webhook takes a URL/],
    [['deploy', 'PLAN', '--yes', '--webhook', 'http://a:b@c/'], /without user and password in it$/],
    [['deploy', 'PLAN', '--yes', '--exec', 'run.finished'], /EVENT=COMMAND/],
    [['deploy', 'PLAN', '--yes', '--exec', 'run.ended=x'], /no event "run\.ended": it is one of .*run\.finished/],
    [['deploy', 'PLAN', '--yes', '--matches', '/nowhere.json'], /--matches \/nowhere\.json: it cannot be read/],
    [['deploy', 'PLAN', '--yes', '--matches', 'PLAN'], /it is no JSON/],
    [['check', 'PLAN', '--matches', join(root, 'package.json')], /it is no report of indexdeck report --format json/],
    [['report'], /there is no run in .*with connection flags/],
    [['report', '--format', 'pdf'], /--format takes md, json, html/],
    [['pause'], /there is no run in/],
    [['abort', '2026'], /there is no run 2026/],
    [['watch'], /there is no run in/],
  ];
  test.each(cases)('%j', async (args, message) => {
    const path = plan();
    const { status, stdout, stderr } = await indexdeck(args.map((arg) => (arg === 'PLAN' ? path : arg)));
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('\n');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

test('runs: none yet', async () => {
  expect(await indexdeck(['runs'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^no runs in /) });
  expect(await indexdeck(['runs', '--ui', 'json'])).toMatchObject({ status: 0, stdout: '' });
});

describe('plan', () => {
  test('as text and as one JSON object', async () => {
    const path = plan();
    const text = await indexdeck(['plan', path]);
    expect(text).toMatchObject({ status: 0, stderr: '' });
    expect(text.stdout).toMatch(/1 index on 1 table in 1 section/);
    const { status, stdout } = await indexdeck(['plan', path, '--ui', 'json']);
    expect(status).toBe(0);
    const [step] = JSON.parse(stdout).sections[0].steps;
    expect(step).toMatchObject({ line: 2, kind: 'create-index', name: 'i', table: 't', concurrently: true });
  });
  test('one with problems is status 2, and names all of them', async () => {
    const path = file('bad.sql', 'DROP TABLE t;\nCREATE INDEX CONCURRENTLY i ON t (a);\nTRUNCATE t;\n');
    const { status, stdout } = await indexdeck(['plan', path, '--ui', 'json']);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).problems.map((problem: { line: number }) => problem.line)).toEqual([1, 3]);
    for (const command of ['check', 'deploy']) {
      const refused = await indexdeck([command, path, ...(command === 'deploy' ? ['--yes'] : [])]);
      expect(refused).toMatchObject({ status: 2, stdout: '' });
      expect(refused.stderr).toMatch(/2 problems; nothing was sent[\s\S]*bad\.sql:1:1: [\s\S]*bad\.sql:3:1: /);
    }
  });
});

test('an own gate that does more than ask is refused with its line, before anything is connected to', async () => {
  const path = plan();
  const text = 'own-gates:\n  - name: a\n    sql: DELETE FROM orders\n    thresholds: 1,2,3\n';
  writeFileSync(join(path, '..', 'indexdeck.yaml'), text);
  const { status, stderr } = await indexdeck(['deploy', path, '--yes', '-h', '127.0.0.1', '-p', '1']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/indexdeck\.yaml, line 3: own-gates\.0\.sql: refused: /);
});

test('a config file beside the plan is found, and its errors name their line', async () => {
  const path = plan();
  writeFileSync(join(path, '..', 'indexdeck.yaml'), 'jobs: 2\njbos: 3\n');
  const { status, stderr } = await indexdeck(['deploy', path, '--yes']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/indexdeck\.yaml, line 2: there is no option jbos/);
});
