import { describe, expect, it } from 'vitest';
import { Core, createIndex, options, planOf, section, serverError } from '../support/core.ts';

const onePlan = () =>
  planOf(section('one', [createIndex('a1', 'a'), createIndex('b1', 'b')]), section('two', [createIndex('c1', 'c')]));
const leftover = (oid: number, ours: boolean) => ({ oid, schema: 'public', name: 'a1', ours });

const building = (core: Core): Core => {
  core.go();
  core.found(0);
  core.found(1);
  return core;
};

describe('a build that fails', () => {
  it('has its leftover dropped first, and is tried again after a growing delay when the reason passes', () => {
    const core = building(new Core(onePlan()));
    core.buildEnds(0, { kind: 'failed', error: serverError('40P01'), leftover: leftover(900, true) });
    expect(core.inflight.get('drop:0')).toMatchObject({ oid: 900, name: 'a1', schema: 'public' });
    core.dropped(0);
    expect(core.state.steps[0]).toMatchObject({ status: 'queued', leftover: null });
    expect(core.underWay).toEqual(['build:1']);
    core.pass(2_000);
    expect(core.underWay).toEqual(['build:1', 'inspect:0']);
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('55P03'), leftover: null });
    core.pass(3_000);
    expect(core.underWay).toEqual(['build:1']);
    core.pass(1_000);
    expect(core.underWay).toContain('inspect:0');
  });

  it('fails for good when its attempts are used up', () => {
    const core = building(new Core(onePlan(), options({ retries: 1 })));
    core.buildEnds(0, { kind: 'failed', error: serverError('40P01'), leftover: null });
    core.pass(60_000);
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('40P01'), leftover: null });
    expect(core.state.steps[0]?.status).toBe('failed');
    expect(core.state.pauses).toMatchObject([{ cause: 'error' }]);
  });

  it('is tried again by word while a later section has begun on its table: that one gives way', () => {
    const plan = planOf(section('one', [createIndex('a1', 'a')]), section('two', [createIndex('a2', 'a')]));
    const core = new Core(plan, options({ onError: 'skip' }));
    core.go();
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.underWay).toEqual(['inspect:1']);
    core.slots = core.slots.map((slot) => ({ ...slot, use: 'cleanup' }));
    core.found(1);
    core.command({ type: 'retry', step: 0 });
    expect(core.state.steps[1]?.found).toBeNull();
    expect(core.underWay).toEqual(['inspect:0']);
  });

  it('is tried again by word while a later section is looked at on its table', () => {
    const plan = planOf(section('one', [createIndex('a1', 'a')]), section('two', [createIndex('a2', 'a')]));
    const core = new Core(plan, options({ onError: 'skip' }));
    core.go();
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    core.command({ type: 'retry', step: 0 });
    core.found(1);
    expect(core.underWay).toEqual(['inspect:0']);
  });

  it('keeps the message, detail and hint whole', () => {
    const core = building(new Core(onePlan()));
    const error = { ...serverError('23505', 'could not create unique index'), detail: 'Key (a)=(1) is duplicated.' };
    core.buildEnds(0, { kind: 'failed', error, leftover: leftover(900, true) });
    expect(core.state.steps[0]?.error).toEqual(error);
  });

  it('never drops what is not proven to be of this run’s making', () => {
    const core = building(new Core(onePlan()));
    core.buildEnds(0, { kind: 'failed', error: serverError('57014'), leftover: leftover(900, false) });
    expect(core.begun.some((effect) => effect.kind === 'drop')).toBe(false);
    expect(core.state.steps[0]).toMatchObject({ status: 'failed', leftover: null });
    expect(core.state.steps[0]?.advice).toContain('oid 900');
    // Nor does the run end as if nothing of it were left.
    core.command({ type: 'abort' });
    core.buildEnds(1, { kind: 'failed', error: serverError('57014'), leftover: null });
    expect(core.inflight.get('finish')).toMatchObject({ status: 5 });
    expect((core.inflight.get('finish') as { leftToDo: string[] }).leftToDo[0]).toContain('oid 900');
  });

  it('keeps its doubt while the index that nobody can prove to be ours stands there, and ends with 5', () => {
    const core = building(new Core(onePlan(), options({ onError: 'skip' })));
    core.buildEnds(0, { kind: 'failed', error: serverError('57014'), leftover: leftover(900, false) });
    core.command({ type: 'retry', step: 0 });
    core.found(0, { kind: 'invalid', oid: 900, definition: '', ready: false });
    expect(core.state.steps[0]).toMatchObject({ status: 'failed', doubtful: { oid: 900 } });
    core.command({ type: 'skip', step: 0 });
    core.command({ type: 'abort' });
    core.buildEnds(1, { kind: 'failed', error: serverError('57014'), leftover: null });
    expect(core.inflight.get('finish')).toMatchObject({ status: 5 });
  });

  it('has no doubt left once another index stands there', () => {
    const core = building(new Core(onePlan(), options({ onError: 'skip' })));
    core.buildEnds(0, { kind: 'failed', error: serverError('57014'), leftover: leftover(900, false) });
    core.command({ type: 'retry', step: 0 });
    core.found(0, { kind: 'different', oid: 901, definition: '', differences: ['a column'] });
    expect(core.state.steps[0]).toMatchObject({ status: 'failed', doubtful: null });
  });

  it('is looked at again when somebody has made its leftover valid: nothing is dropped, and nothing left to do', () => {
    const core = building(new Core(onePlan()));
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: leftover(900, true) });
    const error = serverError('XX000', 'it is valid by now');
    core.end('drop:0', { kind: 'dropped', step: 0, outcome: { kind: 'failed', error, settled: true } });
    expect(core.state.steps[0]).toMatchObject({ status: 'queued', leftover: null, error: null });
    core.command({ type: 'continue' });
    core.found(0, { kind: 'equal', oid: 900, definition: '', bytes: 1 });
    expect(core.state.steps[0]?.status).toBe('equal');
    expect(core.state.created).toEqual([]);
    expect(core.replayed()).toEqual(core.state);
  });

  it('looks again when a relation of that name came up meanwhile', () => {
    const core = building(new Core(onePlan()));
    core.buildEnds(0, { kind: 'failed', error: serverError('42P07'), leftover: null });
    core.pass(2_000);
    core.found(0, { kind: 'equal', oid: 7, definition: '', bytes: 1 });
    expect(core.state.steps[0]?.status).toBe('equal');
  });

  it('pauses the run by default: nothing new begins, what runs goes on, continue leaves it behind', () => {
    const core = building(new Core(onePlan()));
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    core.built(1);
    expect(core.underWay).toEqual([]);
    core.command({ type: 'continue' });
    expect(core.underWay).toEqual(['inspect:2']);
  });

  it('goes on with --on-error skip and ends with 1', () => {
    const core = building(new Core(onePlan(), options({ onError: 'skip' })));
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    core.built(1);
    core.found(2);
    core.built(2);
    core.end('verify', { kind: 'verified', results: [] });
    expect(core.inflight.get('finish')).toMatchObject({ status: 1 });
  });

  it('aborts with --on-error abort: what runs is cancelled, its leftover dropped, status 4', () => {
    const core = building(new Core(onePlan(), options({ onError: 'abort' })));
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.underWay).toEqual(['build:1', 'cancel:1']);
    core.buildEnds(1, {
      kind: 'failed',
      error: serverError('57014'),
      leftover: { ...leftover(901, true), name: 'b1' },
    });
    core.dropped(1);
    expect(core.inflight.get('finish')).toMatchObject({ status: 4 });
  });

  it('is tried again by T and left out by S, and either lifts the pause it caused', () => {
    const core = building(new Core(onePlan()));
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.command({ type: 'retry', step: 0 }).ok).toBe(true);
    expect(core.state.pauses).toEqual([]);
    expect(core.underWay).toContain('inspect:0');
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.command({ type: 'skip', step: 0 }).ok).toBe(true);
    expect(core.state.steps[0]?.status).toBe('skipped');
    expect(core.command({ type: 'skip', step: 1 }).ok).toBe(false);
  });

  it('whose leftover could not be dropped holds nothing up, and T drops it first', () => {
    const plan = planOf(section('one', [createIndex('a1', 'a'), createIndex('a2', 'a')]));
    const core = new Core(plan, options({ onError: 'skip' }));
    core.go();
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: leftover(900, true) });
    const undroppable = { kind: 'failed' as const, error: serverError('42501') };
    for (let tries = 0; tries < 5; tries++) {
      core.end('drop:0', { kind: 'dropped', step: 0, outcome: undroppable });
      core.pass(60_000);
    }
    expect(core.underWay).toEqual(['inspect:1']);
    expect(core.command({ type: 'retry', step: 0 }).ok).toBe(true);
    expect(core.inflight.get('drop:0')).toMatchObject({ oid: 900 });
    core.dropped(0);
    core.found(1);
    core.built(1);
    expect(core.underWay).toEqual(['inspect:0']);
  });

  it('ends with 5 and says what to clean up when its leftover cannot be dropped', () => {
    const core = building(new Core(onePlan(), options({ onError: 'abort' })));
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: leftover(900, true) });
    core.buildEnds(1, { kind: 'failed', error: serverError('57014'), leftover: null });
    for (let tries = 0; tries < 5; tries++) {
      core.end('drop:0', { kind: 'dropped', step: 0, outcome: { kind: 'failed', error: serverError('42501') } });
      core.pass(60_000);
    }
    expect(core.inflight.get('finish')).toMatchObject({ status: 5 });
    expect(core.state.steps[0]?.leftover?.oid).toBe(900);
    expect((core.inflight.get('finish') as { leftToDo: string[] }).leftToDo[0]).toContain('public.a1');
  });
});

