import { describe, expect, it } from 'vitest';
import type { SurveyedIndex } from '../../src/run/index.ts';
import { Core, createIndex, options, planOf, section, serverError } from '../support/core.ts';
import { surveyOf } from '../support/survey.ts';

const plan = () =>
  planOf(
    section('one', [createIndex('a1', 'a'), createIndex('a2', 'a')]),
    section('two', [createIndex('b1', 'b'), createIndex('c1', 'c')]),
  );

const oidOf = (step: number): number => 5000 + step;

/** A run with a1 and a2 built, and b1 and c1 being built. */
const running = (jobs = 2): Core => {
  const core = new Core(plan(), options({ jobs }));
  core.go();
  for (const step of [0, 1]) {
    core.found(step);
    core.built(step);
  }
  for (const key of core.underWay) core.found(Number(key.split(':')[1]));
  return core;
};

const look = (core: Core, more: Partial<Record<number, Partial<SurveyedIndex>>> = {}): void => {
  expect(core.command({ type: 'survey' }).ok).toBe(true);
  core.end('survey', { kind: 'surveyed', survey: surveyOf(core, ({ step }) => more[step] ?? {}), ended: [] });
};

const rollBack = (core: Core, oids: number[] = [], all = true) =>
  core.command({ type: 'roll-back', oids, all, confirm: 'menuca' });

const cancelled = (core: Core, step: number): void =>
  core.buildEnds(step, { kind: 'failed', error: serverError('57014'), leftover: null });

/** A run that goes back, with its builds stopped. */
const goingBack = (jobs = 2): Core => {
  const core = running(jobs);
  look(core);
  expect(rollBack(core)).toMatchObject({ ok: true });
  for (const step of [2, 3]) if (core.inflight.has(`build:${step}`)) cancelled(core, step);
  return core;
};

const dropFails = (core: Core, step: number, sqlstate: string, standing: 'valid' | 'invalid'): void =>
  core.end(`drop:${step}`, {
    kind: 'dropped',
    step,
    outcome: { kind: 'failed', error: serverError(sqlstate), standing },
  });

const finish = (core: Core) => core.inflight.get('finish');

describe('the order', () => {
  it('is followed after a look only, with the name typed, and for what this run created', () => {
    const core = running();
    expect(rollBack(core)).toMatchObject({ ok: false, why: expect.stringContaining('not been looked at') });
    look(core);
    const ask = (oids: number[], all: boolean, confirm: string) =>
      core.command({ type: 'roll-back', oids, all, confirm });
    expect(ask([], true, '')).toMatchObject({ ok: false, why: expect.stringContaining('to be typed') });
    expect(ask([], true, 'Menuca')).toMatchObject({ ok: false });
    expect(ask([oidOf(0), 1234], false, 'menuca')).toMatchObject({
      ok: false,
      why: 'this run created no index with oid 1234: it is not touched',
    });
    expect(ask([], false, 'menuca')).toMatchObject({ ok: false });
    expect(core.state.phase).toBe('running');
    expect(core.begun.filter(({ kind }) => kind === 'drop')).toEqual([]);
    expect(ask([oidOf(0)], false, 'menuca')).toMatchObject({ ok: true });
    expect(rollBack(core)).toMatchObject({ ok: false, why: 'the run is being rolled back already' });
  });

  it('is refused before anything has begun, in an abort, and at the end', () => {
    const core = new Core(plan());
    expect(core.command({ type: 'survey' })).toMatchObject({ ok: false });
    core.go();
    core.command({ type: 'abort' });
    expect(core.command({ type: 'survey' })).toMatchObject({ ok: false });
  });
});

