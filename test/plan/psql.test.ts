import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Include } from '../../src/plan/index.ts';
import { codes, indexes, plan } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';

describe('psql commands', () => {
  test.each([
    '\\echo hello; DROP TABLE t',
    "\\echo 'it''s; \\' done'",
    '\\qecho x',
    '\\warn x',
    '\\timing',
    '\\timing on',
    '\\set ON_ERROR_STOP on',
    '\\set ON_ERROR_STOP',
    '\\set VERBOSITY verbose',
    '\\pset pager off',
    '\\x auto',
    '\\t',
    '\\a',
    '\\encoding UTF8',
    '\\conninfo',
    '\\d+ t',
    '\\di',
    '\\restrict abc',
  ])('%s passes with a note', (command) => {
    const read = plan(`${INDEX}\n${command}\n${INDEX.replace(' i ', ' j ')}`);
    expect(read.problems).toEqual([]);
    expect(read.leftOut).toMatchObject([{ line: 2, column: 1, what: command, why: expect.stringMatching(/./) }]);
    expect(indexes(read)).toHaveLength(2);
  });

  test.each([
    '\\gexec',
    '\\if true',
    '\\else',
    '\\endif',
    '\\set name value',
    '\\c other',
    '\\connect other',
    '\\! rm x',
    '\\copy t from x',
    '\\g',
    '\\gx',
    '\\gset',
    '\\watch 1',
    '\\q',
    '\\r',
    '\\o out.txt',
    '\\cd /tmp',
    '\\encoding LATIN1',
    '\\set SINGLELINE on',
    '\\echo `id`',
    '\\nonsense',
    '\\;',
  ])('%s is refused with a reason', (command) => {
    const read = plan(`${INDEX}\n${command}\n;`);
    expect(codes(read)).toEqual(['psql-command']);
    expect(read.problems[0]).toMatchObject({ line: 2, column: 1 });
    expect(indexes(read)).toHaveLength(1);
  });

  test('several on a line, and SQL after two backslashes', () => {
    const read = plan(`\\t \\a \\\\ ${INDEX}`);
    expect(read.leftOut.map(({ what }) => what)).toEqual(['\\t', '\\a \\\\']);
    expect(indexes(read)).toMatchObject([{ line: 1, column: 10 }]);
  });

  test('in the middle of a statement they are cut out of it, offset for offset', () => {
    const read = plan('CREATE INDEX CONCURRENTLY i\n\\echo on the way\nON t (a);\nfoo');
    expect(indexes(read)).toMatchObject([{ sql: 'CREATE INDEX CONCURRENTLY i\n                \nON t (a)' }]);
    expect(read.problems).toMatchObject([{ line: 4, column: 1 }]);
  });

  test.each([
    "SELECT '\\echo'",
    "SELECT E'\\\\g'",
    'SELECT $$ \\! $$',
    'SELECT "\\c"',
    'SELECT 1 /* \\q */',
    'SELECT 1 -- \\q',
  ])('a backslash that is quoted is none: %s', (sql) => {
    const read = plan(`${INDEX} ${sql}`);
    expect([read.problems, read.leftOut]).toEqual([[], []]);
    expect(read.validations).toHaveLength(1);
  });
});

describe('psql variables', () => {
  test.each([
    'SELECT :name',
    "SELECT :'name'",
    'SELECT * FROM :"t"',
    'SELECT :{?x}',
    'SELECT a[1:n]',
    'SELECT 1::int::text, :x',
  ])('%s is refused', (sql) => {
    expect(codes(plan(`${INDEX} ${sql};`))).toEqual(['psql-variable']);
  });

  test.each([
    'SELECT a::text, b :: int',
    'SELECT a[1:2], a[:2], a[1:], a[1 : n]',
    "SELECT ':x', E':x', $$:x$$, \":x\" -- :x",
    "SELECT '12:30:00'::time",
    'SELECT f(a := 1)',
    "SELECT json_object('a' : 1)",
  ])('%s has none', (sql) => {
    expect(plan(`${INDEX} ${sql};`).problems).toEqual([]);
  });
});

