import { describe, expect, it } from 'vitest';
import { incompleteParents } from '../../src/run/attached.ts';
import { serverError } from '../support/core.ts';
import { attached, attachPart, build, complete, completed, made, makePart, started } from '../support/parts.ts';

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
    complete(core);
    expect(core.state.steps[0]).toMatchObject({ status: 'done', oid: 5004, bytes: 4 * 8192 });
    expect(core.underWay).toEqual(['inspect:1']);
  });

  it('gets what is missing of partitions that were made meanwhile, once', () => {
    const core = made();
    for (const step of [7, 8]) attached(core, step);
    const more = [makePart('p3_i', 'p3', 40), attachPart('i', 'p3_i', 40)];
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
    const core = started({ onError: 'skip' });
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

  it('is not done with when a level is made anew below it, and what belongs to that one is not attached', () => {
    const core = completed();
    expect(incompleteParents(core.state)).toEqual([]);
    // Somebody renamed the level: the run that is taken up makes another one, and the leaf is attached to the first.
    const steps = core.state.steps.map((step) => (step.id === 6 ? { ...step, status: 'failed' as const } : step));
    const names = incompleteParents({ ...core.state, steps }).map(({ index }) => index.name);
    expect(names).toEqual([core.state.created.find(({ step }) => step === 5)?.name]);
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
      makePart('i', 'p', 10, true),
      makePart('p2_i', 'p2', 20, true),
      makePart('p4_i', 'p4', 50),
      attachPart('i', 'p2_i', 20),
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

describe('a level that is complete by itself, below an index that is not', () => {
  /** The root cannot be made: its name is taken. The level is valid, and a last look says so when it is to be dropped. */
  const standing = () => {
    const core = started({ onError: 'skip' });
    for (const step of [2, 3, 5]) build(core, step);
    attached(core, 6);
    core.found(4, { kind: 'different', oid: 9, definition: '', differences: ['another column'] });
    build(core, 1);
    expect(core.underWay).toEqual(['drop:5']);
    const outcome = { kind: 'failed' as const, error: serverError('valid by now'), settled: true as const };
    core.end('drop:5', { kind: 'dropped', step: 5, outcome });
    return core;
  };

  it('stays this run’s, is not tried again, and is no work to clean up', () => {
    const core = standing();
    expect(core.state.steps[5]).toMatchObject({ status: 'done', oid: 5005, leftover: null });
    expect(core.state.created.map(({ oid }) => oid)).toContain(5005);
    expect(core.underWay).toEqual(['verify']);
    core.end('verify', { kind: 'verified', results: [] });
    expect(core.inflight.get('finish')).toMatchObject({ status: 1, leftToDo: [] });
    expect(core.replayed()).toEqual(core.state);
  });

  it('is no work to clean up either when a survey finds it valid, whoever has attached theirs to it', () => {
    const core = made();
    attached(core, 7);
    core.command({ type: 'survey' });
    const indexes = core.state.created.map(({ step, oid, schema, name }) => ({
      ...{
        step,
        oid,
        schema: schema ?? '',
        name,
        standing: 'valid' as const,
        bytes: null,
        scans: null,
        lastScan: null,
      },
      kept: step === 4 ? 'x is attached to it, which this run did not make' : null,
    }));
    const survey = { indexes, unfinished: [], statsReset: null };
    core.end('survey', { kind: 'surveyed', ended: [], survey });
    core.command({ type: 'roll-back', oids: [5004], all: false, confirm: core.state.database.database });
    core.end('cancel:8', { kind: 'tick' });
    const outcome = { kind: 'failed' as const, error: serverError('57014') };
    core.end('statement:8', { kind: 'statement-ended', step: 8, outcome });
    core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [] });
    expect(core.inflight.get('finish')).toMatchObject({ status: 1, leftToDo: [] });
  });

  it('is rolled back with what is attached to it', () => {
    const core = standing();
    core.command({ type: 'survey' });
    core.end('survey', { kind: 'surveyed', ended: [], survey: { indexes: [], unfinished: [], statsReset: null } });
    core.command({ type: 'roll-back', oids: [], all: true, confirm: core.state.database.database });
    for (const step of [1, 2]) core.dropped(step);
    core.end('drop:5', { kind: 'dropped', step: 5, outcome: { kind: 'done', durationMs: 1, with: [5003] } });
    expect(core.state.created).toEqual([]);
    expect(core.underWay).toContain('check-rollback');
  });
});
