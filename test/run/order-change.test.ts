import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseThresholds } from '../../src/cli/options/gates.ts';
import { jobsNow, type OwnGate, thresholdsText } from '../../src/run/index.ts';
import { Core, createIndex, options, planOf, section } from '../support/core.ts';

const own: OwnGate = {
  name: 'free-disk',
  source: { kind: 'sql', sql: 'SELECT 1' },
  everyMs: 1000,
  timeoutMs: 500,
  thresholds: { warn: 20, pause: 10, abort: null },
  below: true,
  unit: '%',
};

const working = (more: Parameters<typeof options>[0] = {}): Core => {
  const indexes = ['a', 'b', 'c', 'd'].map((table) => createIndex(`${table}1`, table));
  const core = new Core(planOf(section('one', indexes)), options({ ownGates: [own], ...more }));
  core.go();
  return core;
};

describe('thresholds', () => {
  it('are changed while it runs, with the old value on record', () => {
    const core = working();
    const thresholds = { warn: 1, pause: 20, abort: null };
    expect(core.command({ type: 'set-gate', gate: 'lock-waiters', thresholds })).toEqual({
      ok: true,
      why: 'gate lock-waiters is changed',
    });
    expect(core.events.at(-1)).toMatchObject({
      type: 'gate.changed',
      gate: 'lock-waiters',
      from: { warn: 1, pause: 10, abort: null },
      to: thresholds,
      by: 'anna@ops',
    });
    expect(core.state.options.gates['lock-waiters']).toEqual(thresholds);
    expect(core.replayed()).toEqual(core.state);
  });

  it('of an own gate, where less is worse', () => {
    const core = working();
    const set = (warn: number | null, pause: number | null) =>
      core.command({ type: 'set-gate', gate: 'free-disk', thresholds: { warn, pause, abort: null } });
    expect(set(5, 10).why).toBe('the thresholds do not fall from warn to pause to abort');
    expect(set(10, 5).ok).toBe(true);
    expect(core.state.options.ownGates?.[0]?.thresholds).toEqual({ warn: 10, pause: 5, abort: null });
  });

  it('that make no sense are refused, and so is a gate that there is not', () => {
    const core = working();
    const set = (gate: string, warn: number | null, pause: number | null) =>
      core.command({ type: 'set-gate', gate, thresholds: { warn, pause, abort: null } }).why;
    expect(set('active', 60, 30)).toBe('the thresholds do not rise from warn to pause to abort');
    expect(set('active', Number.NaN, null)).toBe('a threshold is no number');
    expect(set('active', 30, 60)).toBe('gate active has these thresholds already');
    expect(set('disk', 1, 2)).toMatch(/^there is no gate disk: lock-waiters, .*free-disk$/);
  });

  it('of a gate that is turned off: it holds nothing any more', () => {
    const core = working();
    const signal = { kind: 'level', gate: 'active', level: 'pause', value: 70, threshold: 60, reason: 'busy' } as const;
    core.input({ kind: 'gate', signal });
    expect(core.state.pauses).toHaveLength(1);
    core.command({ type: 'set-gate', gate: 'active', thresholds: { warn: null, pause: null, abort: null } });
    expect(core.types().slice(-3)).toEqual(['gate.changed', 'gate.cleared', 'run.continued']);
    expect([core.state.pauses, core.state.gates]).toEqual([[], []]);
  });

  it('read as they are written', () => {
    const number = fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null });
    fc.assert(
      fc.property(fc.constantFrom('active', 'connections', 'rollbacks', 'old-transaction'), number, (gate, value) => {
        const thresholds = { warn: value, pause: null, abort: value };
        expect(parseThresholds(gate, thresholdsText(gate, thresholds))).toEqual(thresholds);
      }),
    );
    expect(thresholdsText('retained-wal', { warn: 1024 ** 3, pause: 10 * 1024 ** 3, abort: null })).toBe('1GB,10GB,-');
  });
});

describe('the delay between builds', () => {
  it('is waited for after each build', () => {
    const core = working({ jobs: 1, delayMs: 5_000 });
    core.found(3);
    core.built(3);
    expect(core.underWay).toEqual([]);
    core.pass(4_000);
    expect(core.underWay).toEqual([]);
    core.pass(1_000);
    expect(core.underWay).toEqual(['inspect:2']);
  });

  it('is changed by an operator, with the old value on record', () => {
    const core = working({ jobs: 1 });
    expect(core.command({ type: 'set-delay', delayMs: 30_000 })).toEqual({ ok: true, why: 'delay 00:00:30' });
    expect(core.events.at(-1)).toMatchObject({ type: 'delay.changed', fromMs: 0, toMs: 30_000, by: 'anna@ops' });
    core.found(3);
    core.built(3);
    expect(core.underWay).toEqual([]);
    core.command({ type: 'set-delay', delayMs: 0 });
    expect(core.underWay).toEqual(['inspect:2']);
    expect(core.command({ type: 'set-delay', delayMs: 4_000_000 }).ok).toBe(false);
    expect(core.command({ type: 'set-delay', delayMs: -1 }).ok).toBe(false);
  });
});

describe('while a gate warns of load', () => {
  it('no two builds begin at the same time', () => {
    const core = working();
    expect(core.underWay).toEqual(['inspect:2', 'inspect:3']);
    const warn = (gate: string, level: 'warn' | null) =>
      core.input({ kind: 'gate', signal: { kind: 'level', gate, level, value: 40, threshold: 30, reason: 'busy' } });
    warn('active', 'warn');
    expect(jobsNow(core.state)).toBe(1);
    for (const step of [3, 2]) {
      core.found(step);
      core.built(step);
    }
    expect(core.underWay).toEqual(['inspect:1']);
    warn('active', null);
    expect(core.underWay).toEqual(['inspect:0', 'inspect:1']);
  });

  it('a wait is no load: waits overlap', () => {
    const core = working();
    core.input({
      kind: 'gate',
      signal: { kind: 'level', gate: 'old-transaction', level: 'warn', value: 70, threshold: 60, reason: 'old' },
    });
    expect(jobsNow(core.state)).toBe(2);
  });
});

describe('a pause with an end', () => {
  it('lifts by itself, as its operator said', () => {
    const core = working({ jobs: 1 });
    expect(core.command({ type: 'pause', forMs: 600_000 }).why).toContain('it goes on by itself in 00:10:00');
    const until = new Date(core.now + 600_000).toISOString();
    expect(core.state.pauses).toMatchObject([{ cause: 'operator', until }]);
    core.pass(599_000);
    expect(core.state.pauses).toHaveLength(1);
    core.pass(1_000);
    expect(core.state.pauses).toEqual([]);
    expect(core.events.findLast(({ type }) => type === 'run.continued')).toMatchObject({ by: 'indexdeck' });
  });

  it('can be given another end, or none', () => {
    const core = working();
    core.command({ type: 'pause', forMs: 60_000 });
    core.command({ type: 'pause', forMs: 120_000 });
    expect(core.state.pauses).toHaveLength(1);
    core.pass(60_000);
    expect(core.state.pauses).toHaveLength(1);
    core.command({ type: 'pause' });
    core.pass(3_600_000);
    expect(core.state.pauses).toMatchObject([{ until: null }]);
    expect(core.command({ type: 'pause' }).ok).toBe(false);
  });

  it('ends no run that nobody looks at: it ends by itself', () => {
    const core = working({ giveUpMs: 60_000 });
    core.command({ type: 'pause', forMs: 600_000 });
    core.pass(300_000);
    expect(core.state.phase).toBe('running');
  });
});
