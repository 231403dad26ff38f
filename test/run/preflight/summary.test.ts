import { describe, expect, it } from 'vitest';
import type { Finding, Level, ReindexStep } from '../../../src/plan/types.ts';
import {
  type Found,
  type PreflightFacts,
  preflightSummary,
  summaryLines,
  whatIsAhead,
} from '../../../src/run/index.ts';
import { Core, createIndex, factsOf, planOf, section } from '../../support/core.ts';
import { dropIndex } from '../../support/drops.ts';

const found = (level: Level, code: string, more: Partial<Finding> = {}): Finding => ({
  level,
  code,
  what: `${code} is so`,
  why: '',
  advice: '',
  ...more,
});

const names = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3'];
const plan = planOf(
  section(
    'one',
    names.map((name) => createIndex(name, name.slice(0, 1))),
  ),
);
const { state } = new Core(plan);

const STANDS: Found[] = [
  { kind: 'none' },
  { kind: 'equal', oid: 1, definition: 'd', bytes: 1 },
  { kind: 'invalid', oid: 2, definition: 'd', ready: true },
  { kind: 'different', oid: 3, definition: 'd', differences: ['x'] },
  { kind: 'none' },
  { kind: 'building', oid: 4, pid: 7, application: null },
];

const preflight = factsOf(state, { steps: STANDS.map((each, step) => ({ step, tableOid: 1, found: each })) });

