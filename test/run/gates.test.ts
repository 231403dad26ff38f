import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_GATES,
  evaluateGates,
  GATE_NAMES,
  type GateName,
  type GateSignal,
  type GateThresholds,
  type Metrics,
  newGateMemory,
  type Sample,
  usualRollbackRate,
} from '../../src/run/index.ts';
import { emptySample } from '../support/core.ts';

const T0 = Date.parse('2026-11-23T19:00:00Z');

interface Reading {
  metrics?: Partial<Metrics>;
  more?: Partial<Sample>;
  none?: boolean;
}

/** Feeds one reading a second, and says which signals came after how many seconds. */
const feed = (
  readings: Reading[],
  gates: Partial<Record<GateName, GateThresholds>> = {},
  usualRollbacksPerS: number | null = 0,
): { at: number; signal: GateSignal }[] => {
  let memory = newGateMemory();
  return readings.flatMap((reading, second) => {
    const now = T0 + second * 1000;
    const base = emptySample(now);
    const sample = reading.none ? null : { ...base, ...reading.more, metrics: { ...base.metrics, ...reading.metrics } };
    const context = { gates: { ...DEFAULT_GATES, ...gates }, usualRollbacksPerS, now };
    const result = evaluateGates(memory, sample, context);
    memory = result.memory;
    return result.signals.map((signal) => ({ at: second, signal }));
  });
};

const levels = (signals: { at: number; signal: GateSignal }[]): string[] =>
  signals.map(({ at, signal }) =>
    signal.kind === 'level' ? `${at} ${signal.gate} ${signal.level ?? 'clear'}` : `${at} cancel ${signal.step}`,
  );

const times = (n: number, reading: Reading): Reading[] => Array.from({ length: n }, () => reading);
const waiters = (n: number): Reading => ({ metrics: { lockWaiters: n } });

describe('a gate', () => {
  it('pauses when the value is over its threshold in three samples running, not before', () => {
    expect(levels(feed(times(2, waiters(60))))).toEqual([]);
    expect(levels(feed(times(5, waiters(60))))).toEqual(['2 lock-waiters pause']);
    expect(levels(feed([waiters(60), waiters(60), waiters(0), waiters(60), waiters(60)]))).toEqual([]);
  });

  it('cannot read what is no number', () => {
    const nonsense = (value: number): Reading => ({ metrics: { retainedWalBytes: value } });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(levels(feed(times(17, nonsense(value))))).toEqual(['1 retained-wal warn', '15 retained-wal pause']);
  });

  it('warns at its threshold and pauses only over it', () => {
    expect(levels(feed(times(4, waiters(10))))).toEqual(['2 lock-waiters warn']);
    expect(levels(feed(times(4, waiters(11))))).toEqual(['2 lock-waiters pause']);
  });

  it('rises from a warning to a pause', () => {
    expect(levels(feed([...times(4, waiters(2)), ...times(4, waiters(60))]))).toEqual([
      '2 lock-waiters warn',
      '6 lock-waiters pause',
    ]);
  });

  it('clears only after ten seconds under the threshold, and starts over when it goes over again', () => {
    const calm = feed([...times(3, waiters(60)), ...times(11, waiters(0))]);
    expect(levels(calm)).toEqual(['2 lock-waiters pause', '13 lock-waiters clear']);
    const restless = feed([...times(3, waiters(60)), ...times(9, waiters(0)), waiters(60), ...times(10, waiters(0))]);
    expect(levels(restless)).toEqual(['2 lock-waiters pause']);
  });

  it('falls back from a pause to a warning that still holds', () => {
    expect(levels(feed([...times(3, waiters(60)), ...times(11, waiters(5))]))).toEqual([
      '2 lock-waiters pause',
      '13 lock-waiters warn',
    ]);
  });

  it('that cannot be read says so, and counts as a pause after 15 s', () => {
    const blind: Reading = { metrics: { active: null }, more: { unreadable: { active: 'no rights' } } };
    const signals = feed([...times(17, blind), ...times(12, {})]);
    expect(levels(signals)).toEqual(['1 active warn', '15 active pause', '27 active clear']);
    expect(signals[0]?.signal).toMatchObject({ reason: 'cannot be read: no rights', value: null });
  });

  it('is not troubled by one missing reading', () => {
    expect(levels(feed([{ metrics: { rollbacksPerS: null } }, {}, {}]))).toEqual([]);
  });

  it('is blind with all the others when the server gives no reading at all', () => {
    const signals = levels(feed(times(16, { none: true })));
    expect(signals.filter((signal) => signal.endsWith('pause'))).toHaveLength(GATE_NAMES.length);
  });

  it('that is off is neither read nor tripped', () => {
    const off = { warn: null, pause: null, abort: null };
    expect(levels(feed(times(20, { metrics: { active: null } }), { active: off }))).toEqual([]);
  });
});

