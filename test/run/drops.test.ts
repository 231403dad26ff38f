import { describe, expect, it } from 'vitest';
import type { Found, IndexRecord, RunOptions, SurveyedIndex } from '../../src/run/index.ts';
import { Core, createIndex, factsOf, options, planOf, section, serverError } from '../support/core.ts';
import { dropIndex as drop } from '../support/drops.ts';

const recordOf = (name: string, more: Partial<IndexRecord> = {}): IndexRecord => ({
  definition: `CREATE INDEX ${name} ON public.a USING btree (a)`,
  rebuildSql: `CREATE INDEX CONCURRENTLY ${name} ON public.a USING btree (a)`,
  table: 'a',
  tablespace: null,
  comment: null,
  clustered: false,
  statistics: [],
  valid: true,
  bytes: 8192,
  scans: 3,
  lastScan: null,
  ...more,
});

const standing = (name: string, oid: number): Found => ({
  kind: 'to-drop',
  ...{ oid, schema: 'public', name, record: recordOf(name), problem: null },
});

type Steps = Parameters<typeof section>[1];

/** A run of these steps on the table a, in which each index to be dropped was shown with the OID 700 and its step's number. */
const ready = (...steps: Steps): Core => readyWith({}, steps);

const readyWith = (opts: Partial<RunOptions>, steps: Steps): Core => {
  const core = new Core(planOf(section('one', steps)), options(opts));
  const facts = factsOf(core.state);
  const looked = core.state.steps.map(({ id, step }) => ({
    step: id,
    tableOid: 1000,
    found: step.kind === 'drop-index' ? standing(step.name, 700 + id) : ({ kind: 'none' } as const),
  }));
  const tables = [{ oid: 1000, schema: 'public', name: 'a', rows: 1, bytes: 8192 }];
  core.end('preflight', { kind: 'preflighted', facts: { ...facts, tables, steps: looked } });
  return core;
};

const go = (core: Core): Core => {
  core.command({ type: 'go', replaceInvalid: [], confirm: 'menuca' });
  core.end('baseline', {
    kind: 'baselined',
    baseline: {
      ...{ indexes: 1, idxIndexes: 0, schemas: ['public'], databaseBytes: 1, active: 1, connections: 10 },
      ...{ rollbacksPerS: 0, rateSeconds: 4, present: [{ oid: 700, schema: 'public', name: 'old', valid: true }] },
    },
  });
  return core;
};

const dropFails = (core: Core, step: number, left: 'valid' | 'invalid', sqlstate = '57014') =>
  core.end(`drop:${step}`, {
    kind: 'dropped',
    step,
    outcome: { kind: 'failed', error: serverError(sqlstate), standing: left },
  });

describe('an index that the plan drops', () => {
  it('is dropped as it was shown, with its definition in the intent, and then is on record as removed', () => {
    const core = go(ready(drop('old')));
    core.found(0, standing('old', 700));
    expect(core.events.find(({ type }) => type === 'drop.started')).toMatchObject({
      oid: 700,
      why: 'planned',
      record: { definition: 'CREATE INDEX old ON public.a USING btree (a)' },
    });
    core.dropped(0);
    expect(core.state).toMatchObject({ removed: [{ step: 0, oid: 700, name: 'old' }], created: [] });
    expect(core.state.steps[0]).toMatchObject({ status: 'done', attempt: 1 });
    expect(core.replayed()).toEqual(core.state);
  });

  it('is not touched when another one has its name by then, and that is a failure', () => {
    const core = go(ready(drop('old')));
    core.found(0, standing('old', 999));
    expect(core.state.steps[0]?.error?.message).toContain('not the index that was shown');
    expect(core.begun.map(({ kind }) => kind)).not.toContain('drop');
  });

  it('that is not there is done with IF EXISTS, and a failure without', () => {
    const core = go(ready(drop('old', { ifExists: true })));
    core.found(0);
    expect(core.state.steps[0]).toMatchObject({ status: 'equal', note: 'it is not there: nothing to drop' });
    const other = go(ready(drop('old')));
    other.found(0);
    expect(other.state.steps[0]?.status).toBe('failed');
  });

  it('keeps its place among what is about its table, and is not dropped when what stands before it failed', () => {
    const core = go(ready(createIndex('new', 'a'), drop('old'), createIndex('last', 'a')));
    expect(core.underWay).toEqual(['inspect:0']);
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    core.command({ type: 'continue' });
    expect(core.underWay).toEqual(['inspect:1']);
    core.found(1, standing('old', 701));
    expect(core.state.steps[1]?.error?.message).toContain('new, which stands before it in the plan, is not built');
  });

  it('counted as there already behind a drop that had failed, and is built when that drop is tried again', () => {
    const core = go(readyWith({ onError: 'skip' }, [drop('old'), createIndex('old', 'a')]));
    core.found(0, standing('old', 700));
    dropFails(core, 0, 'valid', '42501');
    core.found(1, { kind: 'equal', oid: 700, definition: '', bytes: 1 });
    expect(core.state.steps[1]?.status).toBe('equal');
    core.command({ type: 'retry', step: 0 });
    core.found(0, standing('old', 700));
    core.dropped(0);
    expect(core.state.steps[1]?.status).toBe('queued');
    expect(core.underWay).toContain('inspect:1');
    expect(core.replayed()).toEqual(core.state);
  });

  it('a go to other drops than those that are there now is refused', () => {
    const core = ready(drop('old'));
    const order = { type: 'go', replaceInvalid: [], confirm: 'menuca' } as const;
    expect(core.command({ ...order, replaceInvalid: [], drops: [699] })).toMatchObject({
      ok: false,
      why: expect.stringContaining('has changed since it was shown'),
    });
    expect(core.command({ ...order, replaceInvalid: [], drops: [700] })).toMatchObject({ ok: true });
  });
});

