import { describe, expect, it } from 'vitest';
import { makeReport, renderMarkdown } from '../../src/report/index.ts';
import {
  type Baseline,
  type EventBody,
  type ImpactLine,
  impactOf,
  type MetricName,
  newSummaryMemory,
  type OwnGate,
  type RunEvent,
  type Sample,
  summarise,
} from '../../src/run/index.ts';
import { createIndex, emptySample, options, planOf, section } from '../support/core.ts';

const START = Date.parse('2026-11-23T19:00:00Z');
const at = (s: number): string => new Date(START + s * 1000).toISOString();

const baseline: Baseline = {
  indexes: 1,
  idxIndexes: 0,
  schemas: ['public'],
  databaseBytes: 1,
  active: 10,
  connections: 50,
  rollbacksPerS: 0.5,
  rateSeconds: 10,
  metrics: { lockWaiters: 0, replicaLagS: 0.2, retainedWalBytes: 0 },
};

const ownGate = (more: Partial<OwnGate>): OwnGate => ({
  name: 'queue',
  source: { kind: 'sql', sql: 'SELECT 1' },
  everyMs: 1_000,
  timeoutMs: 1_000,
  thresholds: { warn: 10, pause: 20, abort: null },
  below: false,
  unit: null,
  ...more,
});

/** A run with these events at these seconds, between its beginning and its end. */
const run = (events: [seconds: number, body: EventBody][], more: Parameters<typeof options>[0] = {}): RunEvent[] => {
  const first: EventBody = {
    type: 'run.started',
    version: '0',
    plan: planOf(section('Menu', [createIndex('a1', 'a'), createIndex('b1', 'b')])),
    database: { host: 'db', port: 5432, database: 'menuca', user: 'deploy' },
    operator: 'anna@ops',
    options: options(more),
    engine: { pid: 1, host: 'ops' },
  };
  const all: [number, EventBody][] = [[0, first], [1, { type: 'baseline.taken', ...baseline }], ...events];
  return all.map(([s, body], n) => ({ seq: n + 1, at: at(s), run: 'r1', ...body }) as RunEvent);
};

const began = (step: number, name: string): EventBody => ({
  type: 'build.started',
  step,
  attempt: 1,
  name,
  table: 'a',
  sql: '',
  pid: 101 + step,
  backendStart: '',
});
const built = (step: number, name: string): EventBody => ({
  type: 'build.finished',
  step,
  attempt: 1,
  name,
  durationMs: 1,
  oid: 1,
  bytes: 1,
});

const summary = (
  from: number,
  metrics: Partial<Record<MetricName, [max: number, at?: number]>>,
  more: Partial<Extract<EventBody, { type: 'metrics.summarised' }>> = {},
): [number, EventBody] => [
  from + 10,
  {
    type: 'metrics.summarised',
    from: at(from),
    to: at(from + 10),
    samples: 10,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, [max, when]]) => [
        name,
        { min: 0, mean: max / 2, max, ...(when === undefined ? {} : { maxAt: at(when) }) },
      ]),
    ),
    ...more,
  },
];

const tripped = (gate: string, level: 'warn' | 'pause' | 'abort', value: number | null = 1): EventBody => ({
  type: 'gate.tripped',
  gate,
  level,
  value,
  threshold: 1,
  reason: '',
});

const line = (events: RunEvent[], metric: string): ImpactLine => {
  const found = impactOf(events).lines.find((each) => each.metric === metric);
  if (found === undefined) throw new Error(`no line ${metric}`);
  return found;
};

const NONE = { warn: null, pause: null, abort: null };

describe('what is not there has no number', () => {
  const about = (metrics: Parameters<typeof summary>[1], was: Partial<Record<MetricName, number>>) => {
    const events = run([summary(10, { replicaLagS: [0], retainedWalBytes: [0], ...metrics })]);
    const taken = events[1];
    if (taken?.type === 'baseline.taken') taken.metrics = was;
    return ['replicaLagS', 'retainedWalBytes'].map((metric) => line(events, metric));
  };

  it('no replica and no slot, before and during: that is said, and nothing of 0 s', () => {
    const lines = about({ replicas: [0], slots: [0] }, { replicas: 0, slots: 0, replicaLagS: 0, retainedWalBytes: 0 });
    expect(lines).toMatchObject([
      { absent: 'no replica', baseline: null, worst: null, verdict: 'none', rule: 'there is no replica' },
      { absent: 'no replication slot', baseline: null, worst: null, rule: 'there is no replication slot' },
    ]);
  });

  it('one that was there at some time has its numbers, and so has one that nobody has counted', () => {
    expect(about({ replicas: [1], slots: [0] }, { replicas: 0, slots: 1 }).map(({ worst }) => worst)).toEqual([0, 0]);
    expect(about({}, { replicaLagS: 0 }).map(({ absent }) => absent)).toEqual([undefined, undefined]);
  });

  it('the report says it, and draws no line at zero', () => {
    const events = run([summary(10, { replicaLagS: [0], replicas: [0], active: [5] })]);
    const report = makeReport(events, { keepLiterals: false });
    if (report === null) throw new Error('no report');
    const text = renderMarkdown(report);
    expect(text).toContain('- lag of the slowest replica: no replica\n');
    expect(text).not.toMatch(/slowest replica: before/);
    expect(report.metrics.map(({ name }) => name)).toEqual(['active']);
  });
});

