import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentOf, placeOf } from '../../src/run/sampling/phases.ts';
import type { BuildReading, TreeReading } from '../../src/run/sampling/reading.ts';
import { blockersTree } from '../../src/run/sampling/tree.ts';
import { newSamplingMemory, type Reading, type SamplingMemory, toSample } from '../../src/run/sampling.ts';

const build = (change: Partial<BuildReading> = {}): BuildReading => ({
  pid: 10,
  waiting: false,
  indexOid: null,
  phase: 'building index: scanning table',
  lockersTotal: 0,
  lockersDone: 0,
  blocksTotal: 100,
  blocksDone: 0,
  tuplesTotal: 0,
  tuplesDone: 0,
  blockers: [],
  blocks: [],
  ...change,
});

const activity = {
  lockWaiters: 0,
  active: 1,
  connections: 5,
  maxConnections: 100,
  hidden: 0,
  hiddenTransactions: 0,
  oldestTransaction: null,
  oldestTransactionS: 0,
  commits: 1000,
  rollbacks: 10,
  deadlocks: 0,
  statsReset: null,
  watchers: [],
} satisfies Reading['activity'];

const replication = { walBytes: 1e9, hiddenReplicas: 0, replicas: [], retainedBytes: 0, slots: 0 };

const reading = (atS: number, change: Partial<Reading> = {}): Reading => ({
  at: new Date(atS * 1000).toISOString(),
  clockMs: atS * 1000,
  tookMs: 2,
  activity,
  replication,
  works: [],
  builds: [],
  tree: null,
  ...change,
});

const works = [{ step: 4, pid: 10, work: 'build' as const }];

/** The samples of readings that follow each other. */
const samplesOf = (readings: Reading[]) => {
  let memory: SamplingMemory = newSamplingMemory();
  return readings.map((each, at) => {
    const next = toSample(readings[at - 1] ?? null, each, memory);
    memory = next.memory;
    return next.sample;
  });
};

const lastOf = (readings: Reading[]) => {
  const last = samplesOf(readings).at(-1);
  if (last === undefined) throw new Error('no readings');
  return last;
};

describe('rates', () => {
  const later = (change: Partial<Reading['activity']>) => reading(2, { activity: { ...activity, ...change } });

  test('are differences over the time between', () => {
    const { metrics, unreadable } = lastOf([
      reading(0),
      reading(2, {
        activity: { ...activity, commits: 1400, rollbacks: 11, deadlocks: 1 },
        replication: { ...replication, walBytes: 1e9 + 500 },
      }),
    ]);
    expect(metrics).toMatchObject({ commitsPerS: 200, rollbacksPerS: 0.5, deadlocksPerS: 0.5, walBytesPerS: 250 });
    expect(unreadable).toEqual({});
  });

  test('need two readings', () => {
    const { metrics, unreadable } = lastOf([reading(0)]);
    expect(metrics).toMatchObject({ commitsPerS: null, rollbacksPerS: null, deadlocksPerS: null, walBytesPerS: null });
    expect(Object.keys(unreadable).toSorted()).toEqual([
      'commitsPerS',
      'deadlocksPerS',
      'rollbacksPerS',
      'walBytesPerS',
    ]);
  });

  test.each([
    ['the time of the reset changed', { commits: 5000, statsReset: 77 }],
    ['a counter went back', { commits: 2 }],
  ])('are unknown for one sample after a reset: %s', (_, change) => {
    const { metrics, unreadable } = lastOf([reading(0), later(change)]);
    expect(metrics).toMatchObject({ commitsPerS: null, rollbacksPerS: null, deadlocksPerS: null, walBytesPerS: 0 });
    expect(unreadable.rollbacksPerS).toContain('reset');
  });

  test('are never negative, whatever comes', () => {
    const counter = fc.option(fc.nat(), { nil: null });
    const anyReading = fc.record({ commits: counter, rollbacks: counter, deadlocks: counter, statsReset: counter });
    fc.assert(
      fc.property(fc.array(fc.tuple(anyReading, counter), { maxLength: 8 }), (all) => {
        const samples = samplesOf(
          all.map(([change, walBytes], at) =>
            reading(at, { activity: { ...activity, ...change }, replication: { ...replication, walBytes } }),
          ),
        );
        for (const { metrics, unreadable } of samples)
          for (const [name, value] of Object.entries(metrics)) {
            if (value === null) expect(unreadable).toHaveProperty(name);
            else expect(value).toBeGreaterThanOrEqual(0);
          }
      }),
    );
  });
});