describe('a drop that was stopped', () => {
  it('before it began leaves the step to be looked at anew', () => {
    const core = go(ready(drop('old')));
    core.found(0, standing('old', 700));
    dropFails(core, 0, 'valid');
    expect(core.state.steps[0]).toMatchObject({ status: 'queued', leftover: null });
    core.pass(60_000);
    expect(core.underWay).toEqual(['inspect:0']);
  });

  it('in the middle is gone on with, also by an engine that takes the run up, and until then the status is 5', () => {
    const core = go(ready(drop('old')));
    core.found(0, standing('old', 700));
    dropFails(core, 0, 'invalid');
    expect(core.state.steps[0]).toMatchObject({ status: 'dropping', leftover: { oid: 700, afterwards: 'done' } });
    core.command({ type: 'abort' });
    core.pass(60_000);
    dropFails(core, 0, 'invalid');
    expect(core.begun.at(-1)).toMatchObject({
      kind: 'finish',
      status: 5,
      leftToDo: [expect.stringContaining('indexdeck resume drops it to its end')],
    });
  });
});

describe('on the way back', () => {
  const surveyed = (core: Core): SurveyedIndex[] => [
    ...core.state.created.map(({ step, oid, name }) => surveyOf(step, oid, name)),
    ...core.state.removed.map(({ step, oid, name, record }) => ({
      ...surveyOf(step, oid, name),
      standing: 'gone' as const,
      rebuild: record,
    })),
  ];
  const surveyOf = (step: number, oid: number, name: string): SurveyedIndex => ({
    ...{ step, oid, schema: 'public', name, standing: 'valid', bytes: 1, scans: 0, lastScan: null, kept: null },
  });
  const goBack = (core: Core) => {
    // What is being looked at ends, and begins nothing.
    core.command({ type: 'pause' });
    for (const key of core.underWay) core.found(Number(key.split(':')[1]));
    core.command({ type: 'survey' });
    core.end('survey', {
      kind: 'surveyed',
      survey: { indexes: surveyed(core), unfinished: [], statsReset: null },
      ended: [],
    });
    expect(core.command({ type: 'roll-back', oids: [], all: true, confirm: 'menuca' })).toMatchObject({ ok: true });
  };

  it('the old one is there again before the new one beside it goes, and the catalog is as before', () => {
    const core = go(ready(createIndex('new', 'a'), drop('old'), createIndex('last', 'a')));
    core.found(0);
    core.built(0);
    core.found(1, standing('old', 701));
    core.dropped(1);
    goBack(core);
    expect(core.underWay).toEqual(['inspect:1']);
    core.found(1);
    expect(core.events.at(-1)).toMatchObject({ type: 'build.started', name: 'old', table: 'a' });
    core.built(1, 800);
    expect(core.state.steps[1]?.status).toBe('rebuilt');
    expect(core.underWay).toEqual(['drop:0']);
    core.dropped(0);
    expect(core.underWay).toEqual(['check-rollback']);
    const present = [
      { oid: 700, schema: 'public', name: 'old', valid: true },
      { oid: 800, schema: 'public', name: 'old', valid: true },
    ];
    core.end('check-rollback', {
      kind: 'rollback-checked',
      present,
      still: [],
      rebuilt: [{ oid: 800, problem: null }],
    });
    expect(core.state.rollback).toMatchObject({ left: [], differences: { added: [], missing: [], changed: [] } });
    expect(core.replayed()).toEqual(core.state);
  });

  it('what took its name goes first', () => {
    const core = go(ready(drop('old'), createIndex('old', 'a'), createIndex('last', 'a')));
    core.found(0, standing('old', 700));
    core.dropped(0);
    core.found(1);
    core.built(1);
    goBack(core);
    expect(core.underWay).toEqual(['drop:1']);
    core.dropped(1);
    expect(core.underWay).toEqual(['inspect:0']);
  });

  describe('a rename that was lost in the middle', () => {
    const rename = (found: string): Found => ({
      kind: 'to-rename',
      ...{ oid: 5000, schema: 'public', name: found, taken: null },
    });
    const lost = (core: Core): void =>
      core.end('statement:2', {
        kind: 'statement-ended',
        step: 2,
        outcome: { kind: 'failed', error: { ...serverError('08006'), sqlstate: null } },
      });
    /** The new one has the old one's name, and its way back was lost once, in a run that tries no build again. */
    const lostOnce = (): Core => {
      const core = go(
        readyWith({ retries: 0 }, [
          createIndex('old_new', 'a', { replaces: 'old' }),
          drop('old', { replacedBy: 'old_new' }),
          {
            ...{ file: 'plan.sql', line: 1, column: 1, settings: [], searchPath: null },
            ...{ kind: 'rename-index', sql: '', schema: null, table: 'a', from: 'old_new', name: 'old' },
          },
          createIndex('last', 'a'),
        ]),
      );
      core.found(0);
      core.built(0);
      core.found(1, standing('old', 701));
      core.dropped(1);
      core.found(2, rename('old_new'));
      core.end('statement:2', { kind: 'statement-ended', step: 2, outcome: { kind: 'done', durationMs: 1 } });
      goBack(core);
      core.found(2, rename('old'));
      lost(core);
      return core;
    };

    /** Another engine comes to roll it back. */
    const takenUp = (core: Core): void => {
      core.resumed({
        type: 'run.resumed',
        version: '0',
        database: core.state.database,
        operator: 'ben@ops',
        options: core.state.options,
        engine: { pid: 2, host: 'ops' },
        from: 'journal',
        endOrphans: false,
        purpose: 'rollback',
      });
      core.preflighted(factsOf(core.state));
      core.end('survey', {
        kind: 'surveyed',
        survey: { indexes: surveyed(core), unfinished: [], statsReset: null },
        ended: [],
      });
      core.command({ type: 'roll-back', oids: [], all: true, confirm: 'menuca' });
    };

    it('is looked at again, whatever the operator wants of builds: it may have been done', () => {
      const core = lostOnce();
      core.pass(60_000);
      expect(core.underWay).toEqual(['inspect:2']);
      core.found(2, rename('old_new'));
      expect(core.state.created).toMatchObject([{ oid: 5000, name: 'old_new' }]);
      expect(core.underWay).toEqual(['inspect:1']);
    });

    it('and was given up, is looked at again by the next rollback', () => {
      const core = lostOnce();
      for (let n = 0; core.state.steps[2]?.status !== 'failed'; n++) {
        expect(n).toBeLessThan(20);
        core.pass(60_000);
        core.found(2, rename('old'));
        lost(core);
      }
      const why = 'it was renamed to public.old_new since';
      core.end('drop:0', { kind: 'dropped', step: 0, outcome: { kind: 'kept', why, gone: false } });
      core.command({ type: 'abort' });
      core.end('finish', { kind: 'closed', status: 4, reason: '', leftToDo: [] });
      takenUp(core);
      expect(core.underWay).toEqual(['inspect:2']);
    });

    it('is let alone once the drop of its index has begun, which goes by the name that it has', () => {
      const core = lostOnce();
      core.pass(60_000);
      core.found(2, rename('old'));
      const error = serverError('42P07');
      core.end('statement:2', { kind: 'statement-ended', step: 2, outcome: { kind: 'failed', error } });
      expect(core.underWay).toEqual(['drop:0']);
      takenUp(core);
      expect(core.underWay).toEqual(['reconcile:0']);
      core.end('reconcile:0', {
        kind: 'dropped',
        step: 0,
        outcome: { kind: 'failed', error: serverError('57P01'), standing: 'invalid' },
      });
      core.pass(60_000);
      expect(core.begun.at(-1)).toMatchObject({ kind: 'drop', step: 0, oid: 5000, name: 'old' });
      core.dropped(0);
      expect(core.underWay).toEqual(['inspect:1']);
    });
  });

  it('what could not be built again is said, and is tried again first', () => {
    const core = go(ready(drop('old'), createIndex('last', 'a')));
    core.found(0, standing('old', 700));
    core.dropped(0);
    goBack(core);
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('40P01'), leftover: null });
    expect(core.state.rollback?.left).toEqual([]);
    core.pass(60_000);
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('42P01'), leftover: null });
    expect(core.state.rollback?.left).toMatchObject([{ oid: 700, why: 'it could not be built again: error 42P01' }]);
    expect(core.underWay).toEqual(['check-rollback']);
    expect(core.state.removed).toHaveLength(1);
  });
});
