import { describe, expect, it } from 'vitest';
import { evolve, type Found, type RunEvent, respond, type ServerIdentity } from '../../src/run/index.ts';
import { Core, createIndex, factsOf, options, planOf, section, serverError } from '../support/core.ts';

const primary: ServerIdentity = {
  system: '77',
  timeline: 1,
  startedAt: '2026-11-23T18:00:00.000001Z',
  inRecovery: false,
  version: '18.4',
};
const promoted = { ...primary, timeline: 2 };
const standby = { ...promoted, timeline: null, inRecovery: true };

const see = (core: Core, server: ServerIdentity) => core.input({ kind: 'server-seen', server });

/** What preflight sees with the indexes of the run in place, apart from what is said of one of them. */
const looked = (core: Core, more: Record<number, Found> = {}) => {
  const facts = factsOf(core.state);
  const equal = (step: number): Found => ({ kind: 'equal', oid: 5000 + step, definition: '', bytes: 8192 });
  return { ...facts, steps: facts.steps.map((each) => ({ ...each, found: more[each.step] ?? equal(each.step) })) };
};

const rechecked = (core: Core, more: Record<number, Found> = {}): void =>
  core.end('recheck', { kind: 'rechecked', server: promoted, outcome: { kind: 'done', facts: looked(core, more) } });

/** A run of a1, a2 and b1, all built, that goes back: a1 and b1 are being dropped. */
const goingBack = (): Core => {
  const core = new Core(
    planOf(section('one', [createIndex('a1', 'a'), createIndex('a2', 'a'), createIndex('b1', 'b')])),
    options(),
  );
  see(core, primary);
  core.go();
  for (const step of [2, 0, 1]) {
    core.found(step);
    core.built(step);
  }
  core.command({ type: 'survey' });
  core.end('survey', { kind: 'surveyed', survey: { indexes: [], unfinished: [], statsReset: null }, ended: [] });
  expect(core.command({ type: 'roll-back', oids: [], all: true, confirm: 'menuca' })).toMatchObject({ ok: true });
  core.inflight.delete('verify');
  expect(core.underWay).toEqual(['drop:0', 'drop:2']);
  return core;
};

const dropFails = (core: Core, step: number, standing: 'valid' | 'invalid'): void =>
  core.end(`drop:${step}`, {
    kind: 'dropped',
    step,
    outcome: { kind: 'failed', error: serverError('57P01'), standing },
  });

describe('a server that changes in the middle of a rollback', () => {
  it('holds what has not begun, also what is half dropped, until the one that took over was looked at', () => {
    const core = goingBack();
    see(core, promoted);
    // Not before what is under way has ended.
    expect(core.underWay).toEqual(['drop:0', 'drop:2']);
    dropFails(core, 0, 'invalid');
    core.dropped(2);
    core.pass(60_000);
    expect(core.state.steps.map(({ status }) => status)).toEqual(['dropping', 'done', 'dropped']);
    expect(core.underWay).toEqual(['recheck']);
    rechecked(core);
    expect(core.underWay).toEqual(['drop:0']);
    core.dropped(0);
    expect(core.underWay).toEqual(['drop:1']);
    core.dropped(1);
    expect(core.underWay).toEqual(['check-rollback']);
  });

  it('is a standby is waited for: no drop begins, and nothing is checked there', () => {
    const core = goingBack();
    see(core, standby);
    dropFails(core, 0, 'valid');
    core.dropped(2);
    core.pass(60_000);
    expect(core.underWay).toEqual([]);
    see(core, promoted);
    expect(core.underWay).toEqual(['recheck']);
  });

  it('lacks an index of the run: that is not built again', () => {
    const core = goingBack();
    see(core, promoted);
    core.dropped(0);
    core.dropped(2);
    rechecked(core, { 0: { kind: 'none' }, 1: { kind: 'none' }, 2: { kind: 'none' } });
    expect(core.types()).not.toContain('step.lost');
    expect(core.state.phase).toBe('rolling-back');
    expect(core.underWay).toEqual(['drop:1']);
  });

  it('cannot be looked at: that pauses the way back, and is tried again by word', () => {
    const core = goingBack();
    see(core, promoted);
    core.dropped(0);
    core.dropped(2);
    core.end('recheck', {
      kind: 'rechecked',
      server: promoted,
      outcome: { kind: 'failed', error: serverError('42501') },
    });
    expect(core.state.pauses).toMatchObject([{ cause: 'server' }]);
    expect(core.underWay).toEqual([]);
    core.command({ type: 'continue' });
    expect(core.underWay).toEqual(['recheck']);
    rechecked(core);
    expect(core.underWay).toEqual(['drop:1']);
  });
});

it('a run that is taken up to be rolled back builds nothing again that is gone', () => {
  const core = goingBack();
  const { seq, at, database, options: opts } = core.state;
  const resumed = (purpose?: 'rollback') =>
    evolve(core.state, {
      seq: seq + 1,
      at,
      run: 'r1',
      type: 'run.resumed',
      version: '0',
      database,
      operator: 'anna@ops',
      options: opts,
      engine: { pid: 1, host: 'ops' },
      from: 'ledger',
      endOrphans: false,
      ...(purpose === undefined ? {} : { purpose }),
    } as RunEvent);
  const facts = looked(core, { 1: { kind: 'none' } });
  const types = (purpose?: 'rollback') =>
    respond(resumed(purpose), { kind: 'preflighted', facts }, core.now).events.map(({ type }) => type);
  expect(types()).toEqual(['preflight.finished', 'step.lost']);
  expect(types('rollback')).toEqual(['preflight.finished']);
});
