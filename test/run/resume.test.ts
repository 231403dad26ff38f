import { describe, expect, it } from 'vitest';
import {
  type EventBody,
  evolve,
  type Input,
  type RunEvent,
  type RunState,
  replay,
  whatIsAhead,
} from '../../src/run/index.ts';
import { Core, createIndex, factsOf, options, planOf, section, serverError } from '../support/core.ts';

const plan = planOf(
  section('one', [createIndex('a', 't1'), createIndex('b', 't2')]),
  section('two', [createIndex('c', 't3')]),
);

const resumed = (more: Partial<Extract<EventBody, { type: 'run.resumed' }>> = {}): EventBody => ({
  type: 'run.resumed',
  version: '1',
  database: { host: 'db2', port: 5432, database: 'menuca', user: 'deploy' },
  operator: 'ben@ops',
  options: options({ jobs: 3 }),
  engine: { pid: 2, host: 'ops2' },
  from: 'journal',
  endOrphans: false,
  ...more,
});

const take = (core: Core, body: EventBody = resumed()): RunState =>
  evolve(core.state, { seq: core.state.seq + 1, at: '2026-11-23T20:00:00.000Z', run: 'r1', ...body } as RunEvent);

/** A core that is taken up by another engine, with nothing under way. */
const taken = (core: Core, body?: EventBody): Core => {
  core.state = take(core, body);
  core.inflight.clear();
  core.advance();
  return core;
};

const started = (): Core => {
  const core = new Core(plan);
  core.go();
  core.found(1);
  core.found(0);
  return core;
};

