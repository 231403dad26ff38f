import { describe, expect, it } from 'vitest';
import { formatPlan, type Include, planToJson } from '../../src/plan/index.ts';
import { passingName } from '../../src/plan/safe-replace.ts';
import { plan } from './support.ts';

const nowhere: Include = () => ({ error: 'there is no such file' });

const DROPS = { allowDrops: true };
const SAFE = { allowDrops: true, safeReplace: true };
const REPLACE = 'DROP INDEX CONCURRENTLY i; CREATE INDEX CONCURRENTLY i ON t (a, b); COMMENT ON INDEX i IS $$x$$;';

const stepsOf = (sql: string, options = {}) =>
  plan(sql, options).sections.flatMap(({ steps }) => steps.map((step) => [step.kind, 'name' in step ? step.name : '']));

const codesOf = (sql: string, options = {}) => plan(sql, options).findings.map(({ level, code }) => `${level} ${code}`);

describe('DROP INDEX', () => {
  it('is refused without --allow-drops, and with it is one step for each name, in the order of the script', () => {
    expect(plan('DROP INDEX CONCURRENTLY i').problems).toMatchObject([{ kind: 'drop-index', line: 1, column: 1 }]);
    const sql = 'DROP INDEX CONCURRENTLY IF EXISTS b, s."A b";\nDROP INDEX CONCURRENTLY a;';
    expect(plan(sql, DROPS).sections[0]?.steps).toMatchObject([
      { kind: 'drop-index', schema: null, name: 'b', ifExists: true, concurrently: true, line: 1 },
      { kind: 'drop-index', schema: 's', name: 'A b', ifExists: true, line: 1 },
      { kind: 'drop-index', schema: null, name: 'a', ifExists: false, line: 2 },
    ]);
  });

  it('counts in the fingerprint by what it drops and in which order, not by how', () => {
    const print = (sql: string) => plan(sql, DROPS).fingerprint;
    const one = print('DROP INDEX CONCURRENTLY a; DROP INDEX CONCURRENTLY b');
    expect(print('drop index /* now */ IF EXISTS "a", b')).toBe(one);
    expect(print('DROP INDEX CONCURRENTLY b; DROP INDEX CONCURRENTLY a')).not.toBe(one);
    expect(print('DROP INDEX CONCURRENTLY a')).not.toBe(one);
    expect(plan(REPLACE, SAFE).fingerprint).toBe(plan(REPLACE, DROPS).fingerprint);
  });

  it('is written back as the same plan, several names one by one, made concurrent where that was asked for', () => {
    const bytes = Buffer.from('-- SECTION 1: old\nDROP INDEX a, s.b; drop index /* why */ c restrict;');
    const options = { ...DROPS, makeConcurrent: true };
    const formatted = formatPlan([{ path: 'plan.sql', bytes }], nowhere, options);
    expect(formatted).toMatchObject({
      ok: true,
      sql: '-- SECTION 1: old\nDROP INDEX CONCURRENTLY a;\nDROP INDEX CONCURRENTLY s.b; drop index CONCURRENTLY /* why */ c restrict;\n',
    });
  });

  it.each([
    ['DROP INDEX i', ['blocks not-concurrent']],
    ['DROP INDEX CONCURRENTLY i', []],
    ['CREATE INDEX CONCURRENTLY i ON t (a); DROP INDEX CONCURRENTLY i', ['blocks drops-its-own']],
    ['DROP INDEX CONCURRENTLY i; DROP INDEX CONCURRENTLY i', ['blocks drop-twice']],
    ['DROP INDEX CONCURRENTLY i; DROP INDEX CONCURRENTLY IF EXISTS i', ['note drop-twice']],
    ['DROP INDEX CONCURRENTLY s.i; CREATE INDEX CONCURRENTLY i ON r.t (a)', []],
    ['DROP INDEX CONCURRENTLY i; CREATE INDEX CONCURRENTLY i ON t (a)', ['warning replacement']],
  ])('%s', (sql, codes) => {
    expect(codesOf(sql, DROPS)).toEqual(codes);
  });

  it('with CASCADE, and of anything else, stays refused', () => {
    const { problems } = plan('DROP INDEX CONCURRENTLY i CASCADE; DROP TABLE t;', DROPS);
    expect(problems.map(({ code }) => code)).toEqual(['drop-cascade', 'statement-refused']);
  });
});

describe('--safe-replace', () => {
  it('builds under a passing name, drops, renames; what is about the name comes after', () => {
    const [[, passing = ''] = []] = stepsOf(REPLACE, SAFE);
    expect(passing).toMatch(/^i_new_[0-9a-f]{6}$/);
    expect(stepsOf(REPLACE, SAFE)).toEqual([
      ['create-index', passing],
      ['drop-index', 'i'],
      ['rename-index', 'i'],
      ['comment', 'i'],
    ]);
    expect(planToJson(plan(REPLACE, SAFE)).sections[0]?.steps).toMatchObject([
      { buildSql: `CREATE INDEX CONCURRENTLY ${passing} ON t (a, b)`, replaces: 'i', line: 1 },
      { replacedBy: passing },
      { from: passing, name: 'i', sql: `ALTER INDEX ${passing} RENAME TO i` },
      { kind: 'comment' },
    ]);
    expect(codesOf(REPLACE, SAFE)).toEqual(['note replacement']);
  });

  it('changes nothing else, and no section is left empty', () => {
    const sql = `-- SECTION 1: OLD\nDROP INDEX CONCURRENTLY i;\n-- SECTION 2: NEW\nCREATE INDEX CONCURRENTLY i ON t (a);\nDROP INDEX CONCURRENTLY j;`;
    expect(plan(sql, SAFE).sections.map(({ title, steps }) => [title, steps.map(({ kind }) => kind)])).toEqual([
      ['NEW', ['create-index', 'drop-index', 'rename-index', 'drop-index']],
    ]);
  });

  it('the passing name fits, is the same for the same plan, and is nobody else’s', () => {
    const create = { name: 'ä'.repeat(31), buildSql: 'x' };
    const name = passingName(create, new Set());
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(passingName(create, new Set())).toBe(name);
    expect(passingName(create, new Set([name]))).not.toBe(name);
    expect(passingName({ ...create, buildSql: 'y' }, new Set())).not.toBe(name);
  });
});
