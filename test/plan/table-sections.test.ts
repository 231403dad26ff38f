import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPlan, planDiffers, readPlan } from '../../src/plan/index.ts';
import { plan } from './support.ts';

const index = (name: string, table: string): string => `CREATE INDEX CONCURRENTLY ${name} ON ${table} (a);\n`;

/** Sections as `title: lines of their steps`, those that go by table with a star. */
const shown = (sql: string): string[] =>
  plan(sql).sections.map(
    ({ title, byTable, steps }) => `${title}${byTable ? '*' : ''}: ${steps.map(({ line }) => line).join(' ')}`,
  );

describe('a file without headings', () => {
  test('has a section for each table, in order of first appearance, with the order within a table kept', () => {
    const sql = [index('b1', 'b'), index('a1', 'a'), index('b2', 'b'), 'ANALYZE b;\n', "COMMENT ON INDEX a1 IS 'x';\n"];
    expect(shown(sql.join(''))).toEqual(['b*: 1 3 4', 'a*: 2 5']);
    expect(plan(sql.join('')).sections.map(({ line }) => line)).toEqual([1, 2]);
  });

  test('one table is one section', () => {
    expect(shown(index('b1', 's.b'))).toEqual(['s.b*: 1']);
  });

  test('what is about several tables, or about none that is known, stands between those before and those after it', () => {
    const ends = ['ANALYZE a, b;\n', 'ANALYZE;\n', "COMMENT ON INDEX old IS 'x';\n"];
    const sql = [index('a1', 'a'), index('b1', 'b'), ...ends, index('a2', 'a')];
    expect(shown(sql.join(''))).toEqual([
      'a*: 1',
      'b*: 2',
      'a, b: 3',
      'the whole database: 4',
      'other indexes: 5',
      'a*: 6',
    ]);
  });

  test('a SET counts for what comes after it, in whatever section that is', () => {
    const sql = `SET work_mem = '1GB';\n${index('a1', 'a')}SET work_mem = '2GB';\n${index('b1', 'b')}${index('a2', 'a')}RESET work_mem;`;
    expect(shown(sql)).toEqual(['a*: 1 2 5', 'b*: 3 4 6']);
    const settings = plan(sql).sections.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'create-index' ? [[step.name, step.settings[0]?.value]] : [])),
    );
    expect(settings).toEqual([
      ['a1', '1GB'],
      ['a2', '2GB'],
      ['b1', '2GB'],
    ]);
  });

  test('names that may mean one table stay together; those that cannot do not', () => {
    expect(shown(index('a', 'public.t') + index('b', 't') + index('c', 'other.t'))).toEqual([
      'public.t*: 1 2',
      'other.t*: 3',
    ]);
    const paths = `SET search_path = a;\n${index('i', 't')}SET search_path = b;\n${index('j', 't')}`;
    expect(shown(paths)).toEqual(['t*: 1 2', 't (search_path b)*: 3 4']);
  });

  test('settings alone are about no table', () => {
    expect(shown("SET work_mem = '1GB';")).toEqual(['plan.sql: 1']);
  });
});

test('a file with a heading, and one of several files, goes by that', () => {
  expect(shown(`${index('a1', 'a')}-- SECTION 1: X\n${index('b1', 'b')}`)).toEqual(['plan.sql: 1', 'X: 3']);
  const files = ['1.sql', '2.sql'].map((path) => ({ path, bytes: Buffer.from(index('i', 'a') + index('j', 'b')) }));
  const options = { makeConcurrent: false };
  const several = readPlan(files, () => ({ error: 'none' }), options);
  expect(several.sections.map(({ title, byTable }) => [title, byTable])).toEqual([
    ['1.sql', undefined],
    ['2.sql', undefined],
  ]);
  const up = readPlan(
    [
      { path: '000001_users.up.sql', bytes: Buffer.from(index('i', 'a') + index('j', 'b')) },
      { path: '000001_users.down.sql', bytes: Buffer.from('DROP INDEX i;') },
    ],
    () => ({ error: 'none' }),
    options,
  );
  expect(up.sections.map(({ title }) => title)).toEqual(['a', 'b']);
});

test('written back it is the same plan, without a heading', () => {
  const sql = `${index('b1', 'b')}${index('a1', 'a')}ANALYZE a, b;\n${index('b2', 'b')}`;
  const files = [{ path: 'plan.sql', bytes: Buffer.from(sql) }];
  const formatted = formatPlan(files, () => ({ error: 'none' }), { makeConcurrent: false });
  expect(formatted).toMatchObject({ ok: true, sql });
  expect(planDiffers(formatted.plan, plan(sql))).toBeNull();
});

const STATEMENTS = [
  index('a1', 'a'),
  index('b1', 's.b'),
  index('c1', 'c'),
  'ANALYZE a;\n',
  'ANALYZE s.b, c;\n',
  'ANALYZE;\n',
  "COMMENT ON INDEX a1 IS 'x';\n",
  "SET work_mem = '1GB';\n",
];

test('no step is lost, and what concerns one table is done in the order of the script', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 12 }), (statements) => {
      const { sections } = plan(statements.join(''));
      const done = sections.flatMap(({ steps }) => steps);
      expect(done.map(({ line }) => line).toSorted((a, b) => a - b)).toEqual(statements.map((_, at) => at + 1));
      for (const table of ['a', 'b', 'c']) {
        const lines = done
          .filter(
            (step) =>
              (step.kind === 'create-index' && step.table === table) ||
              (step.kind === 'analyze' &&
                (step.tables.length === 0 || step.tables.some((each) => each.table === table))),
          )
          .map(({ line }) => line);
        expect(lines).toEqual(lines.toSorted((a, b) => a - b));
      }
    }),
  );
});
