import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GateSignal,
  judgeOwnGate,
  newOwnGateMemory,
  newSummaryMemory,
  type OwnGate,
  type OwnReading,
  respond,
  summarise,
} from '../../src/run/index.ts';
import { Core, createIndex, emptySample, options, planOf, section } from '../support/core.ts';

const T0 = Date.parse('2026-11-23T19:00:00Z');

const gate = (more: Partial<OwnGate> = {}): OwnGate => ({
  name: 'errors',
  source: { kind: 'sql', sql: 'SELECT 1' },
  everyMs: 10_000,
  timeoutMs: 5_000,
  thresholds: { warn: 5, pause: 10, abort: 100 },
  below: false,
  unit: null,
  ...more,
});

/** What comes at each second: a number, a failure, or nothing. */
type Told = number | 'fails' | undefined;

const feed = (tellings: Record<number, Told>, last: number, of = gate()): { at: number; signal: GateSignal }[] => {
  let memory = newOwnGateMemory();
  return Array.from({ length: last + 1 }, (_, second) => second).flatMap((second) => {
    const now = T0 + second * 1000;
    const told = tellings[second];
    const at = new Date(now).toISOString();
    const reading: OwnReading | null =
      told === undefined
        ? null
        : told === 'fails'
          ? { at, value: null, why: 'refused' }
          : { at, value: told, why: null };
    const result = judgeOwnGate(memory, of, reading, now);
    memory = result.memory;
    return result.signals.map((signal) => ({ at: second, signal }));
  });
};

const levels = (signals: { at: number; signal: GateSignal }[]): string[] =>
  signals.map(({ at, signal }) => (signal.kind === 'level' ? `${at} ${signal.level ?? 'clear'}` : `${at} cancel`));

describe('an own gate', () => {
  it('counts its own readings, however far apart: three running', () => {
    expect(levels(feed({ 0: 11, 10: 11 }, 19))).toEqual([]);
    expect(levels(feed({ 0: 11, 10: 11, 20: 11 }, 29))).toEqual(['20 pause']);
    expect(levels(feed({ 0: 11, 10: 11, 20: 0, 30: 11, 40: 11 }, 49))).toEqual([]);
    expect(levels(feed({ 0: 101, 10: 101, 20: 101 }, 29))).toEqual(['20 abort']);
  });

  it('warns at its threshold, and pauses only past it', () => {
    expect(levels(feed({ 0: 10, 10: 10, 20: 10 }, 29))).toEqual(['20 warn']);
  });

  it('says its number and its threshold with their unit', () => {
    const [tripped] = feed({ 0: 11.25, 10: 11.25, 20: 11.25 }, 20, gate({ unit: '%' }));
    expect(tripped?.signal).toMatchObject({
      gate: 'errors',
      value: 11.25,
      threshold: 10,
      reason: 'errors is 11.3 % (threshold 10 %)',
    });
  });

  it('clears when readings have been under its threshold for ten seconds, and not by silence', () => {
    const over = { 0: 11, 10: 11, 20: 11 };
    expect(levels(feed({ ...over, 30: 0 }, 39))).toEqual(['20 pause']);
    expect(levels(feed({ ...over, 30: 0, 40: 0 }, 49))).toEqual(['20 pause', '40 clear']);
    expect(levels(feed({ ...over, 30: 0, 40: 11, 50: 0 }, 59))).toEqual(['20 pause']);
    const often = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [21 + n, 0]));
    expect(levels(feed({ ...over, ...often }, 31, gate({ everyMs: 1_000 })))).toContain('31 clear');
  });

  it('for which less is worse falls past its thresholds', () => {
    const disk = gate({ below: true, thresholds: { warn: 50, pause: 20, abort: 5 } });
    expect(levels(feed({ 0: 51, 10: 51, 20: 51 }, 29, disk))).toEqual([]);
    expect(levels(feed({ 0: 50, 10: 50, 20: 50 }, 29, disk))).toEqual(['20 warn']);
    expect(levels(feed({ 0: 20, 10: 20, 20: 20 }, 29, disk))).toEqual(['20 warn']);
    expect(levels(feed({ 0: 19, 10: 19, 20: 19, 30: 60, 40: 60 }, 49, disk))).toEqual(['20 pause', '40 clear']);
    expect(levels(feed({ 0: 4, 10: 4, 20: 4 }, 29, disk))).toEqual(['20 abort']);
  });

  it('that cannot be read warns at once and pauses after 15 s, without another reading too', () => {
    const signals = feed({ 3: 'fails' }, 20, gate({ everyMs: 3_600_000 }));
    expect(levels(signals)).toEqual(['3 warn', '18 pause']);
    expect(signals[0]?.signal).toMatchObject({ value: null, threshold: null, reason: 'cannot be read: refused' });
    expect(levels(feed({ 3: 'fails', 8: 1 }, 40, gate({ everyMs: 3_600_000 })))).toEqual(['3 warn']);
    expect(levels(feed({ 3: 'fails', 8: 'fails', 18: 'fails', 23: 1, 33: 1 }, 34))).toEqual([
      '3 warn',
      '18 pause',
      '33 clear',
    ]);
  });

  it('from which nothing is heard cannot be read', () => {
    expect(levels(feed({}, 40))).toEqual(['19 warn', '34 pause']);
    expect(levels(feed({ 10: 1 }, 45))).toEqual(['29 warn', '44 pause']);
    expect(levels(feed({ 0: 1, 15: 1, 30: 1 }, 45))).toEqual([]);
  });

  it('that is off is not judged', () => {
    expect(feed({ 0: 'fails' }, 40, gate({ thresholds: { warn: null, pause: null, abort: null } }))).toEqual([]);
  });

  const told = fc.constantFrom<Told>(undefined, undefined, 'fails', 0, 7, 50, 200);

  it('whatever is heard: three readings or 15 s for a pause, never a level twice, and off the mirror image', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 80 }), (tellings) => {
        const given = Object.fromEntries(tellings.map((value, at) => [at, value]));
        const signals = feed(given, tellings.length);
        let now: string | null = null;
        for (const { at, signal } of signals) {
          if (signal.kind !== 'level') throw new Error('an own gate cancels nothing');
          expect(signal.level).not.toBe(now);
          now = signal.level;
          const upTo = tellings.slice(0, at + 1);
          const read = upTo.filter((value) => typeof value === 'number');
          if (signal.level === 'abort') expect(read.slice(-3)).toEqual([200, 200, 200]);
          if (signal.level === 'pause' && signal.value !== null && signal.value > 10 && read.length < 3)
            throw new Error('paused before its third reading');
          if (signal.level === 'pause' && signal.value === null) expect(at).toBeGreaterThanOrEqual(15);
        }
        // The same readings with all signs turned, for a gate that minds the other side, give the same signals.
        const turned = Object.fromEntries(
          tellings.map((value, at) => [at, typeof value === 'number' ? -value : value]),
        );
        const mirror = gate({ below: true, thresholds: { warn: -5, pause: -10, abort: -100 } });
        expect(levels(feed(turned, tellings.length, mirror))).toEqual(levels(signals));
      }),
    );
  });
});

