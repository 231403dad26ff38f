import { describe, expect, it } from 'vitest';
import type { GateName } from '../../src/run/index.ts';
import { Core, createIndex, options, planOf, section, serverError } from '../support/core.ts';

const plan = () => planOf(section('one', [createIndex('a1', 'a'), createIndex('b1', 'b'), createIndex('c1', 'c')]));

const building = (more = {}): Core => {
  const core = new Core(plan(), options(more));
  core.go();
  core.found(2);
  core.found(1);
  return core;
};

const trip = (core: Core, gate: GateName, level: 'warn' | 'pause' | 'abort' | null) =>
  core.input({ kind: 'gate', signal: { kind: 'level', gate, level, value: 12, threshold: 10, reason: 'twelve wait' } });

describe('pause', () => {
  it('lets what runs end and begins nothing new, until continue', () => {
    const core = building();
    expect(core.command({ type: 'pause' })).toMatchObject({ ok: true });
    core.built(1);
    expect(core.underWay).toEqual(['build:2']);
    core.command({ type: 'continue' });
    expect(core.underWay).toEqual(['build:2', 'inspect:0']);
  });

  it('of an operator is not lifted by a gate that clears', () => {
    const core = building();
    core.command({ type: 'pause' });
    trip(core, 'lock-waiters', 'pause');
    trip(core, 'lock-waiters', null);
    expect(core.state.pauses).toMatchObject([{ cause: 'operator' }]);
  });

  it('of a gate lifts by itself, and is not lifted by an operator while the gate is over', () => {
    const core = building();
    trip(core, 'lock-waiters', 'pause');
    core.built(1);
    expect(core.underWay).toEqual(['build:2']);
    expect(core.command({ type: 'continue' })).toMatchObject({ ok: false });
    trip(core, 'lock-waiters', null);
    expect(core.underWay).toEqual(['build:2', 'inspect:0']);
  });

  it('of a gate waits for the operator with --no-auto-continue', () => {
    const core = building({ autoContinue: false });
    trip(core, 'lock-waiters', 'pause');
    trip(core, 'lock-waiters', null);
    expect(core.state.pauses).toHaveLength(1);
    expect(core.command({ type: 'continue' }).ok).toBe(true);
    expect(core.state.pauses).toEqual([]);
  });

  it('forgets what was seen before it: the index is looked at again', () => {
    const core = new Core(plan());
    core.go();
    core.command({ type: 'pause' });
    core.found(2);
    core.found(1);
    expect(core.underWay).toEqual([]);
    core.command({ type: 'continue' });
    expect(core.underWay).toEqual(['inspect:1', 'inspect:2']);
  });

  it('that nobody lifts ends the engine', () => {
    const core = building({ giveUpMs: 60_000 });
    core.command({ type: 'pause' });
    core.built(1);
    core.built(2);
    core.pass(59_000);
    expect(core.underWay).toEqual([]);
    core.pass(1_000);
    expect(core.inflight.get('finish')).toMatchObject({ status: 4 });
  });
});

