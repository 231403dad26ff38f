import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readPlanFiles, recordedSources } from '../../src/cli/read-plan.ts';
import { compareNatural } from '../../src/plan/index.ts';
import { indexes } from './support.ts';

/** A folder with these files in it, each with one index named after it unless a text is given. */
function folder(files: readonly string[] | Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'indexdeck-plan-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const texts = Array.isArray(files)
    ? Object.fromEntries(files.map((file: string) => [file, `CREATE INDEX CONCURRENTLY "${file}" ON t (a);`]))
    : files;
  for (const [file, text] of Object.entries(texts as Record<string, string>)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

const read = (names: readonly string[], stdin = '') =>
  readPlanFiles(names, { makeConcurrent: false }, Readable.from([Buffer.from(stdin)]));

async function order(root: string, ...names: string[]): Promise<string[]> {
  const plan = await read(names.map((name) => join(root, name)));
  return plan.files.map((file) => relative(root, file));
}

describe('several files make one plan', () => {
  test('numbers compare as numbers, whatever the order of the arguments', async () => {
    const root = folder(['10_b.sql', '9_a.sql', '100.sql', '9_B.sql']);
    expect(await order(root, '100.sql', '10_b.sql', '9_B.sql', '9_a.sql')).toEqual([
      '9_a.sql',
      '9_B.sql',
      '10_b.sql',
      '100.sql',
    ]);
  });

  test('a folder is read with those in it; what is no SQL and what is hidden is not', async () => {
    const root = folder([
      'm/2/x.sql',
      'm/10/x.sql',
      'm/1.SQL',
      'm/readme.md',
      'm/.hidden/x.sql',
      'm/node_modules/x.sql',
    ]);
    expect(await order(root, 'm')).toEqual(['m/1.SQL', 'm/2/x.sql', 'm/10/x.sql']);
  });

  test('a pattern', async () => {
    const root = folder(['m/2.sql', 'm/10.sql', 'm/3.txt', 'n/1.sql']);
    expect(await order(root, 'm/*.sql')).toEqual(['m/2.sql', 'm/10.sql']);
    expect(await order(root, '{m,n}/[12]*.sql')).toEqual(['m/2.sql', 'm/10.sql', 'n/1.sql']);
  });

  test('a file whose name looks like a pattern is a file', async () => {
    const root = folder(['[1].sql', '1.sql']);
    expect(await order(root, '[1].sql')).toEqual(['[1].sql']);
  });

  test('nothing is read twice', async () => {
    const root = folder(['m/1.sql', 'm/2.sql']);
    expect(await order(root, 'm', 'm/2.sql', 'm/*.sql')).toEqual(['m/1.sql', 'm/2.sql']);
  });

  test('standard input comes last; what it includes is looked for from the working directory', async () => {
    const root = folder(['a.sql', 'b.sql']);
    const input = `CREATE INDEX CONCURRENTLY last ON t (a);\n\\ir ${join(root, 'b.sql')}\n`;
    const plan = await read(['-', join(root, 'a.sql')], input);
    expect(plan.files).toEqual([join(root, 'a.sql'), '-', join(root, 'b.sql')]);
    expect(indexes(plan).map(({ name, file, line }) => `${relative(root, file)}:${line} ${name}`)).toEqual([
      'a.sql:1 a.sql',
      `${relative(root, '-')}:1 last`,
      'b.sql:1 b.sql',
    ]);
  });

  test('each file is a section where it has none of its own', async () => {
    const index = (name: string) => `CREATE INDEX CONCURRENTLY ${name} ON t (a);\n`;
    const root = folder({
      '1.sql': index('a'),
      '2.sql': `-- SECTION 1: TWO\n${index('b')}`,
      '3.sql': index('c'),
      '4/migration.sql': index('d'),
    });
    const plan = await read([root]);
    expect(plan.sections.map(({ title, line }) => `${title} ${line}`)).toEqual(['1.sql 1', 'TWO 1', '3.sql 1', '4 1']);
  });

  test('a file with nothing live in it is named', async () => {
    const root = folder({ '1.sql': '-- nothing\n', '2.sql': 'CREATE INDEX CONCURRENTLY i ON t (a);' });
    const plan = await read([root]);
    expect(plan.problems).toEqual([]);
    expect(plan.leftOut).toMatchObject([{ file: join(root, '1.sql'), line: 1, what: 'the whole file' }]);
  });

  test('a way back of golang-migrate is read with its way there, and is no step', async () => {
    const root = folder({
      '1_x.up.sql': 'CREATE INDEX CONCURRENTLY i ON t (a);',
      '1_x.down.sql': 'DROP INDEX CONCURRENTLY i;',
    });
    const plan = await read([join(root, '1_x.up.sql')]);
    expect(plan.files).toHaveLength(2);
    expect(plan.problems).toEqual([]);
    expect(plan.migrations).toMatchObject([
      { tool: 'golang-migrate', file: join(root, '1_x.up.sql'), down: [{ drops: ['i'], concurrently: true }] },
    ]);
  });

  test('a folder of sqitch is read in the order of its plan', async () => {
    const root = folder({
      'sqitch.plan':
        '%syntax-version=1.0.0\n%project=x\n\nzeta 2026-01-01T00:00:00Z A <a@b> # first\nalpha [zeta] 2026-01-02T00:00:00Z A <a@b> # second\n',
      'deploy/alpha.sql': 'CREATE INDEX CONCURRENTLY a ON t (a);',
      'deploy/zeta.sql': 'CREATE INDEX CONCURRENTLY z ON t (a);',
      'revert/alpha.sql': 'DROP INDEX CONCURRENTLY a;',
      'revert/zeta.sql': 'DROP INDEX CONCURRENTLY z;',
    });
    const plan = await read([root]);
    expect(indexes(plan).map(({ name }) => name)).toEqual(['z', 'a']);
    expect(plan.migrations?.map(({ version, down }) => [version, down[0]?.drops])).toEqual([
      ['zeta', ['z']],
      ['alpha', ['a']],
    ]);
  });
});

describe('what cannot be read is said', () => {
  test.each([
    ['nowhere.sql', /cannot read the plan .*nowhere\.sql: there is no such file/],
    ['*.nothing', /cannot read the plan .*: nothing matches it/],
    ['empty', /cannot read the plan .*empty: the folder holds no \.sql file/],
  ])('%s', async (name, message) => {
    const root = folder({ 'empty/readme.md': '' });
    await expect(read([join(root, name)])).rejects.toThrow(message);
  });
});

test('what is recorded of a plan’s names can be read again from anywhere', () => {
  expect(recordedSources(['a.sql', '/b/*.sql'])).toEqual([join(process.cwd(), 'a.sql'), '/b/*.sql']);
  expect(recordedSources(['a.sql', '-'])).toEqual([]);
});

test('natural order is an order', () => {
  const name = fc.array(fc.constantFrom('1', '02', '2', '10', 'a', 'B', '_', '-', '.', '/', 'R__x.sql', 'ä'), {
    maxLength: 6,
  });
  const path = name.map((parts) => parts.join(''));
  fc.assert(
    fc.property(path, path, path, (a, b, c) => {
      expect(Math.sign(compareNatural(a, b)) + Math.sign(compareNatural(b, a))).toBe(0);
      if (compareNatural(a, b) === 0) expect(a).toBe(b);
      if (compareNatural(a, b) < 0 && compareNatural(b, c) < 0) expect(compareNatural(a, c)).toBeLessThan(0);
    }),
    { numRuns: 3000 },
  );
});