describe('an index that stands in the way', () => {
  it('with another definition follows --on-error', () => {
    const core = new Core(onePlan());
    core.go();
    core.found(0, { kind: 'different', oid: 7, definition: '', differences: ['columns: (a) and (b)'] });
    expect(core.state.steps[0]).toMatchObject({ status: 'failed' });
    expect(core.state.steps[0]?.error?.message).toContain('columns: (a) and (b)');
    expect(core.state.pauses).toMatchObject([{ cause: 'error' }]);
  });

  const invalid = { kind: 'invalid' as const, oid: 7, definition: '', ready: false };
  const withInvalid = (core: Core) =>
    core.state.steps.map(({ id }) => ({ step: id, tableOid: 1000 + id, found: id === 0 ? invalid : null }));

  it('invalid, and cannot be dropped though that was agreed to, may be left as it was: it is somebody else’s', () => {
    const core = new Core(onePlan());
    core.go({ steps: withInvalid(core) }, [7]);
    core.found(0, invalid);
    // Such as when it is attached to another index.
    const outcome = { kind: 'failed', error: serverError('2BP01'), standing: 'invalid' } as const;
    while (core.state.steps[0]?.status !== 'failed') {
      if (core.inflight.has('drop:0')) core.end('drop:0', { kind: 'dropped', step: 0, outcome });
      else core.pass(60_000);
    }
    expect(core.command({ type: 'skip', step: 0 })).toMatchObject({ ok: true });
    expect(core.state.steps[0]).toMatchObject({ status: 'skipped', leftover: null });
    expect(core.state.pauses).toEqual([]);
  });

  it('invalid, is dropped only if the operator agreed to that very one', () => {
    const refused = new Core(onePlan());
    refused.go({ steps: withInvalid(refused) }, []);
    refused.found(0, invalid);
    expect(refused.begun.some((effect) => effect.kind === 'drop')).toBe(false);
    expect(refused.state.steps[0]?.status).toBe('failed');

    const agreed = new Core(onePlan());
    agreed.go({ steps: withInvalid(agreed) }, [7]);
    agreed.found(0, invalid);
    expect(agreed.inflight.get('drop:0')).toMatchObject({ oid: 7 });
    agreed.dropped(0);
    expect(agreed.underWay).toContain('inspect:0');

    const another = new Core(onePlan());
    another.go({ steps: withInvalid(another) }, [7, 8]);
    another.found(0, { ...invalid, oid: 8 });
    expect(another.begun.some((effect) => effect.kind === 'drop')).toBe(false);
  });

  it('being built by somebody else, is waited for and never touched', () => {
    const core = new Core(onePlan());
    core.go();
    core.found(0, { kind: 'building', oid: 7, pid: 4711, application: 'psql' });
    expect(core.state.steps[0]).toMatchObject({ status: 'queued' });
    core.pass(2_000);
    expect(core.underWay).toContain('inspect:0');
  });
});

describe('a lost connection', () => {
  it('leads to the catalog, never to a guess, and never to a second build beside the first', () => {
    const core = building(new Core(onePlan()));
    core.buildEnds(0, { kind: 'lost', error: serverError('57P01') });
    expect(core.underWay).toEqual(['build:1', 'reconcile:0']);
    expect(core.state.steps[0]).toMatchObject({ status: 'building', lost: true });
    core.end('reconcile:0', {
      kind: 'build-ended',
      step: 0,
      outcome: { kind: 'built', oid: 5, bytes: 1, durationMs: 1 },
    });
    expect(core.state.steps[0]).toMatchObject({ status: 'done', lost: false });
  });
});