describe('what holds a run without anybody’s order', () => {
  it('give-up is for a pause that nobody is there to lift', () => {
    const core = building({ giveUpMs: 60_000 });
    core.input({ kind: 'client-joined', client: 'c1', role: 'operator', name: 'anna' });
    core.command({ type: 'pause' });
    core.pass(600_000);
    expect(core.state.abort).toBeNull();
    core.input({ kind: 'client-left', client: 'c1', vanished: false });
    core.pass(59_000);
    expect(core.state.abort).toBeNull();
    core.pass(2_000);
    expect(core.state.abort?.by).toBe('indexdeck');
  });

  it('a lost advisory lock is a pause that no operator can lift, and that lifts by itself', () => {
    const core = building();
    core.input({ kind: 'lock', held: false });
    core.input({ kind: 'lock', held: false });
    expect(core.state.pauses).toMatchObject([{ cause: 'connection' }]);
    expect(core.command({ type: 'continue' }).ok).toBe(false);
    core.input({ kind: 'lock', held: true });
    expect(core.state.pauses).toEqual([]);
  });

  it('what is tried again in an earlier section goes first: what was looked at since then waits, and is looked at anew', () => {
    const plan = planOf(section('one', [createIndex('a1', 'a')]), section('two', [createIndex('b1', 'b')]));
    for (const inspectedBefore of [true, false]) {
      const core = new Core(plan, options({ onError: 'skip', jobs: 1 }));
      core.go();
      core.found(0);
      core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
      // Its connection is lost: what was looked at has to wait.
      core.slots = core.slots.filter(({ use }) => use !== 'build');
      if (inspectedBefore) core.found(1);
      core.command({ type: 'retry', step: 0 });
      if (!inspectedBefore) core.found(1);
      core.slots = new Core(plan, options({ jobs: 1 })).slots;
      core.pass(1_000);
      core.found(0);
      core.built(0);
      core.found(1);
      core.built(1);
      expect(core.underWay).toEqual(['verify']);
    }
  });

  it('what is tried again during the verification is verified anew', () => {
    const core = new Core(planOf(section('one', [createIndex('a1', 'a')])), options({ onError: 'skip' }));
    core.go();
    core.found(0);
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover: null });
    expect(core.underWay).toEqual(['verify']);
    core.command({ type: 'retry', step: 0 });
    core.end('verify', {
      kind: 'verified',
      results: [{ step: 0, ok: false, problems: ['x'], oid: null, bytes: null }],
    });
    core.found(0);
    core.built(0);
    core.end('verify', { kind: 'verified', results: [{ step: 0, ok: true, problems: [], oid: 5, bytes: 1 }] });
    expect(core.inflight.get('finish')).toMatchObject({ status: 0 });
  });
});

describe('abort', () => {
  it('cancels what runs, drops what it left, and ends with 4', () => {
    const core = building();
    core.command({ type: 'abort' });
    expect(core.underWay).toEqual(['build:1', 'build:2', 'cancel:1', 'cancel:2']);
    core.buildEnds(1, {
      kind: 'failed',
      error: serverError('57014'),
      leftover: { oid: 9, schema: 'public', name: 'b1', ours: true },
    });
    core.buildEnds(2, { kind: 'built', oid: 10, bytes: 1, durationMs: 1 });
    expect(core.underWay).toEqual(['drop:1']);
    core.dropped(1);
    expect(core.inflight.get('finish')).toMatchObject({ status: 4 });
    expect(core.state.created.map((index) => index.oid)).toEqual([10]);
    expect(core.state.steps.map((step) => step.status)).toEqual(['queued', 'queued', 'done']);
  });

  it('before go ends at once with 4, and with 3 when preflight blocked', () => {
    const core = new Core(plan());
    core.preflighted();
    core.command({ type: 'abort' });
    expect(core.inflight.get('finish')).toMatchObject({ status: 4 });
    const blocked = new Core(plan());
    blocked.preflighted({ findings: [{ level: 'blocks', code: 'x', what: '', why: '', advice: '' }] });
    blocked.command({ type: 'abort' });
    expect(blocked.inflight.get('finish')).toMatchObject({ status: 3 });
  });

  it('is refused twice, and does not wait for a look that is under way', () => {
    const core = new Core(plan());
    core.go();
    expect(core.underWay).toEqual(['inspect:1', 'inspect:2']);
    core.command({ type: 'abort' });
    expect(core.underWay).toContain('finish');
    expect(core.command({ type: 'abort' }).ok).toBe(false);
  });

  it('hurries a drop that waits behind somebody after a minute, and then leaves it to a person with 5', () => {
    const core = building();
    core.command({ type: 'abort' });
    const leftover = { oid: 9, schema: 'public', name: 'b1', ours: true };
    core.buildEnds(1, { kind: 'failed', error: serverError('57014'), leftover });
    core.built(2);
    core.pass(59_000);
    expect(core.underWay).toEqual(['drop:1']);
    for (let tries = 0; tries < 5; tries++) {
      core.pass(61_000);
      expect(core.underWay).toEqual(['cancel:1', 'drop:1']);
      const cancelled = { kind: 'failed' as const, error: serverError('57014') };
      core.end('drop:1', { kind: 'dropped', step: 1, outcome: cancelled });
    }
    expect(core.inflight.get('finish')).toMatchObject({ status: 5 });
  });

  it('ends with 5 after a minute when the database is gone', () => {
    const core = building();
    core.command({ type: 'abort' });
    core.buildEnds(1, { kind: 'lost', error: serverError('57P01') });
    core.buildEnds(2, { kind: 'lost', error: serverError('57P01') });
    core.slots = [];
    core.pass(59_000);
    expect(core.underWay).not.toContain('finish');
    core.pass(2_000);
    expect(core.inflight.get('finish')).toMatchObject({ status: 5 });
  });

  it('by a gate says which', () => {
    const core = building();
    trip(core, 'connections', 'abort');
    expect(core.state.abort?.by).toBe('gate connections');
  });
});

