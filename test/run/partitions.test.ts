import { describe, expect, it } from 'vitest';
import type { AttachPartitionStep, Plan } from '../../src/plan/types.ts';
import type { FoundParts, RunOptions } from '../../src/run/index.ts';
import { Core, createIndex, options, planOf, section, serverError } from '../support/core.ts';

const attach = (name: string, partition: string, tableOid: number): FoundParts['parts'][number] => {
  const step: AttachPartitionStep = {
    file: 'plan.sql',
    line: 1,
    column: 1,
    settings: [],
    searchPath: null,
    kind: 'attach-partition',
    sql: `ALTER INDEX public.${name} ATTACH PARTITION public.${partition}`,
    schema: 'public',
    name,
    partition: { schema: 'public', name: partition },
  };
  return { step, tableOid };
};

const make = (name: string, table: string, tableOid: number, only = false): FoundParts['parts'][number] => ({
  step: createIndex(name, table, { schema: 'public', only, concurrently: !only }),
  tableOid,
});

/** `p` with the partitions `p1` and `p2`; `p2` is partitioned itself, with `l`. */
const PARTS: FoundParts = {
  step: 0,
  parts: [
    make('p1_i', 'p1', 11),
    make('l_i', 'l', 21),
    make('i', 'p', 10, true),
    make('p2_i', 'p2', 20, true),
    attach('p2_i', 'l_i', 21),
    attach('i', 'p2_i', 20),
    attach('i', 'p1_i', 11),
  ],
};

const PLAN = planOf(section('one', [createIndex('i', 'p')]), section('two', [createIndex('b', 'b')]));

/** Past its go. The parts of step 0 are the steps 2 to 8. */
const started = (plan: Plan = PLAN, opts: Partial<RunOptions> = {}): Core => {
  const core = new Core(plan, options(opts));
  const tables = [10, 11, 20, 21, 30].map((oid) => ({ oid, schema: 'public', name: `t${oid}`, rows: 1, bytes: 1 }));
  core.go({
    tables,
    steps: [
      { step: 0, tableOid: 10, found: { kind: 'none' } },
      { step: 1, tableOid: 30, found: { kind: 'none' } },
    ],
    parts: [PARTS],
  });
  return core;
};

const build = (core: Core, step: number): void => {
  core.found(step);
  core.built(step);
};

const attached = (core: Core, step: number): void =>
  core.end(`statement:${step}`, { kind: 'statement-ended', step, outcome: { kind: 'done', durationMs: 1 } });

/** All is made, the level is complete, and is being attached. */
const made = (): Core => {
  const core = started();
  for (const step of [2, 3, 5]) build(core, step);
  attached(core, 6);
  build(core, 4);
  return core;
};