describe('the summary', () => {
  it('counts what is to be built, what is there, and what stands in the way', () => {
    expect(preflightSummary({ plan, preflight, findings: [], jobs: 2 })).toMatchObject({
      indexes: { planned: 6, toBuild: 2, present: 1, toReplace: 1, inTheWay: 2, built: 0 },
      tables: 2,
      tableBytes: 8192,
      sections: 1,
      estimate: { ms: null, bytes: null },
    });
  });

  it('counts as to be built what the plan itself drops first, and no other', () => {
    const drop = (oid: number): Found => ({
      kind: 'to-drop',
      oid,
      schema: 'public',
      name: 'b1',
      record: null,
      problem: null,
    });
    const inTheWay: Found = { kind: 'different', oid: 9, definition: 'd', differences: ['x'] };
    const counted = (stands: Found[]) => {
      const steps = stands.map((found, step) => ({ step, tableOid: 1, found }));
      return preflightSummary({ plan, preflight: factsOf(state, { steps }), findings: [], jobs: 2 }).indexes;
    };
    expect(counted([drop(9), inTheWay])).toMatchObject({ toBuild: 1, inTheWay: 0 });
    expect(counted([drop(8), inTheWay])).toMatchObject({ toBuild: 0, inTheWay: 1 });
    expect(counted([inTheWay, drop(9)])).toMatchObject({ toBuild: 0, inTheWay: 1 });
  });

  it('says what the plan drops, and what of it is not there', () => {
    const of = (name: string, problem: { why: string; advice: string } | null = null): Found =>
      ({ kind: 'to-drop', oid: 9, schema: 'public', name, record: null, problem }) as Found;
    const dropping = planOf(section('one', [createIndex('a1', 'a'), dropIndex('x'), dropIndex('y'), dropIndex('z')]));
    const stands: Found[] = [{ kind: 'none' }, of('x'), { kind: 'none' }, of('z', { why: 'a constraint', advice: '' })];
    const steps = stands.map((each, step) => ({ step, tableOid: 1, found: each }));
    const facts = factsOf(new Core(dropping).state, { steps });
    const lines = (input: Partial<Parameters<typeof preflightSummary>[0]>) =>
      summaryLines(preflightSummary({ plan: dropping, preflight: facts, findings: [], jobs: 2, ...input }), [])
        .filter(({ word }) => word === 'builds' || word === 'DROPS')
        .map(({ text }) => text);
    expect(lines({})).toEqual([
      '1 index on 1 table in 1 section, up to 2 at a time',
      '1 of 3 indexes, 1 not there, 1 barred: see the findings',
    ]);
    expect(lines({ preflight: null })).toContain('3 indexes, not known what is there');
    expect(lines({ plan })).toHaveLength(1);
    const core = new Core(dropping);
    core.preflighted({ steps });
    expect(whatIsAhead(core.state)).toBe('build 1 index and DROP 2 indexes');
  });

  it('says how many indexes the plan rebuilds, those of a table each', () => {
    const reindex = (of: 'index' | 'table', name: string) =>
      ({
        kind: 'reindex',
        of,
        schema: null,
        name,
        sql: `REINDEX ${of} ${name}`,
        settings: [],
      }) as unknown as ReindexStep;
    const rebuilding = planOf(section('one', [reindex('index', 'i'), reindex('table', 't')]));
    const single = { kind: 'to-reindex', oid: 9, schema: 'public', name: 'i', index: null, problem: null } as Found;
    const facts = factsOf(new Core(rebuilding).state, {
      steps: [{ step: 0, tableOid: 1, found: single }],
      parts: [{ step: 1, parts: [1, 2].map((n) => ({ step: reindex('index', `t${n}`), tableOid: 2 })) }],
    });
    const lines = (preflight: PreflightFacts | null) =>
      summaryLines(preflightSummary({ plan: rebuilding, preflight, findings: [], jobs: 2 }), []);
    const renews = (text: string) => ({ word: 'RENEWS', text, level: 'warning' });
    const besides = 'by 2 REINDEXes: their time and size are not estimated';
    expect(lines(facts)).toContainEqual(renews(`3 indexes, ${besides}`));
    expect(lines(null)).toContainEqual(renews(`not known what is there, ${besides}`));
    expect(lines(facts).filter(({ word }) => word === 'builds' || word === 'takes')).toEqual([]);
  });

  it('asks about what is to be done, not about what is there already', () => {
    const core = new Core(plan);
    const ahead = (stands: Found[]) => {
      const steps = stands.map((each, step) => ({ step, tableOid: 1, found: each }));
      const other = new Core(plan);
      other.preflighted({ steps });
      return whatIsAhead(other.state);
    };
    expect(whatIsAhead(core.state)).toBe('build 6 indexes');
    expect(ahead(STANDS)).toBe('build 5 indexes');
    expect(ahead(names.map(() => ({ kind: 'equal', oid: 1, definition: 'd', bytes: 1 })))).toBe(
      'verify 6 indexes, there already',
    );
  });

  it('does not know what is there when nobody could look', () => {
    const summary = preflightSummary({ plan, preflight: null, findings: [], jobs: 2 });
    expect(summary.indexes).toMatchObject({ planned: 6, toBuild: null, present: null });
    expect(summaryLines(summary, []).map(({ text }) => text)).toContain('not known what is there already');
  });

  it('counts findings by level, and what was waived apart', () => {
    const findings = [
      found('blocks', 'standby'),
      found('warning', 'old-transaction'),
      found('warning', 'old-transaction'),
      found('warning', 'dump-running', { waived: true }),
      found('ok', 'version'),
    ];
    expect(preflightSummary({ plan, preflight, findings, jobs: 2 })).toMatchObject({
      findings: { blocks: 1, warning: 2, note: 0, ok: 1, waived: 1 },
      blocks: ['standby'],
      warns: ['old-transaction'],
      waived: ['dump-running'],
    });
  });

  it('has what a resumed run has built', () => {
    const steps = state.steps.map((step) => (step.id === 1 ? { ...step, status: 'done' as const } : step));
    expect(preflightSummary({ plan, preflight, findings: [], jobs: 2, steps }).indexes).toMatchObject({
      built: 1,
      present: 0,
    });
  });

  it('reads as a page that fits on a screen, whatever was found', () => {
    const many = (['blocks', 'warning'] as const).flatMap((level) =>
      Array.from({ length: 30 }, (_, n) => found(level, 'old-transaction', { subject: `pid ${n}` })),
    );
    const waived = Array.from({ length: 30 }, () => found('warning', 'dump-running', { waived: true }));
    const findings = [...many, ...waived];
    const lines = summaryLines(preflightSummary({ plan, preflight, findings, jobs: 2 }), findings);
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(lines.slice(0, 3).map(({ word, text }) => `${word} ${text}`.trim())).toEqual([
      'builds 2 of 6 indexes on 2 tables in 1 section, up to 2 at a time',
      '1 there already, 1 invalid, to be replaced on your word, 2 barred: another index, another build, or no table',
      'takes time not known, size not known; the tables have 8 kB',
    ]);
    expect(lines.filter(({ text }) => text === 'and 26 more')).toHaveLength(3);
  });
});