describe('the gates of the contract', () => {
  it('connections: in percent of max_connections, up to abort', () => {
    const at = (connections: number): Reading => ({ metrics: { connections, maxConnections: 100 } });
    expect(levels(feed(times(3, at(80))))).toEqual(['2 connections warn']);
    expect(levels(feed(times(3, at(91))))).toEqual(['2 connections pause']);
    expect(levels(feed(times(3, at(98))))).toEqual(['2 connections abort']);
  });

  it('rollbacks: times the baseline, and never below one a second', () => {
    const at = (rollbacksPerS: number): Reading => ({ metrics: { rollbacksPerS } });
    expect(levels(feed(times(3, at(0.9)), {}, 0.1))).toEqual([]);
    expect(levels(feed(times(3, at(1.1)), {}, 0.1))).toEqual(['2 rollbacks pause']);
    expect(levels(feed(times(3, at(20)), {}, 10))).toEqual(['2 rollbacks warn']);
    expect(levels(feed(times(3, at(51)), {}, 10))).toEqual(['2 rollbacks pause']);
  });

  it('rollbacks: a short baseline does not prove a low rate', () => {
    const rate = (rollbacksPerS: number | null, rateSeconds: number) =>
      usualRollbackRate({ rollbacksPerS, rateSeconds });
    expect(rate(null, 8)).toBeNull();
    // Exact upper ends of the 95 % interval for a count: 3.00 for none, 10.51 for 5, 117.9 for 100.
    expect((rate(0, 3) ?? 0) * 3).toBeCloseTo(3.3, 1);
    expect((rate(1, 5) ?? 0) * 5).toBeCloseTo(10.7, 1);
    expect((rate(10, 10) ?? 0) * 10).toBeCloseTo(118.2, 1);
    // What goes on all the time, and did not show in three seconds, does not pause the run; a real spike does.
    const at = (rollbacksPerS: number): Reading => ({ metrics: { rollbacksPerS } });
    expect(levels(feed(times(3, at(3)), {}, rate(0, 3)))).toEqual(['2 rollbacks warn']);
    expect(levels(feed(times(3, at(8)), {}, rate(0, 3)))).toEqual(['2 rollbacks pause']);
  });

  it('old-transaction, replica-lag, retained-wal', () => {
    expect(levels(feed(times(3, { metrics: { oldestTransactionS: 60 } })))).toEqual(['2 old-transaction warn']);
    expect(levels(feed(times(3, { metrics: { replicaLagS: 61 } })))).toEqual(['2 replica-lag pause']);
    expect(levels(feed(times(3, { metrics: { retainedWalBytes: 11 * 1024 ** 3 } })))).toEqual(['2 retained-wal pause']);
  });

  const build = (more: Partial<Sample['builds'][number]>): Reading => ({
    more: {
      builds: [
        {
          step: 4,
          pid: 101,
          work: 'build',
          indexOid: 1,
          phase: 'waiting for old snapshots',
          phaseNo: 8,
          phases: 8,
          percent: null,
          waiting: true,
          lockersTotal: 1,
          lockersDone: 0,
          phaseS: 0,
          stalledS: 0,
          blockers: [],
          blocks: [],
          blocksS: 0,
          ...more,
        },
      ],
    },
  });

  it('stalled-build: one waiting phase, or no progress', () => {
    expect(levels(feed(times(3, build({ phaseS: 301 }))))).toEqual(['2 stalled-build warn']);
    expect(levels(feed(times(3, build({ phaseS: 900, waiting: false }))))).toEqual([]);
    expect(levels(feed(times(3, build({ stalledS: 601, waiting: false }))))).toEqual(['2 stalled-build pause']);
  });

  it('blocked-by-us: cancels the one build after five seconds, and does not pause the run', () => {
    const blocking = (blocksS: number): Reading => {
      const reading = build({ blocks: [77], blocksS });
      return { ...reading, metrics: { blockedByUs: 1 } };
    };
    const signals = feed([blocking(0), blocking(1), blocking(4.9), blocking(5)]);
    expect(levels(signals)).toEqual(['2 blocked-by-us warn', '3 cancel 4']);
  });
});

describe('whatever the readings', () => {
  const reading = fc.record({
    lockWaiters: fc.option(fc.integer({ min: 0, max: 30 })),
    active: fc.option(fc.integer({ min: 0, max: 90 })),
    rollbacksPerS: fc.option(fc.integer({ min: 0, max: 9 })),
  });

  it('a level is only left after it was entered, and a pause needs three samples or 15 s without any', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 60 }), (metrics) => {
        const now = new Map<string, string | null>();
        for (const { at, signal } of feed(metrics.map((each) => ({ metrics: each })))) {
          if (signal.kind !== 'level') continue;
          expect(signal.level).not.toBe(now.get(signal.gate) ?? null);
          now.set(signal.gate, signal.level);
          if (signal.level === 'pause' && signal.value !== null) expect(at).toBeGreaterThanOrEqual(2);
          if (signal.level === 'pause' && signal.value === null) expect(at).toBeGreaterThanOrEqual(15);
        }
      }),
    );
  });
});
