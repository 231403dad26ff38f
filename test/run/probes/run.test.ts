import { expect, it } from 'vitest';
import { describeBack, type ProbeMeasurement } from '../../../src/run/index.ts';
import { spreadOf } from '../../../src/run/probes/spread.ts';
import { Core, createIndex, options, planOf, probe, section, serverError } from '../../support/core.ts';

const plan = () => planOf(section('one', [createIndex('a1', 'a'), createIndex('b1', 'b')]));

const measured = (ms: number, whole: number | null = null): ProbeMeasurement => ({
  runs: [ms, ms, ms],
  time: spreadOf([ms, ms, ms]),
  planningMs: 0.1,
  rows: 1,
  buffers: null,
  plan: { Plan: {} },
  summary: {
    top: 'Limit',
    indexes: whole === null ? [{ name: 'a1', scan: 'Index Scan', table: 'a' }] : [],
    sequential: whole === null ? [] : [{ schema: 'public', table: 'a', rows: 9, loops: 1, blocks: whole }],
  },
  error: null,
  timedOut: false,
});

const ends = (core: Core, at: number, when: 'before' | 'after', measurement: ProbeMeasurement, attempt = 1): void =>
  core.end('probe', { kind: 'probed', probe: at, when, attempt, measurement });

const verified = (core: Core): void =>
  core.end('verify', {
    kind: 'verified',
    results: [0, 1].map((step) => ({ step, ok: true, problems: [], oid: 5000 + step, bytes: 1 })),
  });

const built = (core: Core): void => {
  for (const step of [0, 1]) core.found(step);
  for (const step of [0, 1]) core.built(step);
};

it('is measured one after the other, before anything is even looked at, and again after the verification', () => {
  const core = new Core(plan(), options({ probes: [probe('p1'), probe('p2')] }));
  core.go();
  expect(core.underWay).toEqual(['probe']);
  ends(core, 0, 'before', measured(100, 500));
  expect(core.underWay).toEqual(['probe']);
  ends(core, 1, 'before', measured(100, 500));
  expect(core.underWay).toEqual(['inspect:0', 'inspect:1']);
  built(core);
  verified(core);
  expect(core.underWay).toEqual(['probe']);
  ends(core, 0, 'after', measured(1));
  ends(core, 1, 'after', measured(2));
  expect(core.begun.at(-1)).toMatchObject({ kind: 'finish', status: 0 });
  expect(core.state.probes.map(({ after }) => after?.verdict)).toMatchObject([
    { ok: true, comparison: { factor: 100, newIndexes: ['a1'] } },
    { ok: true, comparison: { factor: 50 } },
  ]);
  expect(core.replayed()).toEqual(core.state);
});

it('what is still read whole is analyzed, its intent first, and measured again', () => {
  const core = new Core(plan(), options({ probes: [probe('p1'), probe('p2')] }));
  core.go();
  ends(core, 0, 'before', measured(100, 500));
  ends(core, 1, 'before', measured(100, 500));
  built(core);
  verified(core);
  ends(core, 0, 'after', measured(100, 500));
  expect(core.underWay).toEqual(['analyze']);
  expect(core.events.at(-1)).toMatchObject({ type: 'analyze.started', schema: 'public', table: 'a', probe: 0 });
  core.end('analyze', { kind: 'analyzed', table: { schema: 'public', table: 'a', durationMs: 5, error: null } });
  expect(core.begun.at(-1)).toMatchObject({ kind: 'probe', probe: 0, when: 'after', attempt: 2 });
  ends(core, 0, 'after', measured(100, 500), 2);
  expect(core.state.probes[0]?.after?.verdict).toMatchObject({ ok: false });
  // One ANALYZE of a table is enough for all.
  ends(core, 1, 'after', measured(100, 500));
  expect(core.state.probes[1]?.after?.verdict?.problems[0]).toMatch(/a is still read whole .* also after an ANALYZE/);
  expect(core.begun.at(-1)).toMatchObject({ kind: 'finish', status: 1 });
  expect(core.begun.at(-1)).toMatchObject({ reason: expect.stringContaining('2 of 2 probes failed') });
  expect(core.types().filter((type) => type === 'analyze.started')).toHaveLength(1);
});

it('an ANALYZE that fails is said with the failure', () => {
  const core = new Core(plan(), options({ probes: [probe('p1')] }));
  core.go();
  ends(core, 0, 'before', measured(100, 500));
  built(core);
  verified(core);
  ends(core, 0, 'after', measured(100, 500));
  const error = serverError('55P03', 'canceling statement due to lock timeout');
  core.end('analyze', { kind: 'analyzed', table: { schema: 'public', table: 'a', durationMs: 5, error } });
  ends(core, 0, 'after', measured(100, 500), 2);
  expect(core.state.probes[0]?.after?.verdict?.problems[0]).toMatch(/could not be analyzed: canceling statement/);
});

it('nothing is measured in a pause, and a pause in the middle ends nothing', () => {
  const core = new Core(plan(), options({ probes: [probe('p1'), probe('p2')] }));
  core.go();
  core.command({ type: 'pause' });
  ends(core, 0, 'before', measured(100));
  expect(core.underWay).toEqual([]);
  core.command({ type: 'continue' });
  expect(core.underWay).toEqual(['probe']);
});