describe('a run that is taken up again', () => {
  it('is before its go again, in other hands, with nothing in force of what was ordered', () => {
    const core = started();
    core.command({ type: 'pause' });
    core.input({ kind: 'client-joined', client: 'c1', role: 'operator', name: 'anna@ops' });
    const state = take(core);
    expect(state).toMatchObject({
      phase: 'preflight',
      approvedAt: null,
      operator: 'ben@ops',
      database: { host: 'db2' },
      jobs: 3,
      pauses: [],
      clients: [],
      resumedAt: '2026-11-23T20:00:00.000Z',
      unattendedSince: '2026-11-23T20:00:00.000Z',
    });
    expect(state.baseline).toEqual(core.state.baseline);
  });

  it('has in doubt what was under way, and finds out before anything else happens to it', () => {
    const core = started();
    core.built(1);
    taken(core);
    expect(core.state.steps.map(({ status, lost }) => ({ status, lost }))).toEqual([
      { status: 'building', lost: true },
      { status: 'done', lost: false },
      { status: 'queued', lost: false },
    ]);
    expect(whatIsAhead(core.state)).toBe('go on: build 1 index, settle 1 index in doubt');
    expect(core.underWay).toEqual(['preflight']);
    const facts = factsOf(core.state);
    const found = { kind: 'equal' as const, oid: 5001, definition: '', bytes: 1 };
    const steps = facts.steps.map((each) => (each.step === 1 ? { ...each, found } : each));
    core.end('preflight', { kind: 'preflighted', facts: { ...facts, steps } });
    expect(core.underWay).toEqual([]);
    core.command({ type: 'go', replaceInvalid: [], confirm: null });
    expect(core.underWay).toEqual(['reconcile:0']);
    core.end('reconcile:0', {
      kind: 'build-ended',
      step: 0,
      outcome: { kind: 'built', oid: 7, bytes: 1, durationMs: 1 },
    });
    expect(core.state.created.map(({ name, oid }) => [name, oid])).toEqual([
      ['b', 5001],
      ['a', 7],
    ]);
  });

  it('ends what still builds for it, when told so, and queues the index again', () => {
    const core = taken(started(), resumed({ endOrphans: true }));
    core.preflighted();
    core.command({ type: 'go', replaceInvalid: [], confirm: null });
    expect(core.underWay).toEqual(['cancel:0', 'cancel:1', 'reconcile:0', 'reconcile:1']);
    core.end('reconcile:0', {
      kind: 'build-ended',
      step: 0,
      outcome: {
        kind: 'failed',
        error: serverError('57014'),
        leftover: { oid: 9, schema: 'public', name: 'a', ours: true },
      },
    });
    expect(core.state.steps[0]).toMatchObject({ status: 'dropping', leftover: { oid: 9, afterwards: 'queued' } });
  });

  it('drops first what a failed build left, but not beside the drop that may still be at it', () => {
    const core = started();
    core.buildEnds(0, {
      kind: 'failed',
      error: serverError('40P01'),
      leftover: { oid: 9, schema: 'public', name: 'a', ours: true },
    });
    expect(core.underWay).toEqual(['build:1', 'drop:0']);
    taken(core);
    core.preflighted();
    core.command({ type: 'go', replaceInvalid: [], confirm: null });
    expect(core.underWay).toEqual(['reconcile:0', 'reconcile:1']);
    core.end('reconcile:0', { kind: 'dropped', step: 0, outcome: { kind: 'failed', error: serverError('57P01') } });
    core.pass(3_000);
    expect(core.underWay).toEqual(['drop:0', 'reconcile:1']);
  });

  it('tries again what had failed for good, and leaves out what was left out', () => {
    const core = started();
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    core.buildEnds(1, { kind: 'failed', error: serverError('23505'), leftover: null });
    core.command({ type: 'skip', step: 1 });
    taken(core);
    expect(core.state.steps.map(({ status }) => status)).toEqual(['queued', 'skipped', 'queued']);
    expect(core.state.steps[0]?.error).toBeNull();
  });

  it('tries again what had failed for good also when its leftover was still being dropped', () => {
    const core = started();
    const leftover = { oid: 9, schema: 'public', name: 'a', ours: true };
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover });
    expect(core.state.steps[0]).toMatchObject({ status: 'dropping', leftover: { afterwards: 'failed' } });
    taken(core);
    expect(core.state.steps[0]).toMatchObject({ status: 'dropping', error: null, leftover: { afterwards: 'queued' } });
  });

  it('builds again what is not there any more', () => {
    const core = started();
    core.built(0);
    core.built(1);
    taken(core);
    const facts = factsOf(core.state);
    const there = facts.steps.map((each) =>
      each.step === 1 ? { ...each, found: { kind: 'equal' as const, oid: 5001, definition: '', bytes: 1 } } : each,
    );
    core.end('preflight', { kind: 'preflighted', facts: { ...facts, steps: there } });
    expect(core.state.steps.map(({ status }) => status)).toEqual(['queued', 'done', 'queued']);
    expect(core.state.created.map(({ name }) => name)).toEqual(['b']);
    expect(core.state.sections.map(({ finishedAt }) => finishedAt !== null)).toEqual([false, false]);
  });

  it('verifies anew when all was built before', () => {
    const core = started();
    core.built(0);
    core.built(1);
    core.found(2);
    core.built(2);
    expect(core.underWay).toEqual(['verify']);
    taken(core);
    const facts = factsOf(core.state);
    const found = (oid: number) => ({ kind: 'equal' as const, oid, definition: '', bytes: 1 });
    core.end('preflight', {
      kind: 'preflighted',
      facts: { ...facts, steps: facts.steps.map((each) => ({ ...each, found: found(5000 + each.step) })) },
    });
    expect(whatIsAhead(core.state)).toBe('go on: verify what was built');
    core.command({ type: 'go', replaceInvalid: [], confirm: null });
    expect(core.underWay).toEqual(['verify']);
  });

  it('is left as it was by a no: nothing is cancelled or dropped, and status 5 says that there is work', () => {
    const core = taken(started());
    core.preflighted();
    core.command({ type: 'abort' });
    expect(core.underWay).toEqual(['finish']);
    expect(core.inflight.get('finish')).toMatchObject({
      status: 5,
      leftToDo: ['a', 'b'].map((name) => expect.stringContaining(`what became of ${name} is unknown`)),
    });
  });

  it.each([
    ['the drop of an agreed leftover', 'drop:0'],
    ['ANALYZE', 'statement:1'],
  ])('that gets a no while %s may still be under way does not end as if nothing of it were there', (_, key) => {
    const analyze = {
      ...createIndex('', 't2'),
      kind: 'analyze' as const,
      sql: 'ANALYZE t2',
      tables: [{ schema: null, table: 't2' }],
    };
    const core = new Core(planOf(section('one', [createIndex('a', 't1'), analyze])));
    const invalid = { kind: 'invalid' as const, oid: 9, definition: '', ready: false };
    const facts = factsOf(core.state);
    core.go({ steps: facts.steps.map((each) => (each.step === 0 ? { ...each, found: invalid } : each)) }, [9]);
    core.found(0, invalid);
    expect(core.underWay).toEqual(['drop:0', 'statement:1']);
    core.end(key === 'drop:0' ? 'statement:1' : 'drop:0', {
      ...(key === 'drop:0' ? { kind: 'statement-ended', step: 1 } : { kind: 'dropped', step: 0 }),
      outcome: { kind: 'done', durationMs: 1 },
    } as Input);
    taken(core);
    core.preflighted();
    core.command({ type: 'abort' });
    expect(core.inflight.get('finish')).toMatchObject({ status: 5, leftToDo: [expect.stringContaining('is unknown')] });
  });

  it('is the same from its events alone', () => {
    const core = taken(started());
    const event = { seq: core.state.seq, at: core.state.at, run: 'r1', ...resumed() } as RunEvent;
    expect(replay([...core.events.slice(0, event.seq - 1), event])).toEqual(core.state);
  });
});