describe('included files', () => {
  const files: Record<string, string> = {
    'sub/a.sql': '\\ir b.sql\nCREATE INDEX CONCURRENTLY a ON t (a);',
    'sub/b.sql': '-- SECTION 2: B\nCREATE INDEX CONCURRENTLY b ON t (b);',
    'loop.sql': '\\i loop2.sql',
    'loop2.sql': '\\i loop.sql',
    'bad.sql': 'CREATE INDEX CONCURRENTLY ok ON t (z);\n  DROP TABLE t;',
    'with space.sql': 'CREATE INDEX CONCURRENTLY s ON t (s);',
  };
  const include: Include = (path, from, relative) => {
    const whole = posix.normalize(relative ? posix.join(posix.dirname(from), path) : path);
    const text = files[whole];
    return text === undefined ? { error: `there is no file ${whole}` } : { path: whole, bytes: Buffer.from(text) };
  };

  test('are followed, \\ir from the file that names it', () => {
    const read = plan('-- SECTION 1: A\n\\i sub/a.sql\nCREATE INDEX CONCURRENTLY c ON t (c);', {}, include);
    expect(read.problems).toEqual([]);
    expect(read.files).toEqual(['plan.sql', 'sub/a.sql', 'sub/b.sql']);
    expect(read.sections.map(({ title, file, steps }) => [title, file, steps.length])).toEqual([
      ['B', 'sub/b.sql', 1],
      ['A', 'plan.sql', 2],
    ]);
    expect(indexes(read).map(({ name, file, line }) => [name, file, line])).toEqual([
      ['b', 'sub/b.sql', 2],
      ['a', 'sub/a.sql', 2],
      ['c', 'plan.sql', 3],
    ]);
  });

  test('have sections by their own name when the plan has no heading', () => {
    const read = plan("\\i 'with space.sql'\nCREATE INDEX CONCURRENTLY c ON t (c);", {}, include);
    expect(read.sections.map(({ title }) => title)).toEqual(['with space.sql', 'plan.sql']);
  });

  test.each([
    ['\\i missing.sql', 'there is no file missing.sql'],
    ['\\i loop.sql', 'includes itself'],
    ['\\i', 'names no file'],
    ['\\i :dir/x.sql', 'variable'],
    ['SELECT 1\n\\i sub/b.sql\n;', 'middle of a statement'],
  ])('%s is a problem', (sql, reason) => {
    const read = plan(`${INDEX}\n${sql}`, {}, include);
    expect(read.problems).toHaveLength(1);
    expect(read.problems[0]?.message).toContain(reason);
  });

  test('bring their own places into the problems', () => {
    expect(plan('\n\\i bad.sql', {}, include).problems).toMatchObject([{ file: 'bad.sql', line: 2, column: 3 }]);
  });

  test('cannot go on for ever', () => {
    let n = 0;
    const endless: Include = () => ({ path: `f${n++}`, bytes: Buffer.from('\\i x\n\\i x\n') });
    const read = plan('\\i x', {}, endless);
    expect(n).toBeLessThanOrEqual(1001);
    expect(new Set(codes(read))).toEqual(new Set(['include']));
  });
});

describe('COPY', () => {
  test.each([
    ['CREATE INDEX CONCURRENTLY j ON t (b);', '1\n\\.\n', ['j', 'i']],
    ['COPY u FROM stdin; CREATE INDEX CONCURRENTLY j ON t (b);', '1\n\\.\n2\n\\.\n', ['j', 'i']],
    ['CREATE INDEX CONCURRENTLY j', '1;DROP TABLE t;\n\\.\nON t (b);\n', ['j', 'i']],
  ])('what is left of its line is read, and goes on after the data: %s', (rest, more, expected) => {
    const read = plan(`COPY t FROM stdin; ${rest}\n${more}${INDEX}\n`, { onlyIndexes: true });
    expect(read.problems).toEqual([]);
    expect(indexes(read).map(({ name }) => name)).toEqual(expected);
  });

  test('takes its data with it', () => {
    const read = plan(
      `COPY t (a, b) FROM STDIN WITH (FORMAT csv);\n1;DROP TABLE t;\n'\n\\.\n${INDEX}\nCOPY t TO STDOUT;\n${INDEX}`,
    );
    expect(read.problems.map(({ line, code }) => [line, code])).toEqual([
      [1, 'statement-refused'],
      [6, 'statement-refused'],
    ]);
    expect(indexes(read).map(({ line }) => line)).toEqual([5, 7]);
  });
});