it('an abort does not wait for a measurement', () => {
  const core = new Core(plan(), options({ probes: [probe('p1')] }));
  core.go();
  core.command({ type: 'abort' });
  expect(core.underWay).toEqual(['finish', 'probe']);
});

it('what is tried again after a failure waits for the end of a measurement, and is then measured anew', () => {
  const core = new Core(plan(), options({ probes: [probe('p1')], onError: 'skip' }));
  core.go();
  ends(core, 0, 'before', measured(100));
  for (const step of [0, 1]) core.found(step);
  core.built(0);
  core.buildEnds(1, { kind: 'failed', error: serverError('23505'), leftover: null });
  core.command({ type: 'continue' });
  verified(core);
  expect(core.underWay).toEqual(['probe']);
  core.command({ type: 'retry', step: 1 });
  expect(core.state.phase).toBe('running');
  expect(core.underWay).toEqual(['probe']);
  ends(core, 0, 'after', measured(1));
  // What came too late says nothing of what will be.
  expect(core.state.probes[0]?.after).toBeNull();
  expect(core.state.probes[0]?.before).not.toBeNull();
  expect(core.underWay).toEqual(['inspect:1']);
});

it('taken up again, what was measured before is kept, and not measured when something was begun', () => {
  const chosen = options({ probes: [probe('p1'), probe('p2')] });
  const core = new Core(plan(), chosen);
  core.go();
  ends(core, 0, 'before', measured(100));
  const resume = (from: Core) => {
    const { database } = from.state;
    from.resumed({
      type: 'run.resumed',
      version: '0',
      database,
      operator: 'ben@ops',
      options: chosen,
      engine: { pid: 2, host: 'ops' },
      from: 'journal',
      endOrphans: false,
    });
    from.preflighted();
    from.command({ type: 'go', replaceInvalid: [], confirm: null });
  };
  resume(core);
  expect(core.state.probes.map(({ before }) => before !== null)).toEqual([true, false]);
  expect(core.begun.at(-1)).toMatchObject({ kind: 'probe', probe: 1, when: 'before' });
  resume(core);
  ends(core, 1, 'before', measured(100));
  core.found(0);
  // Something was begun now.
  core.state = { ...core.state, probes: core.state.probes.map((each) => ({ ...each, before: null })) };
  resume(core);
  expect(core.underWay).not.toContain('probe');
});

/** A run of two probes whose first index is built, and the second being built, that is rolled back. */
const goingBack = (wanted: boolean, probes = [probe('p1'), probe('p2')]): Core => {
  const core = new Core(plan(), options({ probes }));
  core.go();
  for (const at of probes.keys()) ends(core, at, 'before', measured(100, 500));
  core.found(0);
  core.found(1);
  core.built(0);
  core.command({ type: 'survey' });
  const indexes = core.state.created.map(({ step, oid, name }) => ({
    ...{
      step,
      oid,
      schema: 'public',
      name,
      standing: 'valid' as const,
      bytes: 1,
      scans: 0,
      lastScan: null,
      kept: null,
    },
  }));
  core.end('survey', { kind: 'surveyed', survey: { indexes, unfinished: [], statsReset: null }, ended: [] });
  core.command({ type: 'roll-back', oids: [], all: true, confirm: 'menuca', probe: wanted });
  core.buildEnds(1, { kind: 'failed', error: serverError('57014'), leftover: null });
  return core;
};

const droppedAndChecked = (core: Core): void => {
  core.dropped(0);
  core.end('check-rollback', { kind: 'rollback-checked', present: [], still: [] });
};

it('is measured once more after a rollback, where that is wanted, and never before all is dropped', () => {
  const core = goingBack(true);
  expect(core.underWay).toEqual(['drop:0']);
  droppedAndChecked(core);
  expect(core.begun.at(-1)).toMatchObject({ kind: 'probe', probe: 0, when: 'rolled-back' });
  core.end('probe', { kind: 'probed', probe: 0, when: 'rolled-back', attempt: 1, measurement: measured(101, 500) });
  core.end('probe', { kind: 'probed', probe: 1, when: 'rolled-back', attempt: 1, measurement: measured(300, 500) });
  expect(core.begun.at(-1)).toMatchObject({ kind: 'finish', status: 0 });
  expect(core.state.probes.map(describeBack)).toEqual([
    expect.stringMatching(/^after the rollback: 101 ms .*; before the run 100 ms/),
    expect.stringMatching(/^after the rollback: 300 ms .*; before the run 100 ms$/),
  ]);
  expect(core.replayed()).toEqual(core.state);
});

it('is not measured after a rollback that did not ask for it', () => {
  const core = goingBack(false);
  droppedAndChecked(core);
  expect(core.begun.at(-1)).toMatchObject({ kind: 'finish' });
  expect(core.state.probes.every(({ rolledBack }) => rolledBack === undefined)).toBe(true);
});

it('a rollback of a run without probes refuses to measure any', () => {
  const core = goingBack(true, []);
  expect(core.events.find(({ type }) => type === 'command.refused')).toMatchObject({
    why: 'this run has no probes to be measured afterwards',
  });
});