it('stops what runs first, drops then on different tables, checks, and ends with status 0', () => {
  const core = running();
  look(core);
  rollBack(core);
  expect(core.state.phase).toBe('rolling-back');
  expect(core.underWay.some((key) => key.startsWith('drop'))).toBe(false);
  expect(core.state.steps.filter(({ cancel }) => cancel?.cause === 'rollback')).toHaveLength(2);
  cancelled(core, 2);
  expect(core.underWay.some((key) => key.startsWith('drop'))).toBe(false);
  // Finished in the same moment: with all of it meant, it goes, too.
  core.built(3);
  expect(core.underWay).toEqual(['drop:0', 'drop:3']);
  core.dropped(0);
  expect(core.underWay).toEqual(['drop:1', 'drop:3']);
  core.dropped(1);
  core.dropped(3);
  expect(core.state.created).toEqual([]);
  core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [] });
  expect(finish(core)).toMatchObject({ status: 0 });
  expect(core.replayed()).toEqual(core.state);
});

it('drops the chosen ones only', () => {
  const core = running();
  look(core);
  rollBack(core, [oidOf(1)], false);
  cancelled(core, 2);
  core.built(3);
  expect(core.underWay).toEqual(['drop:1']);
  core.dropped(1);
  core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [] });
  expect(core.state.created.map(({ step }) => step)).toEqual([0, 3]);
  expect(finish(core)).toMatchObject({ status: 0 });
});

it('lifts an operator’s pause, and is held by a new one', () => {
  const core = running();
  core.command({ type: 'pause' });
  look(core);
  rollBack(core);
  expect(core.state.pauses).toEqual([]);
  core.command({ type: 'pause' });
  for (const step of [2, 3]) cancelled(core, step);
  expect(core.underWay).toEqual([]);
  core.command({ type: 'continue' });
  expect(core.underWay).toEqual(['drop:0']);
});

it('a failed drop that left its index valid is as if it had not begun; it is tried again a little later', () => {
  const core = goingBack();
  dropFails(core, 0, '55P03', 'valid');
  expect(core.state.steps[0]).toMatchObject({ status: 'done', leftover: null });
  // Its table is free meanwhile.
  expect(core.underWay).toEqual(['drop:1']);
  core.dropped(1);
  expect(core.underWay).toEqual([]);
  core.pass(2_000);
  expect(core.underWay).toContain('drop:0');
});

it('what cannot be dropped is left and said, the others go on, and the status is 1', () => {
  const core = goingBack();
  dropFails(core, 0, '42501', 'valid');
  expect(core.state.pauses).toEqual([]);
  core.dropped(1);
  core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [] });
  expect(core.state.rollback?.left).toMatchObject([{ oid: oidOf(0), why: 'error 42501' }]);
  expect(finish(core)).toMatchObject({ status: 1 });
});

it('what the last look keeps is not this run’s any more only when it is gone', () => {
  const core = goingBack();
  core.end('drop:0', { kind: 'dropped', step: 0, outcome: { kind: 'kept', why: 'another one', gone: true } });
  core.end('drop:1', { kind: 'dropped', step: 1, outcome: { kind: 'kept', why: 'a constraint', gone: false } });
  expect(core.state.created.map(({ step }) => step)).toEqual([1]);
  core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [] });
  expect(finish(core)).toMatchObject({ status: 1 });
});

it('what the survey keeps is never begun', () => {
  const core = running();
  look(core, { 0: { kept: 'a constraint depends on it' } });
  rollBack(core);
  for (const step of [2, 3]) cancelled(core, step);
  expect(core.underWay).toEqual(['drop:1']);
  expect(core.state.rollback?.left).toMatchObject([{ oid: oidOf(0) }]);
});

it('an abort gives a drop a moment, cancels it then, and does not end clean while it is half dropped', () => {
  const core = goingBack(1);
  core.command({ type: 'abort' });
  core.pass(4_000);
  expect(core.underWay).toEqual(['drop:0']);
  core.pass(2_000);
  expect(core.underWay).toEqual(['cancel:0', 'drop:0']);
  dropFails(core, 0, '57014', 'invalid');
  expect(finish(core)).toMatchObject({ status: 5, leftToDo: [expect.stringContaining('half dropped')] });
});

it('what is still there after its drop is no success', () => {
  const core = goingBack();
  core.dropped(0);
  core.dropped(1);
  core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [oidOf(1)] });
  expect(finish(core)).toMatchObject({ status: 1 });
});
