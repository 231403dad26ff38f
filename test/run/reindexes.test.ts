import { describe, expect, it } from 'vitest';
import { reindexPart } from '../../src/plan/reindex-statement.ts';
import type { ReindexStep } from '../../src/plan/types.ts';
import { type BuildOutcome, type Found, type ReplacedIndex, rollbackWarnings } from '../../src/run/index.ts';
import { Core, createIndex, factsOf, options, planOf, section, serverError } from '../support/core.ts';

const reindex = (name: string, more: Partial<ReindexStep> = {}): ReindexStep => ({
  ...{ file: 'plan.sql', line: 1, column: 1, settings: [], searchPath: null },
  kind: 'reindex',
  of: 'index',
  sql: `REINDEX INDEX CONCURRENTLY ${name}`,
  schema: null,
  name,
  concurrently: true,
  madeConcurrent: false,
  ...more,
});

const replaced = (name: string, oid: number, more: Partial<ReplacedIndex> = {}): ReplacedIndex => ({
  ...{ oid, schema: 'public', name, tableOid: 1000, table: 'a', valid: true, bytes: 16_384, others: [] },
  definition: `CREATE INDEX ${name} ON public.a USING btree (a)`,
  ...more,
});

const standing = (name: string, oid: number, more: Partial<ReplacedIndex> = {}): Found => ({
  kind: 'to-reindex',
  ...{ oid, schema: 'public', name, index: replaced(name, oid, more), problem: null },
});

const TABLES = [{ oid: 1000, schema: 'public', name: 'a', rows: 1, bytes: 8192 }];

/** A run of these steps on the table a; a REINDEX of a table has the indexes x and y as its parts. */
const ready = (...steps: Parameters<typeof section>[1]): Core => {
  const core = new Core(planOf(section('one', steps)), options());
  const looked = core.state.steps.map(({ id, step }) => ({
    step: id,
    tableOid: 1000,
    found: step.kind === 'reindex' ? standing(step.name, 700 + id) : ({ kind: 'none' } as const),
  }));
  const parts = core.state.steps.flatMap(({ id, step }) => {
    if (step.kind !== 'reindex' || step.of !== 'table') return [];
    const members = ['x', 'y'].map((name) => ({ step: reindexPart(step, { schema: 'public', name }), tableOid: 1000 }));
    return [{ step: id, parts: members }];
  });
  core.end('preflight', {
    kind: 'preflighted',
    facts: { ...factsOf(core.state), tables: TABLES, steps: looked, ...(parts.length === 0 ? {} : { parts }) },
  });
  return core;
};

const go = (core: Core): Core => {
  core.command({ type: 'go', replaceInvalid: [], confirm: 'menuca' });
  core.end('baseline', {
    kind: 'baselined',
    baseline: {
      ...{ indexes: 1, idxIndexes: 0, schemas: ['public'], databaseBytes: 1, active: 1, connections: 10 },
      ...{ rollbacksPerS: 0, rateSeconds: 4, present: [{ oid: 700, schema: 'public', name: 'i', valid: true }] },
    },
  });
  return core;
};

const rebuilt = (was: number, oid = was + 100, more: Partial<Extract<BuildOutcome, { kind: 'built' }>> = {}) =>
  ({ kind: 'built', oid, bytes: 8192, durationMs: 5, replaced: { oid: was, bytes: 16_384 }, ...more }) as const;

const OLD_LEFT = { leftover: { oid: 700, schema: 'public', name: 'i_ccold', ours: true } };

/** A run whose rebuild of i (oid 700) has been sent. */
const sent = (...more: Parameters<typeof section>[1]): Core => {
  const core = go(ready(reindex('i'), ...more));
  core.found(0, standing('i', 700));
  return core;
};

