import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { root as checkout, file, folder, indexdeck, program } from './program.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);\n';

test('from standard input, alone and after files', async () => {
  const { stdout, exitCode } = await execa(process.execPath, [program, 'plan', '-', '--ui', 'json'], { input: INDEX });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    files: ['-'],
    sections: [{ steps: [{ name: 'i', file: '-', line: 1 }] }],
  });
  const path = file('x.sql', INDEX.replace(' i ', ' j '));
  const both = await execa(process.execPath, [program, 'plan', '-', path, '--ui', 'json'], { input: INDEX });
  expect(JSON.parse(both.stdout).files).toEqual([path, '-']);
});

test('a folder is one plan; deploy and check take one too', async () => {
  const root = folder();
  mkdirSync(join(root, 'm'));
  for (const n of [2, 10]) writeFileSync(join(root, 'm', `${n}.sql`), INDEX.replace(' i ', ` i${n} `));
  const { stdout } = await indexdeck(['plan', join(root, 'm'), '--format', 'json']);
  expect(JSON.parse(stdout).sections.map(({ title }: { title: string }) => title)).toEqual(['2.sql', '10.sql']);
  writeFileSync(join(root, 'm', '3.sql'), 'DROP TABLE t;');
  const refused = await indexdeck(['deploy', join(root, 'm'), join(root, 'm', '2.sql'), '--yes']);
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toMatch(/the plan has 1 problem; nothing was sent:[\s\S]*3\.sql:1:1: /);
});

test('--only-indexes leaves out and lists, as flag and in the config file', async () => {
  const path = file('mixed.sql', `CREATE TABLE t (a int);\n${INDEX}`);
  expect((await indexdeck(['plan', path])).status).toBe(2);
  const { status, stdout } = await indexdeck(['plan', path, '--only-indexes', '--ui', 'json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ leftOut: [{ line: 1, what: 'CREATE TABLE t (a int)' }], problems: [] });
  // Past the plan, it is the connection that fails.
  const at = ['-h', '127.0.0.1', '-p', '1'];
  expect((await indexdeck(['check', path, ...at])).status).toBe(2);
  expect((await indexdeck(['check', path, '--only-indexes', ...at])).status).toBe(3);
  writeFileSync(join(path, '..', 'indexdeck.yaml'), 'only-indexes: true\n');
  expect((await indexdeck(['check', path, ...at])).status).toBe(3);
});

test('problems come with their text, a caret and the right form', async () => {
  const path = file('slip.sql', 'CREATE INDEX i ON t (a,) WHERE b INCLUDE (c);\n');
  const { stdout } = await indexdeck(['plan', path]);
  expect(stdout).toContain('1 | CREATE INDEX i ON t (a,) WHERE b INCLUDE (c);\n');
  expect(stdout).toMatch(/\n {10}\| {24}\^\n/);
  expect(stdout).toContain('CREATE INDEX i ON t (a) INCLUDE (c) WHERE b');
  const { stderr } = await indexdeck(['deploy', path, '--yes']);
  expect(stderr).toContain('CREATE INDEX i ON t (a) INCLUDE (c) WHERE b');
});

describe('--format sql', () => {
  test('writes the plan back', async () => {
    const path = file('x.sql', `BEGIN;\n-- SECTION 1: One\n${INDEX}COMMIT;\n`);
    const { status, stdout } = await indexdeck(['plan', path, '--format', 'sql']);
    expect({ status, stdout: stdout.trimEnd() }).toEqual({
      status: 0,
      stdout: `-- SECTION 1: One\n${INDEX}`.trimEnd(),
    });
  });

  test('with problems standard output stays empty', async () => {
    const { status, stdout, stderr } = await indexdeck(['plan', file('x.sql', 'DROP TABLE t;'), '--format', 'sql']);
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('x.sql:1:1');
  });
});

describe('--fix', () => {
  test('shows a diff and writes beside, once', async () => {
    const path = file('x.sql', '\ufeffBEGIN;\nCREATE INDEX i ON t (a);\nCOMMIT;\n');
    const { status, stdout } = await indexdeck(['plan', path, '--fix']);
    expect(status).toBe(0);
    expect(stdout).toContain('-CREATE INDEX i ON t (a);\n');
    expect(stdout).toContain('+CREATE INDEX CONCURRENTLY i ON t (a);\n');
    expect(readFileSync(`${path}.fixed`, 'utf8')).toBe('\ufeffCREATE INDEX CONCURRENTLY i ON t (a);\n');
    expect(readFileSync(path, 'utf8')).toContain('BEGIN');
    const again = await indexdeck(['plan', path, '--fix']);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
  });

  test('what it cannot mend is left, and is status 2', async () => {
    const path = file('x.sql', 'CREATE INDEX i ON t (a);\nDROP TABLE t;\n');
    const { status, stdout } = await indexdeck(['plan', path, '--fix']);
    expect(status).toBe(2);
    expect(stdout).toMatch(/left to be mended by hand[\s\S]*DROP TABLE t/);
    expect(existsSync(`${path}.fixed`)).toBe(true);
  });

  test('nothing to mend writes nothing', async () => {
    const path = file('x.sql', INDEX);
    expect(await indexdeck(['plan', path, '--fix'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Nothing/),
    });
    expect(existsSync(`${path}.fixed`)).toBe(false);
  });
});

test('reading a plan takes no more memory than the program does: its parser is compiled once, and not for speed', async () => {
  const say = 'process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)))';
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(say)}`];
  const most = async (...args: string[]) => Number((await indexdeck(args, { nodeArgs })).stderr);
  const program = await most('plan', file('x.sql', INDEX));
  expect(program).toBeGreaterThan(0);
  expect(await most('plan', join(checkout, 'sql', 'demo', 'plan.sql'))).toBeLessThan(1.5 * program);
});