describe('what cannot be read', () => {
  test('has a sentence', () => {
    const { metrics, unreadable } = lastOf([
      reading(0),
      reading(1, {
        activity: { ...activity, active: null, hidden: 3, hiddenTransactions: 1, oldestTransactionS: 5 },
        replication: { refused: 'The server does not tell: permission denied' },
      }),
    ]);
    for (const [name, value] of Object.entries(metrics))
      expect([name, value === null]).toEqual([name, name in unreadable]);
    expect(unreadable.active).toBe('This role may not see what 3 sessions of other roles do: grant it pg_monitor.');
    expect(unreadable.oldestTransactionS).toContain('1 session of');
    expect(unreadable.retainedWalBytes).toContain('permission denied');
  });
});

describe('replicas', () => {
  const at = (seconds: number, walBytes: number, replayed: number, replayLagS: number | null = null) =>
    reading(seconds, { replication: { ...replication, walBytes, replicas: [{ pid: 1, replayLagS, replayed }] } });

  test('an idle one that has all does not lag, whatever its last measure was', () => {
    expect(lastOf([at(0, 500, 500, 3)]).metrics).toMatchObject({ replicaLagS: 0, replicas: 1 });
  });

  test('one that stands still lags more and more', () => {
    const readings = Array.from({ length: 60 }, (_, s) => at(s, 1000 + s * 10, 1005, 0.2));
    // The WAL went past it in the second reading.
    expect(lastOf(readings).metrics.replicaLagS).toBe(58);
  });

  test('one that comes behind by less than a reading has the lag that the server measured', () => {
    const readings = Array.from({ length: 10 }, (_, s) => at(s, 1000 + s * 10, 1000 + s * 10 - 1, 0.2));
    expect(lastOf(readings).metrics.replicaLagS).toBe(0.2);
  });

  test('the memory of a healthy replica stays small', () => {
    let memory = newSamplingMemory();
    for (let s = 0; s < 100; s++) ({ memory } = toSample(null, at(s, 1000 + s * 10, 1000 + s * 10 - 15), memory));
    expect(memory.wal.length).toBeLessThanOrEqual(2);
  });
});

describe('a build', () => {
  const seen = (atS: number, change: Partial<BuildReading>) => reading(atS, { works, builds: [build(change)] });

  test('has been in its phase since the reading that first showed it', () => {
    const [first, second, third] = samplesOf([
      seen(0, { phase: 'waiting for writers before build', waiting: true }),
      seen(1, { blocksDone: 10 }),
      seen(4, { blocksDone: 10 }),
    ]).map((sample) => sample.builds[0]);
    expect(first).toMatchObject({ phaseNo: 2, phases: 8, percent: null, waiting: true, phaseS: 0, stalledS: 0 });
    expect(second).toMatchObject({ step: 4, phaseNo: 3, percent: 10, waiting: false, phaseS: 0, stalledS: 0 });
    expect(third).toMatchObject({ phaseS: 3, stalledS: 3 });
  });

  test('is not stalled while its counters move', () => {
    const moving = lastOf([seen(0, { blocksDone: 1 }), seen(5, { blocksDone: 2 }), seen(6, { blocksDone: 2 })]);
    expect(moving.builds[0]).toMatchObject({ phaseS: 6, stalledS: 1 });
  });

  test('counts since when each one waits for it', () => {
    const samples = samplesOf([
      seen(0, { blocks: [21] }),
      seen(3, { blocks: [21, 22] }),
      seen(4, { blocks: [22] }),
      seen(5, { blocks: [] }),
    ]);
    expect(samples.map((sample) => sample.builds[0]?.blocksS)).toEqual([0, 3, 1, 0]);
    expect(samples.map((sample) => sample.metrics.blockedByUs)).toEqual([1, 2, 1, 0]);
  });

  test('starts anew when its builder goes on to another step', () => {
    const [, second] = samplesOf([
      seen(0, {}),
      reading(9, { works: [{ step: 5, pid: 10, work: 'build' }], builds: [build()] }),
    ]);
    expect(second?.builds[0]).toMatchObject({ step: 5, phaseS: 0, stalledS: 0 });
  });

  test('is left out when its backend is gone', () => {
    expect(lastOf([reading(0, { works, builds: [] })]).builds).toEqual([]);
  });

  test('never has more lockers done than there are', () => {
    expect(lastOf([seen(0, { lockersDone: 3, lockersTotal: 2 })]).builds[0]?.lockersDone).toBe(2);
  });

  test.each<[Partial<BuildReading>, number | null]>([
    [{ blocksDone: 120, blocksTotal: 100 }, 100],
    [{ blocksTotal: 0, tuplesTotal: 50, tuplesDone: 25, phase: 'building index: loading tuples in tree' }, 50],
    [{ blocksTotal: 0, tuplesTotal: 50, phase: 'building index: sorting live tuples' }, null],
    [{ phase: 'waiting for old snapshots', blocksDone: 100 }, null],
    [{ phase: 'index validation: scanning index', blocksDone: 25 }, 25],
    [{ phase: null }, null],
    [{ blocksTotal: 0 }, null],
  ])('%j is at %s percent', (change, percent) => {
    expect(percentOf(build(change))).toBe(percent);
  });

  test('phases have their places; one that is not known has none', () => {
    expect(placeOf('build', 'building index: scanning table')).toEqual({ phaseNo: 3, phases: 8 });
    expect(placeOf('build', 'index validation: scanning table')).toEqual({ phaseNo: 7, phases: 8 });
    expect(placeOf('build', 'waiting for readers before marking dead')).toEqual({ phaseNo: null, phases: 8 });
    expect(placeOf('analyze', 'computing statistics')).toEqual({ phaseNo: 4, phases: 6 });
    expect(placeOf('drop', null)).toEqual({ phaseNo: null, phases: 0 });
  });
});