describe('each metric has a verdict, and the rule that gave it', () => {
  it.each<[string, MetricName, [number, EventBody][], string, RegExp]>([
    ['never read', 'active', [], 'unknown', /could not be read/],
    [
      'under its warning',
      'active',
      [summary(10, { active: [29] })],
      'none',
      /never over 30, where its gate would warn/,
    ],
    ['as before', 'active', [summary(10, { active: [15] })], 'none', /never over 1.5 times its baseline of 10/],
    [
      'a spike over its warning',
      'active',
      [summary(10, { active: [70] })],
      'slight',
      /reached 30, where its gate warns/,
    ],
    [
      'a warning, and a threshold that was raised then',
      'active',
      [
        summary(10, { active: [40] }),
        [12, tripped('active', 'warn')],
        [13, { type: 'gate.changed', gate: 'active', from: NONE, to: { ...NONE, warn: 100 }, by: 'anna' }],
      ],
      'slight',
      /its gate warned, and never stopped the run/,
    ],
    [
      'a threshold that was changed',
      'active',
      [
        [5, { type: 'gate.changed', gate: 'active', from: NONE, to: { ...NONE, warn: 100 }, by: 'anna' }],
        summary(10, { active: [40] }),
      ],
      'none',
      /never over 100, where its gate would warn/,
    ],
    [
      'what paused the run',
      'active',
      [summary(10, { active: [70] }), [15, tripped('active', 'pause')]],
      'impact',
      /its gate tripped \(pause\): its threshold is 60/,
    ],
    [
      'a gate that could not be read is no spike',
      'active',
      [summary(10, { active: [12] }), [15, tripped('active', 'pause', null)]],
      'none',
      /baseline of 10/,
    ],
    [
      'a share of all connections',
      'connections',
      [summary(10, { connections: [170], maxConnections: [200] })],
      'slight',
      /reached 160/,
    ],
    // Ten seconds with five rollbacks may be as many as 1.1 a second.
    ['rollbacks as usual', 'rollbacksPerS', [summary(10, { rollbacksPerS: [2] })], 'none', /where its gate would warn/],
    ['many rollbacks', 'rollbacksPerS', [summary(10, { rollbacksPerS: [4] })], 'slight', /where its gate warns/],
    ['no deadlock', 'deadlocksPerS', [summary(10, { deadlocksPerS: [0] })], 'none', /no deadlock/],
    ['a deadlock', 'deadlocksPerS', [summary(10, { deadlocksPerS: [0.1] })], 'impact', /deadlocks were counted/],
  ])('%s', (_, metric, events, verdict, rule) => {
    const found = line(run(events), metric);
    expect(found.verdict).toBe(verdict);
    expect(found.rule).toMatch(rule);
  });

  it('where a gate is off, the baseline is all there is', () => {
    const off = { ...options().gates, active: { warn: null, pause: null, abort: null } };
    expect(line(run([summary(10, { active: [25] })], { gates: off }), 'active')).toMatchObject({ verdict: 'slight' });
    expect(line(run([summary(10, { active: [19] })], { gates: off }), 'active')).toMatchObject({ verdict: 'none' });
  });

  it('own gates too, also where less is worse', () => {
    const ownGates = [
      ownGate({}),
      ownGate({ name: 'disk', thresholds: { warn: 50, pause: 20, abort: 5 }, below: true }),
    ];
    const own = { queue: { min: 1, mean: 2, max: 12 }, disk: { min: 60, mean: 70, max: 80 } };
    const events = run([summary(10, {}, { own })], { ownGates });
    expect(line(events, 'queue')).toMatchObject({ own: true, worst: 12, verdict: 'slight' });
    expect(line(events, 'disk')).toMatchObject({ worst: 60, verdict: 'none' });
    const low = run([summary(10, {}, { own: { ...own, disk: { min: 40, mean: 70, max: 80 } } })], { ownGates });
    expect(line(low, 'disk')).toMatchObject({ worst: 40, verdict: 'slight' });
  });
});

