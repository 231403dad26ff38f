import { expect, test } from 'vitest';
import { type EventBody, evolve, type ProbeMeasurement, type RunEvent } from '../../src/run/index.ts';
import { Core, createIndex, factsOf, options, planOf, probe, section, serverError } from '../support/core.ts';

/** What `effect finish` says is how the run ends. */
const close = (core: Core): void => {
  const effect = core.inflight.get('finish');
  if (effect?.kind !== 'finish') throw new Error(`not at its end: ${core.underWay.join(', ')}`);
  const { status, reason, leftToDo } = effect;
  core.end('finish', { kind: 'closed', status, reason, leftToDo });
};

const measurement: ProbeMeasurement = {
  ...{ runs: [1, 1, 1], time: null, planningMs: null, rows: null, buffers: null, plan: null, summary: null },
  ...{ error: null, timedOut: false },
};

/** A run of one index that has ended: built and verified, or aborted while what its failed build left could not be dropped. */
const ended = (how: 'built' | 'left'): Core => {
  const core = new Core(planOf(section('one', [createIndex('a', 't')])), options({ probes: [probe('p')] }));
  core.go();
  core.end('probe', { kind: 'probed', probe: 0, when: 'before', attempt: 1, measurement });
  core.found(0);
  if (how === 'left') {
    const leftover = { oid: 5000, schema: 'public', name: 'a', ours: true };
    core.buildEnds(0, { kind: 'failed', error: serverError('23505'), leftover });
    const outcome = { kind: 'failed', error: serverError('42501'), standing: 'invalid' } as const;
    core.end('drop:0', { kind: 'dropped', step: 0, outcome });
    core.command({ type: 'abort' });
    while (!core.inflight.has('finish')) {
      core.pass(60_000);
      core.end('drop:0', { kind: 'dropped', step: 0, outcome });
    }
  } else {
    core.built(0);
    core.end('verify', { kind: 'verified', results: [{ step: 0, ok: true, problems: [], oid: 5000, bytes: 1 }] });
    core.end('probe', { kind: 'probed', probe: 0, when: 'after', attempt: 1, measurement });
  }
  close(core);
  return core;
};

/** Another engine comes to roll it back, a while later. */
const cameFor = (core: Core, more: Partial<Extract<EventBody, { type: 'run.resumed' }>> = {}): void => {
  core.now += 3_600_000;
  const event = {
    ...{ seq: core.state.seq + 1, at: new Date(core.now).toISOString(), run: 'r1', type: 'run.resumed', version: '0' },
    ...{ database: core.state.database, operator: 'ben@ops', options: options({ jobs: 5 }), from: 'journal' },
    ...{ engine: { pid: 2, host: 'ops' }, endOrphans: false, purpose: 'rollback', ...more },
  } as RunEvent;
  core.events.push(event);
  core.state = evolve(core.state, event);
  core.inflight.clear();
  core.advance();
};

const surveyed = (core: Core): void => {
  core.preflighted();
  core.end('survey', { kind: 'surveyed', survey: { indexes: [], unfinished: [], statsReset: null }, ended: [] });
};

const END = [
  ...(['outcome', 'finishedAt', 'approvedAt', 'resumedAt', 'abort', 'verify', 'validations', 'sections'] as const),
  ...([
    'purpose',
    'rollback',
    'operator',
    'options',
    'jobs',
    'preflight',
    'checklist',
    'agreed',
    'probes',
    'analyzed',
    'statements',
  ] as const),
];

const NOT_NOW = { type: 'abort', reason: 'not now' } as const;

test('a no to a rollback leaves the run the end that it had', () => {
  const core = ended('built');
  const before = core.state;
  expect(before.outcome).toMatchObject({ status: 0, reason: '1 index built, all verified' });
  cameFor(core);
  expect(core.state.outcome).toBeNull();
  surveyed(core);
  core.command(NOT_NOW, 'ben@ops');
  close(core);
  expect(END.map((key) => core.state[key])).toEqual(END.map((key) => before[key]));
  expect(core.state).toMatchObject({ phase: 'finished', created: before.created, former: null, rolledBack: false });
  expect(core.state.turnedBack).toEqual({
    status: 4,
    reason: 'aborted by ben@ops: not now; nothing more was changed',
  });
  // The record itself says so, to whoever reads only it.
  expect(core.events.at(-1)).toMatchObject({ type: 'run.finished', status: 0, reason: before.outcome?.reason });
  expect(core.replayed()).toEqual(core.state);
});

test('so does a preflight that blocks it', () => {
  const core = ended('built');
  cameFor(core, { options: options({ interactive: false }) });
  const blocks = { level: 'blocks', code: 'other-engine', what: 'another engine', why: '', advice: '' } as const;
  core.preflighted({ findings: [blocks] });
  close(core);
  expect(core.state.outcome).toMatchObject({ status: 0 });
  expect(core.state.turnedBack).toMatchObject({ status: 3 });
});

test('a look finds what blocked a rollback gone, and what would be dropped is looked at next', () => {
  const core = ended('built');
  cameFor(core);
  const blocks = { level: 'blocks', code: 'other-engine', what: 'another engine', why: '', advice: '' } as const;
  core.preflighted({ findings: [blocks] });
  expect(core.state.phase).toBe('blocked');
  core.lastLook = { at: core.now, tookMs: 0 };
  core.pass(10_000);
  core.end('look', { kind: 'looked', outcome: { kind: 'done', facts: factsOf(core.state) } });
  expect(core.underWay).toEqual(['survey']);
  expect(core.state.checklist.cleared).toMatchObject([{ key: 'other-engine' }]);
});

test('and an engine that was killed at its question', () => {
  const core = ended('built');
  cameFor(core);
  surveyed(core);
  cameFor(core);
  surveyed(core);
  core.command(NOT_NOW);
  close(core);
  expect(core.state.outcome).toMatchObject({ status: 0 });
});

test('what was left to clean up still is', () => {
  const core = ended('left');
  const { outcome } = core.state;
  expect(outcome).toMatchObject({ status: 5, leftToDo: [expect.stringContaining('invalid index public.a')] });
  cameFor(core);
  surveyed(core);
  core.command(NOT_NOW);
  close(core);
  expect(core.state.outcome).toEqual(outcome);
  expect(core.state.turnedBack).toMatchObject({ status: 5 });
});

test('a rollback that was begun is the end of the run, also when it is aborted', () => {
  const core = ended('built');
  cameFor(core);
  surveyed(core);
  expect(core.command({ type: 'roll-back', oids: [], all: true, confirm: 'menuca' }).ok).toBe(true);
  core.command(NOT_NOW);
  core.dropped(0);
  close(core);
  expect(core.state.outcome).toMatchObject({ status: 4, reason: expect.stringContaining('1 index dropped') });
  expect(core.state.turnedBack).toBeNull();
});

test('a run without an end gets one', () => {
  const core = new Core(planOf(section('one', [createIndex('a', 't')])));
  core.go();
  cameFor(core);
  surveyed(core);
  core.command(NOT_NOW);
  close(core);
  expect(core.state.outcome).toMatchObject({ status: 4 });
  expect(core.state.turnedBack).toBeNull();
});

test('a journal of before the former end was kept says what it said', () => {
  const core = ended('built');
  cameFor(core);
  surveyed(core);
  core.command(NOT_NOW);
  core.end('finish', { kind: 'closed', status: 4, reason: 'aborted by ben@ops: not now', leftToDo: [] });
  expect(core.state.outcome).toMatchObject({ status: 4 });
});
