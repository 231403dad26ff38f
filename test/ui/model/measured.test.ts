import { describe, expect, it } from 'vitest';
import { statusLine } from '../../../src/cli/output/status-line.ts';
import type { Link } from '../../../src/client/feed.ts';
import { type EventBody, type ProbeMeasured, type RunState, replay } from '../../../src/run/index.ts';
import { concerns } from '../../../src/ui/model/attention.ts';
import { resultRows } from '../../../src/ui/model/result.ts';
import { rowText } from '../../../src/ui/model/row.ts';
import { summaryLines } from '../../../src/ui/model/summary.ts';
import { runMark } from '../../../src/ui/model/words.ts';
import { probe } from '../../support/core.ts';
import { makePlan, Story } from '../../support/ui-events.ts';

const PROBES = [probe('menu page'), probe('login')];
const plan = makePlan([['One', ['dishes_course']]]);
const link: Link = { status: 'connected', why: null, since: '2026-11-23T19:00:00.000Z' };

const measured = (at: number, more: Partial<ProbeMeasured>): EventBody => ({
  type: 'probe.measured',
  probe: at,
  name: PROBES[at]?.name ?? '',
  when: 'before',
  attempt: 1,
  verdict: null,
  runs: [120, 121, 119],
  time: { median: 120, min: 119, max: 121, q1: 119.5, q3: 120.5, mad: 1 },
  planningMs: 0.2,
  rows: 1,
  buffers: null,
  plan: null,
  summary: {
    top: 'Limit',
    indexes: [],
    sequential: [{ schema: 'menuca_v3', table: 'dishes', rows: 10_585, loops: 1, blocks: 500 }],
  },
  error: null,
  timedOut: false,
  ...more,
});

const comparison = {
  beforeMs: 120,
  afterMs: 1.2,
  atLeast: false,
  factor: 100,
  percent: 99,
  noise: 'beyond',
  newIndexes: ['idx_dishes_course'],
  sequentialLeft: [],
} as const;
const fast: Partial<ProbeMeasured> = {
  when: 'after',
  verdict: {
    ok: true,
    problems: [],
    notes: [],
    comparison: { ...comparison, newIndexes: [...comparison.newIndexes], sequentialLeft: [] },
  },
};
const slow: Partial<ProbeMeasured> = {
  when: 'after',
  verdict: {
    ok: false,
    problems: ['dishes is still read whole (7.8 MB, 10585 rows), also after an ANALYZE'],
    notes: [],
    comparison: {
      ...comparison,
      afterMs: 118,
      factor: 1,
      percent: 1,
      noise: 'within',
      newIndexes: [],
      sequentialLeft: [],
    },
  },
};

const stateOf = ({ events }: Story): RunState => {
  const state = replay(events);
  if (state === null) throw new Error('the story is empty');
  return state;
};

const shown = (story: Story): { mark: string; attention: string | undefined; line: string } => {
  const state = stateOf(story);
  return {
    mark: runMark(state, false).word,
    attention: concerns(state, null, link, story.at)[0]?.text,
    line: statusLine({ state, sample: null, link, events: story.events }, story.at),
  };
};

const started = () => new Story().start({ probes: PROBES }, plan).preflight().go();
const verified = () =>
  started()
    .add(measured(0, {}))
    .add(measured(1, {}))
    .add({ type: 'section.started', section: 0, title: 'One' })
    .begin(0)
    .built(0)
    .add({ type: 'section.finished', section: 0, title: 'One' })
    .add({ type: 'verify.finished', ok: true, results: [], verdict: 'pass', rule: '', critical: [], counts: null });

describe('while it is measured', () => {
  it('the screen says what is, and what waits for it', () => {
    expect(shown(started())).toMatchObject({
      mark: 'MEASURING',
      attention: 'measuring probe 1/2, menu page, before: the first build waits for it',
      line: expect.stringMatching(/^status: MEASURING .*measuring probe 1\/2, menu page/),
    });
    expect(shown(started().add(measured(0, {})))).toMatchObject({
      attention: 'measuring probe 2/2, login, before: the first build waits for it',
    });
    expect(shown(started().add(measured(0, {})).add(measured(1, {})))).toMatchObject({ mark: 'RUNNING' });
    expect(shown(verified())).toMatchObject({
      attention: 'measuring probe 1/2, menu page, after: every index is built',
    });
  });

  it('and what is analyzed for it', () => {
    const table = { schema: 'menuca_v3', table: 'dishes' };
    const story = verified()
      .add(measured(0, { when: 'after' }))
      .add({ type: 'analyze.started', ...table, probe: 0, why: 'probe menu page still reads it whole' });
    expect(shown(story).attention).toBe(
      'analyzing menuca_v3.dishes: a probe still reads it whole, and is then measured again',
    );
    story.add({ type: 'analyze.finished', ...table, durationMs: 5, error: null });
    expect(shown(story).attention).toBe('measuring probe 1/2, menu page, after: every index is built');
  });

  it('nothing is in a pause', () => {
    const story = started().add({ type: 'run.paused', cause: 'operator', gate: null, by: 'a', reason: 'lunch' });
    expect(shown(story)).toMatchObject({ mark: 'PAUSED', line: expect.not.stringContaining('measuring') });
  });
});

describe('in the end', () => {
  const ended = () =>
    verified()
      .add(measured(0, fast))
      .add(measured(1, slow))
      .add({ type: 'run.finished', status: 1, reason: '1 of 2 probes failed', leftToDo: [] });

  it('the result says what each probe has gained, failures first', () => {
    const story = ended();
    const text = resultRows(stateOf(story), 200, story.events).map((line) => rowText(line).trimEnd());
    const rows = text.filter((line) => line.includes('probe '));
    expect(rows).toEqual([
      expect.stringMatching(
        /probe login: FAILED, 120 ms -> 118 ms, a difference within the noise: dishes is still read/,
      ),
      expect.stringMatching(/probe menu page: 120 ms -> 1.20 ms, 99.0 % faster \(100x\), uses idx_dishes_course$/),
    ]);
  });

  it('so does what stays in the scrollback', () => {
    const lines = summaryLines(stateOf(ended()));
    expect(lines).toContain('  menu page: 120 ms -> 1.20 ms, 99.0 % faster (100x), uses idx_dishes_course');
  });

  it('production impact has a line, and one for each metric that was hurt', () => {
    const story = ended();
    const at = story.events[8]?.at ?? '';
    const metrics = { active: { min: 1, mean: 9, max: 40, maxAt: at }, deadlocksPerS: { min: 0, mean: 0, max: 0 } };
    story.events.splice(-1, 0, {
      ...{ seq: 0, at, run: '0193a7c2', type: 'metrics.summarised', from: at, to: at, samples: 9, metrics },
    });
    const rows = resultRows(stateOf(ended()), 200, story.events).map((line) => rowText(line).trimEnd());
    expect(rows.find((line) => line.includes('production impact'))).toMatch(
      /production impact: slight; 1 of 8 as before/,
    );
    expect(rows.find((line) => line.includes('active sessions'))).toMatch(
      /slight, active sessions: 40 at worst at \d\d:\d\d:\d\d.*, 12 before; it reached 30, where its gate warns/,
    );
  });
});