describe('an index on a partitioned table', () => {
  it('is made of its leaves first, then its parents, then attached upward, and is done when the catalog says so', () => {
    const core = started();
    expect(core.state.sections[0]?.steps).toEqual([0, 2, 3, 4, 5, 6, 7, 8]);
    expect(core.underWay).toEqual(['inspect:2', 'inspect:3']);
    build(core, 2);
    // No parent as long as one leaf may still fail.
    expect(core.underWay).toEqual(['inspect:3']);
    build(core, 3);
    expect(core.underWay).toEqual(['inspect:4', 'inspect:5']);
    build(core, 5);
    // The level is complete before its own parent is there.
    expect(core.underWay).toEqual(['inspect:4', 'statement:6']);
    attached(core, 6);
    build(core, 4);
    // Two for one parent would wait for each other.
    expect(core.underWay).toEqual(['statement:7']);
    attached(core, 7);
    attached(core, 8);
    expect(core.underWay).toEqual(['complete:0']);
    core.end('complete:0', {
      kind: 'completed',
      step: 0,
      found: { kind: 'equal', oid: 5004, definition: '', bytes: 0 },
      parts: [],
      tables: [],
    });
    expect(core.state.steps[0]).toMatchObject({ status: 'done', oid: 5004, bytes: 4 * 8192 });
    expect(core.underWay).toEqual(['inspect:1']);
  });

  it('gets what is missing of partitions that were made meanwhile, once', () => {
    const core = made();
    for (const step of [7, 8]) attached(core, step);
    const more = [make('p3_i', 'p3', 40), attach('i', 'p3_i', 40)];
    const tables = [{ oid: 40, schema: 'public', name: 'p3', rows: null, bytes: null }];
    const incomplete = { kind: 'incomplete' as const, oid: 5004, definition: '' };
    core.end('complete:0', { kind: 'completed', step: 0, found: incomplete, parts: more, tables });
    expect(core.state.steps.slice(9).map(({ parent, step }) => [parent, step.kind])).toEqual([
      [0, 'create-index'],
      [0, 'attach-partition'],
    ]);
    build(core, 9);
    attached(core, 10);
    core.end('complete:0', { kind: 'completed', step: 0, found: incomplete, parts: more, tables });
    // Nothing new: it is not looked for without end.
    expect(core.state.steps).toHaveLength(11);
    expect(core.state.steps[0]?.error?.message).toContain('no partition lacks one');
  });

  it('makes no parent when a leaf fails for good, and the run goes on to its end', () => {
    const core = started(PLAN, { onError: 'skip' });
    core.found(2);
    core.buildEnds(2, { kind: 'failed', error: serverError('23505'), leftover: null });
    build(core, 3);
    expect(core.underWay).toEqual(['inspect:1']);
    build(core, 1);
    expect(core.underWay).toEqual(['verify']);
    expect(core.state.steps.map(({ status }) => status)).toEqual([
      'queued',
      'done',
      'failed',
      'done',
      ...Array(5).fill('queued'),
    ]);
  });

  it('goes on with the rest when the operator has the leaf built again', () => {
    const core = started();
    build(core, 3);
    core.found(2);
    core.buildEnds(2, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.underWay).toEqual([]);
    expect(core.command({ type: 'retry', step: 2 })).toMatchObject({ ok: true });
    build(core, 2);
    expect(core.underWay).toEqual(['inspect:4', 'inspect:5']);
  });

  it('is dropped with what is attached when the run is aborted in between, and what is not attached stays', () => {
    const core = made();
    core.command({ type: 'abort' });
    core.end('cancel:7', { kind: 'tick' });
    core.end('statement:7', {
      kind: 'statement-ended',
      step: 7,
      outcome: { kind: 'failed', error: serverError('57014') },
    });
    // What was under way may be attached: with the root goes the level, and its leaf.
    expect(core.underWay).toEqual(['drop:4']);
    core.end('drop:4', {
      kind: 'dropped',
      step: 4,
      outcome: { kind: 'done', durationMs: 1, with: [5005, 5003] },
    });
    expect(core.state.created.map(({ name }) => name)).toEqual(['p1_i']);
    expect(core.state.steps.slice(2).map(({ status }) => status)).toEqual([
      'done',
      'queued',
      'queued',
      'queued',
      'queued',
      'failed',
      'queued',
    ]);
    expect(core.underWay).toEqual(['finish']);
    expect(core.inflight.get('finish')).toMatchObject({ status: 4, leftToDo: [] });
  });

  it('stays when others have attached theirs to it, and the run says that it is not done', () => {
    const core = made();
    attached(core, 7);
    core.command({ type: 'abort' });
    core.end('cancel:8', { kind: 'tick' });
    core.end('statement:8', {
      kind: 'statement-ended',
      step: 8,
      outcome: { kind: 'failed', error: serverError('57014') },
    });
    core.end('drop:4', { kind: 'dropped', step: 4, outcome: { kind: 'kept', why: 'x is attached', gone: false } });
    expect(core.inflight.get('finish')).toMatchObject({
      status: 5,
      leftToDo: expect.arrayContaining([expect.stringContaining('index public.i (oid 5004)')]),
    });
  });

  it('is rolled back as one: nothing that is attached is dropped by itself', () => {
    const core = made();
    attached(core, 7);
    core.command({ type: 'survey' });
    core.end('survey', {
      kind: 'surveyed',
      ended: [],
      survey: { indexes: [], unfinished: [], statsReset: null },
    });
    const oids = core.state.created.map(({ oid }) => oid);
    core.command({ type: 'roll-back', oids, all: true, confirm: core.state.database.database });
    core.end('cancel:8', { kind: 'tick' });
    core.end('statement:8', {
      kind: 'statement-ended',
      step: 8,
      outcome: { kind: 'failed', error: serverError('55P03') },
    });
    expect(core.underWay).toEqual(['drop:4']);
    const done = { kind: 'done' as const, durationMs: 1, with: [5005, 5003] };
    core.end('drop:4', { kind: 'dropped', step: 4, outcome: done });
    expect(core.state.rollback?.dropped.map(({ name }) => name)).toEqual(['i', 'l_i', 'p2_i']);
    // The attach was begun, and has not come about: its leaf is dropped concurrently.
    expect(core.underWay).toEqual(['drop:2']);
  });

  it('is as its events say, whatever preflight finds later of its partitions', () => {
    const core = started();
    build(core, 2);
    core.resumed({
      type: 'run.resumed',
      version: '0',
      database: core.state.database,
      operator: 'ben@ops',
      options: core.state.options,
      engine: { pid: 2, host: 'ops' },
      from: 'journal',
      endOrphans: false,
    });
    // `l` is not a partition any more, and `p4` is a new one.
    const parts = [
      make('i', 'p', 10, true),
      make('p2_i', 'p2', 20, true),
      make('p4_i', 'p4', 50),
      attach('i', 'p2_i', 20),
    ];
    core.preflighted({
      steps: [{ step: 0, tableOid: 10, found: { kind: 'none' } }],
      parts: [{ step: 0, parts }],
    });
    expect(core.state.steps.map(({ gone }) => gone)).toEqual([
      ...[false, false, false, true],
      ...[false, false, true, false, true],
      false,
    ]);
    expect(core.state.steps[9]).toMatchObject({ parent: 0, tableOid: 50, status: 'queued' });
  });
});