describe('an index that the plan rebuilds', () => {
  it('has what it replaces in the intent, and is on record with both OIDs', () => {
    const core = sent();
    expect(core.events.at(-1)).toMatchObject({
      type: 'build.started',
      name: 'i',
      sql: 'REINDEX INDEX CONCURRENTLY public.i',
      replaces: { oid: 700, definition: 'CREATE INDEX i ON public.a USING btree (a)' },
    });
    core.buildEnds(0, rebuilt(700));
    expect(core.state).toMatchObject({
      created: [],
      removed: [],
      reindexed: [{ step: 0, was: 700, oid: 800, name: 'i', bytesBefore: 16_384, bytes: 8192 }],
    });
    expect(core.state.steps[0]).toMatchObject({ status: 'done', oid: 800 });
    expect(core.replayed()).toEqual(core.state);
  });

  it('is called by the OID of the old one at first: that is not taken for the new one', () => {
    const core = sent();
    core.input({ kind: 'identified', step: 0, oid: 700 });
    expect(core.state.steps[0]?.oid).toBeNull();
    core.input({ kind: 'identified', step: 0, oid: 800 });
    expect(core.state.steps[0]?.oid).toBe(800);
  });

  it('whose old one the server did not drop has it dropped, and is done whatever becomes of that', () => {
    const core = sent();
    core.buildEnds(0, rebuilt(700, 800, OLD_LEFT));
    expect(core.underWay).toEqual(['drop:0']);
    expect(core.events.at(-1)).toMatchObject({ type: 'drop.started', oid: 700, name: 'i_ccold', why: 'replaced' });
    core.dropped(0);
    expect(core.state.steps[0]).toMatchObject({ status: 'done', oid: 800, leftover: null });
    const other = sent();
    other.buildEnds(0, rebuilt(700, 800, OLD_LEFT));
    other.end('drop:0', {
      kind: 'dropped',
      step: 0,
      outcome: { kind: 'failed', error: serverError('XX000', 'it is valid by now'), settled: true },
    });
    expect(other.state.steps[0]).toMatchObject({ status: 'done', oid: 800, leftover: null });
  });

  it('whose old one cannot be dropped is work to clean up', () => {
    const core = sent();
    core.buildEnds(0, rebuilt(700, 800, OLD_LEFT));
    for (let n = 0; n < 5; n++) {
      core.end('drop:0', { kind: 'dropped', step: 0, outcome: { kind: 'failed', error: serverError('42501') } });
      core.pass(120_000);
    }
    expect(core.state.steps[0]?.status).toBe('failed');
    core.command({ type: 'abort' });
    expect(core.underWay).toEqual(['finish']);
    expect(core.begun.at(-1)).toMatchObject({
      kind: 'finish',
      status: 5,
      leftToDo: [expect.stringContaining('i_ccold (oid 700), which is rebuilt, is still there and not valid')],
    });
  });

  it('that failed in passing is tried again once what it began is dropped', () => {
    const core = sent();
    const leftover = { oid: 800, schema: 'public', name: 'i_ccnew', ours: true };
    core.buildEnds(0, { kind: 'failed', error: serverError('40P01'), leftover });
    expect(core.events.at(-1)).toMatchObject({ type: 'drop.started', oid: 800, name: 'i_ccnew', why: 'failed-build' });
    core.dropped(0);
    core.pass(120_000);
    core.found(0, standing('i', 700));
    core.buildEnds(0, rebuilt(700, 900));
    expect(core.state).toMatchObject({ reindexed: [{ was: 700, oid: 900 }] });
    expect(core.state.steps[0]).toMatchObject({ status: 'done', attempt: 2 });
  });

  it('beside which an index of doubtful origin stands says so as long as it stands there', () => {
    const core = sent();
    const leftover = { oid: 800, schema: 'public', name: 'i_ccnew', ours: false };
    core.buildEnds(0, { kind: 'failed', error: serverError('57014'), leftover });
    expect(core.state.steps[0]).toMatchObject({ status: 'failed', doubtful: { oid: 800 } });
    core.command({ type: 'retry', step: 0 });
    core.command({ type: 'continue' });
    core.found(0, standing('i', 700, { others: [{ oid: 800, name: 'i_ccnew' }] }));
    expect(core.state.steps[0]?.doubtful).toMatchObject({ oid: 800 });
    core.buildEnds(0, { kind: 'failed', error: serverError('40P01'), leftover: null });
    core.pass(120_000);
    core.found(0, standing('i', 700));
    expect(core.state.steps[0]?.doubtful).toBeNull();
  });

  it('that this run has built or rebuilt already is left alone', () => {
    const core = go(ready(createIndex('i', 'a'), reindex('i'), reindex('j'), reindex('j')));
    core.found(0);
    core.built(0, 5000);
    core.found(1, standing('i', 5000));
    expect(core.state.steps[1]).toMatchObject({ status: 'equal', note: 'this run has built it: it is as new' });
    core.found(2, standing('j', 702));
    core.buildEnds(2, rebuilt(702));
    core.found(3, standing('j', 802));
    expect(core.state.steps[3]).toMatchObject({ status: 'equal' });
  });

  it.each([
    [{ kind: 'none' } as const, 'there is no index i'],
    [{ kind: 'other-relation', oid: 1, what: 'a view' } as const, 'i is a view'],
    [
      { ...standing('i', 700), problem: { why: 'it backs an exclusion constraint', passing: false } } as Found,
      'it backs an exclusion constraint',
    ],
  ])('is not rebuilt when it is not there, or not fit for it', (found, message) => {
    const core = go(ready(reindex('i')));
    core.found(0, found);
    expect(core.state.steps[0]).toMatchObject({ status: 'failed', error: { message } });
  });

  it('is not one of those that a rollback drops, and its change of OID is nobody else’s doing', () => {
    const core = sent(createIndex('new', 'b'));
    core.buildEnds(0, rebuilt(700));
    core.found(1);
    core.built(1, 5000);
    core.command({ type: 'survey' });
    const facts = { standing: 'valid', bytes: 1, scans: 0, lastScan: null, kept: null } as const;
    const made = { step: 1, oid: 5000, schema: 'public', name: 'new', ...facts };
    const survey = { indexes: [made], unfinished: [], statsReset: null };
    core.end('survey', { kind: 'surveyed', ended: [], survey });
    expect(rollbackWarnings(core.state, survey)).toContainEqual(
      'The index that the plan rebuilt stays as it is: defined as before, so that there is nothing to undo.',
    );
    core.command({ type: 'roll-back', oids: [], all: true, confirm: 'menuca' });
    core.dropped(1);
    expect(core.begun.filter(({ kind }) => kind === 'drop')).toMatchObject([{ oid: 5000 }]);
    core.end('check-rollback', {
      kind: 'rollback-checked',
      present: [{ oid: 800, schema: 'public', name: 'i', valid: true }],
      still: [],
    });
    expect(core.state.rollback).toMatchObject({ differences: { added: [], missing: [], changed: [] } });
  });
});