describe('cancelling one build', () => {
  it('by the gate puts it back in the queue', () => {
    const core = building();
    core.input({ kind: 'gate', signal: { kind: 'cancel-build', step: 2, reason: 'pid 7 waited 5 s' } });
    core.input({ kind: 'gate', signal: { kind: 'cancel-build', step: 2, reason: 'pid 7 waited 6 s' } });
    expect(core.types().filter((type) => type === 'cancel.requested')).toHaveLength(1);
    core.buildEnds(2, {
      kind: 'failed',
      error: serverError('57014'),
      leftover: { oid: 9, schema: 'public', name: 'c1', ours: true },
    });
    core.dropped(2);
    expect(core.state.steps[2]).toMatchObject({ status: 'queued', passingFailures: 1 });
    expect(core.state.pauses).toEqual([]);
  });

  it('keeps its session from the next build until the cancel is over: it would hit that one', () => {
    const core = new Core(plan(), options({ jobs: 1 }));
    core.go();
    core.found(2);
    core.command({ type: 'cancel-build', step: 2 });
    expect(core.underWay).toEqual(['build:2', 'cancel:2']);
    core.inflight.delete('build:2');
    core.input({ kind: 'build-ended', step: 2, outcome: { kind: 'built', oid: 7, bytes: 1, durationMs: 1 } });
    core.found(1);
    expect(core.underWay).toEqual(['cancel:2']);
    core.end('cancel:2', { kind: 'tick' });
    expect(core.underWay).toEqual(['build:1']);
  });

  it('by an operator leaves it failed, without pausing the run', () => {
    const core = building();
    core.command({ type: 'cancel-build', step: 2 });
    core.buildEnds(2, { kind: 'failed', error: serverError('57014'), leftover: null });
    expect(core.state.steps[2]?.status).toBe('failed');
    expect(core.state.pauses).toEqual([]);
  });

  it('from outside is not ours: it follows --on-error', () => {
    const core = building();
    core.buildEnds(2, { kind: 'failed', error: serverError('57014'), leftover: null });
    expect(core.state.pauses).toMatchObject([{ cause: 'error' }]);
  });
});

describe('clients', () => {
  it('an operator’s screen that vanishes pauses the run; a goodbye does not; another operator is enough', () => {
    const core = building();
    core.input({ kind: 'client-joined', client: 'c1', role: 'operator', name: 'anna' });
    core.input({ kind: 'client-joined', client: 'c2', role: 'operator', name: 'ben' });
    core.input({ kind: 'client-left', client: 'c2', vanished: true });
    expect(core.state.pauses).toEqual([]);
    core.input({ kind: 'client-left', client: 'c1', vanished: true });
    expect(core.state.pauses).toMatchObject([{ cause: 'disconnect' }]);
    expect(core.command({ type: 'continue' }).ok).toBe(true);
    core.input({ kind: 'client-joined', client: 'c3', role: 'operator', name: 'anna' });
    core.input({ kind: 'client-left', client: 'c3', vanished: false });
    expect(core.state.pauses).toEqual([]);
  });

  it('before go, a vanished operator ends the run: nobody is left to say go', () => {
    const core = new Core(plan());
    core.input({ kind: 'client-joined', client: 'c1', role: 'operator', name: 'anna' });
    core.preflighted();
    core.input({ kind: 'client-left', client: 'c1', vanished: true });
    expect(core.inflight.get('finish')).toMatchObject({ status: 4 });
  });

  it('changes the number of jobs', () => {
    const core = building();
    expect(core.command({ type: 'set-jobs', jobs: 0 }).ok).toBe(false);
    expect(core.command({ type: 'set-jobs', jobs: 1 }).ok).toBe(true);
    core.built(1);
    expect(core.underWay).toEqual(['build:2']);
  });
});