describe('the worst has its moment', () => {
  const events: [number, EventBody][] = [
    [5, { type: 'section.started', section: 0, title: 'Menu' }],
    [6, began(0, 'a1')],
    [12, built(0, 'a1')],
    [13, began(1, 'b1')],
    [19, built(1, 'b1')],
    [20, { type: 'section.finished', section: 0, title: 'Menu' }],
  ];
  it('to the second, with its section and what was being built', () => {
    const found = line(run([...events, summary(9, { active: [40, 15] }), summary(19, { active: [20, 25] })]), 'active');
    expect(found).toMatchObject({
      baseline: 10,
      worst: 40,
      moment: { at: at(15), section: { index: 0, title: 'Menu' }, builds: ['b1'] },
    });
  });

  it('to ten seconds in journals of old', () => {
    expect(line(run([...events, summary(9, { active: [40] })]), 'active').moment).toEqual({
      at: at(19),
      section: { index: 0, title: 'Menu' },
      builds: ['a1', 'b1'],
    });
  });

  it('with nothing under way', () => {
    expect(line(run([...events, summary(30, { active: [40, 35] })]), 'active').moment).toEqual({
      at: at(35),
      section: null,
      builds: [],
    });
  });
});

describe('sessions that waited for us', () => {
  const waited = (longestS: number) => ({ waits: { sessions: 2, longestS, steps: [0] } });
  it.each<[string, [number, EventBody][], string, number | null]>([
    ['nobody', [summary(10, { blockedByUs: [0] })], 'none', null],
    ['not long', [summary(10, { blockedByUs: [2] }, waited(3))], 'slight', 3],
    ['long', [summary(10, { blockedByUs: [2] }, waited(3)), summary(20, { blockedByUs: [1] }, waited(7))], 'impact', 7],
    ['how long is not on record', [summary(10, { blockedByUs: [2] })], 'slight', null],
    [
      'until a build was cancelled for them',
      [
        summary(10, { blockedByUs: [2] }, waited(3)),
        [15, { type: 'cancel.requested', step: 0, cause: 'gate', by: 'gate blocked-by-us', reason: '' }],
      ],
      'impact',
      3,
    ],
    ['unreadable', [summary(10, {})], 'unknown', null],
  ])('%s', (_, events, verdict, longestS) => {
    expect(line(run(events), 'waitedForUs')).toMatchObject({ verdict, longestS });
  });
});

it('the whole is as bad as its worst line, and unknown only when all is', () => {
  expect(impactOf(run([])).verdict).toBe('unknown');
  expect(impactOf([]).verdict).toBe('unknown');
  expect(impactOf(run([summary(10, { active: [12] })])).verdict).toBe('none');
  expect(impactOf(run([summary(10, { active: [12], deadlocksPerS: [1] })])).verdict).toBe('impact');
});

describe('what samples are summed up to', () => {
  const sampled = (seconds: number, active: number, more: Partial<Sample> = {}): Sample => {
    const sample = emptySample(START + seconds * 1000);
    return { ...sample, metrics: { ...sample.metrics, active }, ...more };
  };
  const work = { pid: 101, work: 'build', indexOid: null, phase: null, phaseNo: null, phases: 8 } as const;
  const build = (step: number, blocks: number[], blocksS: number): Sample['builds'][number] => ({
    ...work,
    step,
    blocks,
    blocksS,
    percent: null,
    waiting: false,
    lockersTotal: null,
    lockersDone: null,
    phaseS: 0,
    stalledS: 0,
    blockers: [],
  });

  it('knows when the most was first, who waited for us, and for how long', () => {
    const samples = [
      sampled(0, 1),
      sampled(1, 9, { builds: [build(0, [7, 8], 1)] }),
      sampled(2, 9, { builds: [build(0, [8], 2.5), build(1, [], 0)] }),
      sampled(10, 2),
    ];
    let memory = newSummaryMemory();
    let last: ReturnType<typeof summarise>['summary'] = null;
    for (const sample of samples) ({ memory, summary: last } = summarise(memory, sample));
    expect(last?.metrics.active).toMatchObject({ max: 9, maxAt: at(1) });
    expect(last?.waits).toEqual({ sessions: 2, longestS: 2.5, steps: [0] });
    expect(memory).toEqual(newSummaryMemory());
  });

  it('says nothing of waits when nobody waited', () => {
    const first = summarise(newSummaryMemory(), sampled(0, 1)).memory;
    expect(summarise(first, sampled(10, 1)).summary).not.toHaveProperty('waits');
  });
});