describe('a run with own gates', () => {
  const core = () => {
    const run = new Core(planOf(section('A', [createIndex('i', 't')])), options({ ownGates: [gate()] }));
    run.go();
    return run;
  };
  const signal = (level: 'warn' | 'pause' | 'abort' | null): GateSignal => ({
    kind: 'level',
    gate: 'errors',
    level,
    value: 11,
    threshold: 10,
    reason: 'errors is 11 (threshold 10)',
  });

  it('pauses, holds an operator’s continue, and goes on by itself', () => {
    const run = core();
    run.input({ kind: 'gate', signal: signal('pause') });
    expect(run.state.pauses).toMatchObject([{ cause: 'gate', gate: 'errors' }]);
    expect(run.command({ type: 'continue' })).toMatchObject({ ok: false, why: expect.stringContaining('errors') });
    run.input({ kind: 'gate', signal: signal(null) });
    expect(run.state.pauses).toEqual([]);
    expect(run.replayed()).toEqual(run.state);
  });

  it('is aborted by one', () => {
    const run = core();
    run.input({ kind: 'gate', signal: signal('abort') });
    expect(run.state).toMatchObject({ phase: 'aborting', abort: { by: 'gate errors' } });
  });

  it('of an older journal has none, and replays', () => {
    const run = new Core(planOf(section('A', [createIndex('i', 't')])), options());
    run.go();
    expect('ownGates' in run.state.options).toBe(false);
    expect(respond(run.state, { kind: 'tick' }, run.now).events).toEqual([]);
    expect(run.replayed()).toEqual(run.state);
  });

  it('keeps least, mean and most of their numbers in the summaries, and leaves out what was not read', () => {
    let memory = newSummaryMemory();
    const summaries = [2, 4, null, 6].flatMap((value, n) => {
      const at = T0 + n * 4000;
      const own = { errors: { at: '', value, why: null }, never: { at: '', value: null, why: 'refused' } };
      const result = summarise(memory, { ...emptySample(at), own });
      memory = result.memory;
      return result.summary ?? [];
    });
    expect(summaries).toMatchObject([{ own: { errors: { min: 2, mean: 4, max: 6 } } }]);
    expect(Object.keys(summaries[0]?.own ?? {})).toEqual(['errors']);
  });
});