describe('who waits for whom', () => {
  const node = (pid: number, blockedBy: number[] = [], waitingS: number | null = null): TreeReading => ({
    pid,
    blockedBy,
    waitingS,
    backendStart: null,
    user: null,
    application: null,
    client: null,
    state: null,
    query: null,
    transactionS: null,
    waitsFor: blockedBy.length === 0 ? null : 'AccessShareLock on public.t',
    waitersInAll: 0,
  });

  test('has those that wait for nobody first, the one with most behind it on top', () => {
    const nodes = [node(3, [1], 5), node(1), node(2), node(4, [2, 3], 9), node(5, [2], 1)];
    const tree = blockersTree(nodes, [{ step: 8, pid: 2, work: 'drop' }], 'now');
    expect(tree?.backends.map(({ pid, step }) => [pid, step])).toEqual([
      [2, 8],
      [1, null],
      [4, null],
      [3, null],
      [5, null],
    ]);
  });

  test('is capped, says how much was left out, and keeps the roots among the blockers', () => {
    const queue = Array.from({ length: 60 }, (_, at) =>
      node(100 + at, [99, ...Array.from({ length: at }, (__, n) => 100 + n)], 60 - at),
    );
    const all = [...queue, node(99)].map((each) => ({ ...each, waitersInAll: 75 }));
    const tree = blockersTree(all, [], 'now');
    expect(tree?.backends).toHaveLength(20);
    expect(tree?.backends[0]?.pid).toBe(99);
    expect(tree?.leftOut).toBe(41 + 15);
    for (const backend of tree?.backends.slice(1) ?? []) {
      expect(backend.blockedBy[0]).toBe(99);
      expect(backend.blockedBy.length).toBeLessThanOrEqual(20);
    }
  });

  test('a circle of waits is shown too', () => {
    expect(blockersTree([node(1, [2]), node(2, [1])], [], 'now')?.backends).toHaveLength(2);
  });

  test('one that got its lock meanwhile is nothing to show', () => {
    expect(blockersTree([node(1)], [], 'now')).toBeNull();
  });

  test('stays between its readings, and goes when nobody waits', () => {
    const waiting = { activity: { ...activity, lockWaiters: 1 } };
    const samples = samplesOf([
      reading(0, { ...waiting, tree: [node(1), node(2, [1], 1)] }),
      reading(1, waiting),
      reading(2),
      reading(3, waiting),
    ]);
    expect(samples.map((sample) => sample.blockers?.at ?? null)).toEqual([samples[0]?.at, samples[0]?.at, null, null]);
  });
});