describe('a table whose indexes the plan rebuilds', () => {
  it('has each of them as a part, one after the other, and what comes after it waits for all', () => {
    const core = go(ready(createIndex('new', 'a'), reindex('a', { of: 'table' }), createIndex('last', 'a')));
    expect(core.state.steps.slice(3).map(({ parent, step }) => [parent, 'name' in step && step.name])).toEqual([
      [1, 'x'],
      [1, 'y'],
    ]);
    // What stands before it comes first, though parts are behind all steps of the plan.
    expect(core.underWay).toEqual(['inspect:0']);
    core.found(0);
    core.built(0);
    for (const [id, name] of [
      [3, 'x'],
      [4, 'y'],
    ] as const) {
      expect(core.underWay).toEqual([`inspect:${id}`]);
      core.found(id, standing(name, 700 + id));
      core.buildEnds(id, rebuilt(700 + id));
    }
    expect(core.events.find(({ type }) => type === 'reindex.completed')).toMatchObject({ step: 1, rebuilt: 2 });
    expect(core.state.steps[1]?.status).toBe('done');
    expect(core.underWay).toEqual(['inspect:2']);
    expect(core.replayed()).toEqual(core.state);
  });

  it('is done without one that is gone by then', () => {
    const core = go(ready(reindex('a', { of: 'table' })));
    core.found(1);
    expect(core.state.steps[1]).toMatchObject({ status: 'equal' });
    core.found(2, standing('y', 702));
    core.buildEnds(2, rebuilt(702));
    expect(core.events.find(({ type }) => type === 'reindex.completed')).toMatchObject({ rebuilt: 1 });
  });

  it('is not done when one of them has failed for good', () => {
    const core = go(ready(reindex('a', { of: 'table' })));
    core.found(1, standing('x', 701));
    core.buildEnds(1, { kind: 'failed', error: serverError('53100'), leftover: null });
    core.command({ type: 'continue' });
    core.found(2, standing('y', 702));
    core.buildEnds(2, rebuilt(702));
    expect(core.types()).not.toContain('reindex.completed');
    expect(core.underWay).toEqual(['verify']);
  });
});
