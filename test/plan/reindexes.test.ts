import { describe, expect, it } from 'vitest';
import { formatPlan, type Include, planToJson, repairPlan } from '../../src/plan/index.ts';
import { plan } from './support.ts';

const nowhere: Include = () => ({ error: 'there is no such file' });
const DROPS = { allowDrops: true };

const stepsOf = (sql: string, options = {}) =>
  plan(sql, { ...DROPS, ...options }).sections.flatMap(({ steps }) => steps);

const codesOf = (sql: string) => plan(sql, DROPS).findings.map(({ level, code }) => `${level} ${code}`);

describe('REINDEX', () => {
  it('is refused without --allow-drops, since the server drops the old index', () => {
    expect(plan('REINDEX INDEX CONCURRENTLY i').problems).toMatchObject([
      { kind: 'reindex', code: 'statement-refused', message: expect.stringContaining('--allow-drops deploys') },
    ]);
  });

  it.each([
    ['REINDEX INDEX CONCURRENTLY s."A b"', { of: 'index', schema: 's', name: 'A b', concurrently: true }],
    ['REINDEX TABLE CONCURRENTLY t', { of: 'table', schema: null, name: 't', concurrently: true }],
    ['REINDEX (VERBOSE, CONCURRENTLY) INDEX i', { concurrently: true }],
    ['REINDEX (concurrently ON) INDEX i', { concurrently: true }],
    ['REINDEX (CONCURRENTLY 0) INDEX i', { concurrently: false }],
    ['REINDEX (CONCURRENTLY, CONCURRENTLY false) INDEX i', { concurrently: false }],
    // The server takes the last one.
    ['REINDEX (CONCURRENTLY off) INDEX CONCURRENTLY i', { concurrently: true }],
  ])('%s', (sql, step) => {
    expect(stepsOf(sql)).toMatchObject([{ kind: 'reindex', madeConcurrent: false, ...step }]);
  });

  it.each([
    ['REINDEX SCHEMA CONCURRENTLY s', 'statement-refused', 'which the plan does not name'],
    ['REINDEX (VERBOSE) DATABASE d', 'statement-refused', 'which the plan does not name'],
    ['REINDEX SYSTEM', 'statement-refused', 'a maintenance of its own'],
    ['REINDEX (TABLESPACE x) INDEX i', 'reindex-option', 'ALTER INDEX by hand'],
    ['REINDEX (CONCURRENTLY maybe) INDEX i', 'reindex-option', 'has no value'],
    ['REINDEX (FASTER) INDEX i', 'reindex-option', 'none that REINDEX has'],
    ['REINDEX INDEX d.s.i', 'reindex-option', 'take the database out'],
  ])('%s is refused with --allow-drops too, and says why', (sql, code, why) => {
    expect(plan(sql, DROPS).problems).toMatchObject([{ code, message: expect.stringContaining(why) }]);
  });

  it('counts in the fingerprint by what it rebuilds, not by how', () => {
    const print = (sql: string) => plan(sql, DROPS).fingerprint;
    const one = print('REINDEX INDEX CONCURRENTLY i');
    expect(print('reindex (verbose) index /* now */ "i"')).toBe(one);
    expect(print('REINDEX TABLE CONCURRENTLY i')).not.toBe(one);
    expect(print('REINDEX INDEX CONCURRENTLY s.i')).not.toBe(one);
  });

  it('is written back as the same plan, made concurrent where that was asked for', () => {
    const text = 'REINDEX INDEX a;\nreindex (verbose) /* why */ table s.b;\nREINDEX (CONCURRENTLY off) INDEX c;';
    const bytes = Buffer.from(`-- SECTION 1: bloat\n${text}`);
    const formatted = formatPlan([{ path: 'plan.sql', bytes }], nowhere, { ...DROPS, makeConcurrent: true });
    const sql = [
      '-- SECTION 1: bloat',
      'REINDEX INDEX CONCURRENTLY a;',
      'reindex (verbose) /* why */ table CONCURRENTLY s.b;',
      'REINDEX (CONCURRENTLY off) INDEX CONCURRENTLY c;\n',
    ].join('\n');
    expect(formatted).toMatchObject({ ok: true, sql });
    const repaired = repairPlan([{ path: 'plan.sql', bytes }], nowhere, { ...DROPS, makeConcurrent: false });
    expect(repaired.files[0]?.after.trim()).toBe(sql.trim());
  });

  it('is in the JSON of the plan with what it names', () => {
    const { sections } = planToJson(plan('REINDEX INDEX CONCURRENTLY s.i; REINDEX TABLE CONCURRENTLY t', DROPS));
    expect(sections.flatMap(({ steps }) => steps)).toMatchObject([
      { kind: 'reindex', of: 'index', schema: 's', name: 'i', concurrently: true, line: 1 },
      { kind: 'reindex', of: 'table', schema: null, table: 't', concurrently: true, line: 1 },
    ]);
  });

  it.each([
    ['REINDEX INDEX i', ['blocks not-concurrent']],
    ['REINDEX TABLE CONCURRENTLY t', []],
    ['REINDEX INDEX CONCURRENTLY i; REINDEX INDEX CONCURRENTLY i', ['note reindex-twice']],
    ['CREATE INDEX CONCURRENTLY i ON t (a); REINDEX INDEX CONCURRENTLY i', ['note reindexes-its-own']],
    ['DROP INDEX CONCURRENTLY i; REINDEX INDEX CONCURRENTLY i', ['blocks reindexes-dropped']],
    ['REINDEX INDEX CONCURRENTLY i; DROP INDEX CONCURRENTLY i', ['warning reindexed-in-vain']],
    [
      'DROP INDEX CONCURRENTLY i; CREATE INDEX CONCURRENTLY i ON t (a); REINDEX INDEX CONCURRENTLY i',
      ['warning replacement', 'note reindexes-its-own'],
    ],
    ['REINDEX INDEX CONCURRENTLY s.i; DROP INDEX CONCURRENTLY i', []],
  ])('%s', (sql, codes) => {
    expect(codesOf(sql)).toEqual(codes);
  });

  it('of a table stands in the section of that table', () => {
    const sql =
      'CREATE INDEX CONCURRENTLY i ON t (a); REINDEX TABLE CONCURRENTLY t; REINDEX INDEX CONCURRENTLY elsewhere;';
    expect(plan(sql, DROPS).sections.map(({ title, steps }) => [title, steps.length])).toEqual([
      ['t', 2],
      ['other indexes', 1],
    ]);
  });
});
