import { describe, expect, it, test } from 'vitest';
import type { AnalyzeStep, Plan, Section, SectionStep } from '../../src/plan/types.ts';
import { statusOf, turnOf } from '../../src/run/index.ts';
import { Core, createIndex, options, planOf, section, serverError } from '../support/core.ts';

const table = (name: string, steps: SectionStep[]): Section => ({ ...section(name, steps), byTable: true });

const analyze = (...tables: string[]): AnalyzeStep => ({
  file: 'plan.sql',
  line: 9,
  column: 1,
  kind: 'analyze',
  sql: `ANALYZE ${tables.join(', ')}`,
  settings: [],
  searchPath: null,
  tables: tables.map((name) => ({ schema: null, table: name })),
});

const sectionEvents = (core: Core): string[] =>
  core.events.flatMap((event) =>
    event.type === 'section.started' || event.type === 'section.finished'
      ? [`${event.title} ${event.type.slice('section.'.length)}`]
      : [],
  );

/** Steps 0 to 4; the later tables are larger. */
const tables = (): Plan =>
  planOf(
    table('a', [createIndex('a1', 'a'), analyze('a')]),
    table('b', [createIndex('b1', 'b')]),
    table('c', [createIndex('c1', 'c'), createIndex('c2', 'c')]),
  );

describe('sections that stand for tables', () => {
  it('are worked on at the same time, the largest table first, each begun with its first step', () => {
    const core = new Core(tables());
    core.go();
    expect(core.underWay).toEqual(['inspect:2', 'inspect:3']);
    expect(sectionEvents(core)).toEqual(['b started', 'c started']);
    core.found(2);
    core.found(3);
    core.built(2);
    expect(core.underWay).toEqual(['build:3', 'inspect:0']);
    expect(sectionEvents(core)).toEqual(['b started', 'c started', 'b finished', 'a started']);
    expect(core.state.sections.map(({ startedAt, finishedAt }) => [startedAt, finishedAt].map(Boolean))).toEqual([
      [true, false],
      [true, true],
      [true, false],
    ]);
  });

  it('keep the order within their table', () => {
    const core = new Core(tables(), options({ jobs: 4 }));
    core.go();
    expect(core.underWay).toEqual(['inspect:0', 'inspect:2', 'inspect:3']);
    for (const step of [0, 2, 3]) core.found(step);
    core.built(3);
    expect(core.underWay).toEqual(['build:0', 'build:2', 'inspect:4']);
    core.built(0);
    expect(core.inflight.get('statement:1')).toMatchObject({ kind: 'statement' });
  });

  it('wait for a section before them that is none, and it for all of them', () => {
    const core = new Core(
      planOf(
        section('one', [createIndex('a1', 'a')]),
        table('b', [createIndex('b1', 'b')]),
        table('c', [createIndex('c1', 'c')]),
        section('the whole database', [analyze()]),
        table('d', [createIndex('d1', 'd')]),
      ),
    );
    core.go();
    expect(core.underWay).toEqual(['inspect:0']);
    core.found(0);
    core.built(0);
    expect(core.underWay).toEqual(['inspect:1', 'inspect:2']);
    core.found(1);
    core.found(2);
    core.built(2);
    expect(core.underWay).toEqual(['build:1']);
    core.built(1);
    expect(core.underWay).toEqual(['statement:3']);
    core.end('statement:3', { kind: 'statement-ended', step: 3, outcome: { kind: 'done', durationMs: 1 } });
    expect(core.underWay).toEqual(['inspect:4']);
    expect(sectionEvents(core).slice(-3)).toEqual([
      'the whole database started',
      'the whole database finished',
      'd started',
    ]);
  });

  it('a failure for good keeps one open for a word, and the others go on', () => {
    const core = new Core(tables(), options({ onError: 'skip' }));
    core.go();
    core.found(2);
    core.found(3);
    core.buildEnds(2, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.state.steps[2]?.status).toBe('failed');
    expect(sectionEvents(core)).toContain('b finished');
    expect(core.command({ type: 'retry', step: 2 }).ok).toBe(true);
    expect(core.state.sections[1]?.finishedAt).toBeNull();
    // The open section of another table is not stopped by it.
    expect(core.underWay).toContain('build:3');
  });

  it('with nothing to do, one is begun and finished all the same', () => {
    const core = new Core(planOf(table('a', []), table('b', [createIndex('b1', 'b')])));
    core.go();
    expect(sectionEvents(core)).toEqual(['a started', 'b started', 'a finished']);
    expect(core.underWay).toEqual(['inspect:0']);
  });

  it('are taken up again where they were', () => {
    const core = new Core(tables());
    core.go();
    core.found(2);
    core.found(3);
    core.built(2);
    const { state } = core;
    core.resumed({
      type: 'run.resumed',
      version: '0',
      operator: 'anna@ops',
      database: state.database,
      options: state.options,
      engine: { pid: 2, host: 'ops' },
      from: 'journal',
      endOrphans: false,
    });
    expect(core.state.sections.map(({ finishedAt }) => finishedAt !== null)).toEqual([false, true, false]);
    expect(core.replayed()).toEqual(core.state);
  });

  it('are all told of by the status', () => {
    const core = new Core(tables());
    core.go();
    const { section: first, sectionsBegun } = statusOf(core.state, { sample: null, alive: true, now: core.now });
    expect(first).toEqual({ number: 2, of: 3, title: 'b' });
    expect(sectionsBegun).toEqual([
      { number: 2, title: 'b' },
      { number: 3, title: 'c' },
    ]);
  });
});

test('tables of one turn are told as one', () => {
  const sections = [{ byTable: false }, { byTable: true }, { byTable: true }, {}, { byTable: true }];
  expect(sections.map((_, at) => turnOf(sections, at))).toEqual([0, 1, 1, 3, 4]);
});
