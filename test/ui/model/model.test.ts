import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OwnGate, type RunState, replay } from '../../../src/run/index.ts';
import { blockerTree } from '../../../src/ui/model/blockers.ts';
import { footerRow } from '../../../src/ui/model/footer.ts';
import { progressRow, statusRow } from '../../../src/ui/model/header.ts';
import { HISTORY_MAX, remember } from '../../../src/ui/model/history.ts';
import { type Layout, layout, PANES } from '../../../src/ui/model/layout.ts';
import { liveDetails, liveRows, liveRowsWanted } from '../../../src/ui/model/live.ts';
import { logLines, windowLog } from '../../../src/ui/model/log.ts';
import { metricsOf, nextThreshold } from '../../../src/ui/model/metrics.ts';
import { progressRows } from '../../../src/ui/model/progress.ts';
import { cut, cutMiddle, fitRow, row, rowWidth, selectRow, textWidth, wrapText } from '../../../src/ui/model/row.ts';
import { BUCKET_MS, sparkline } from '../../../src/ui/model/sparkline.ts';
import { summaryLines } from '../../../src/ui/model/summary.ts';
import { makeTheme, toAscii } from '../../../src/ui/theme.ts';
import { BLOCKING, backend, build, expected, FINDINGS, runningStory, Story, sample } from '../../support/ui-events.ts';
import { attentionOf, textOf } from '../../support/ui-rows.ts';

const stateOf = (story: Story): RunState => {
  const state = replay(story.events);
  if (state === null) throw new Error('no events');
  return state;
};

const CONNECTED = { status: 'connected', since: '2026-11-23T19:00:00.000Z', why: null } as const;

const words = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('rows', () => {
  it('are exactly as wide as they should be, whatever is in them', () => {
    fc.assert(
      fc.property(words, words, fc.integer({ min: 2, max: 80 }), (a, b, width) => {
        const clean = (text: string) => text.replace(/[\p{C}\p{M}]/gu, '');
        expect(rowWidth(fitRow(row(clean(a), clean(b)), width))).toBe(width);
        expect(textWidth(cut(clean(a), width))).toBeLessThanOrEqual(width);
        expect(textWidth(cutMiddle(clean(a), width))).toBeLessThanOrEqual(width);
        for (const line of wrapText(clean(a), width)) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('keep both ends of a name, and never half a wide character', () => {
    expect(cutMiddle('idx_ingredient_group_items_order', 20)).toBe('idx_ingred…ems_order');
    expect(cut('日本語の索引', 6)).toBe('日本…');
    expect(cutMiddle('日本語の索引', 7)).toBe('日…索引');
  });

  it('have the same width in ASCII', () => {
    for (const text of ['✓ ▸ ◌ ✗ – ·', '▁▂▃▄▅▆▇█', '─│┌┐└┘', 'Größe…']) {
      expect(toAscii(text)).toMatch(/^[ -~]+$/);
      expect(toAscii(text)).toHaveLength(text.length);
    }
  });
});

describe('the theme', () => {
  it('has no colour with NO_COLOR, and says nothing by colour alone', () => {
    const theme = makeTheme({ NO_COLOR: '1', LANG: 'de_DE.UTF-8' });
    for (const tone of ['plain', 'dim', 'ok', 'info', 'warn', 'bad', 'key', 'title', 'selected'] as const) {
      expect(theme.props(tone)).not.toHaveProperty('color');
      expect(theme.props(tone)).not.toHaveProperty('backgroundColor');
    }
    expect(textOf(selectRow(row(' a line'), 10))).toBe('>a line   ');
  });

  it('takes the locale as programs do: LC_ALL before LC_CTYPE before LANG', () => {
    expect(makeTheme({ LC_ALL: 'C', LANG: 'en_US.UTF-8' }).text('✓')).toBe('+');
    expect(makeTheme({ LC_CTYPE: 'C.utf8', LANG: 'C' }).text('✓')).toBe('✓');
    expect(makeTheme({}).text('✓')).toBe('+');
  });
});

describe('layout', () => {
  const at = (columns: number, rows: number, change: Partial<Parameters<typeof layout>[0]> = {}): Layout =>
    layout({
      columns,
      rows,
      focus: 'progress',
      zoomed: false,
      liveWanted: liveRowsWanted,
      notices: 0,
      reading: false,
      ...change,
    });

  it('has a place for the state and the keys on every size, and nothing over anything else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom(...PANES),
        fc.boolean(),
        fc.integer({ min: 0, max: 9 }),
        fc.boolean(),
        (columns, rows, focus, zoomed, notices, reading) => {
          const plan = at(columns, rows, { focus, zoomed, notices, reading });
          expect(plan.head.status).toBe(true);
          if (rows >= 2) expect(plan.footer).toBe(true);
          const taken = new Set<string>();
          for (const rect of Object.values(plan.panes)) {
            expect(rect.height).toBeGreaterThan(0);
            expect(rect.y).toBeGreaterThanOrEqual(plan.body.y);
            expect(rect.y + rect.height).toBeLessThanOrEqual(plan.body.y + plan.body.height);
            expect(rect.x + rect.width).toBeLessThanOrEqual(columns);
            for (let y = rect.y; y < rect.y + rect.height; y++)
              for (const x of [rect.x, rect.x + rect.width - 1]) {
                if (rect.width > 1) expect(taken.has(`${x},${y}`)).toBe(false);
                taken.add(`${x},${y}`);
              }
          }
          if (plan.body.height > 0) expect(plan.panes[focus]).toBeDefined();
        },
      ),
    );
  });

  it('shrinks the log first, then the metrics to one line', () => {
    const heights = (rows: number) => {
      const { progress, live, log } = at(80, rows).panes;
      return [progress?.height ?? 0, live?.height ?? 0, log?.height ?? 0];
    };
    expect(heights(24)).toEqual([9, 5, 6]);
    expect(heights(20)).toEqual([8, 4, 4]);
    expect(heights(16)[1]).toBe(1);
    expect(heights(12)).toEqual([7, 1, 0]);
    expect(heights(7)).toEqual([3, 0, 0]);
  });
});

describe('the head', () => {
  it('keeps the database and the state when it gets narrow', () => {
    const state = stateOf(runningStory({ environment: 'production' }));
    for (const width of [160, 80, 60, 40, 30]) {
      const text = textOf(statusRow({ state, link: CONNECTED }, 'operator', false, Date.parse(state.at), width));
      expect(text).toHaveLength(width);
      expect(text).toMatch(/menuca.*RUNNING/);
    }
    expect(textOf(statusRow({ state, link: CONNECTED }, 'operator', false, Date.parse(state.at), 80))).toContain(
      'indexdeck  OPERATOR  prod-db1/menuca  PRODUCTION  PG 15.8',
    );
  });

  it('does not call running what has no engine', () => {
    const state = stateOf(runningStory());
    const link = { status: 'ended', since: state.at, why: 'gone' } as const;
    const text = textOf(statusRow({ state, link }, 'operator', false, Date.parse(state.at), 80));
    expect(text).toContain('ENGINE GONE');
    expect(text).not.toContain('RUNNING');
  });

  it('says how far it is before anything else', () => {
    const story = runningStory();
    const text = textOf(progressRow(stateOf(story), sample(story.at), story.at, 40));
    expect(text).toContain('section 3/7  index 15/34');
  });

  it('offers help and the way out on every width', () => {
    for (const width of [160, 80, 40, 20]) {
      const text = textOf(
        footerRow(
          {
            phase: 'running',
            role: 'operator',
            failed: true,
            building: true,
            paused: true,
            waiting: true,
            droppable: true,
          },
          width,
        ),
      );
      expect(text).toContain('? help  q quit');
    }
  });
});

describe('what needs attention', () => {
  const link = { status: 'connected', since: '2026-11-23T19:00:00.000Z', why: null } as const;

  it('names the blocker with its age, then the gate', () => {
    const story = runningStory();
    const texts = attentionOf(stateOf(story), sample(story.at), link, story.at + 60_000);
    expect(texts[0]).toBe(
      'waits 00:03:12 on pid 12247 billing-job, idle in transaction 41m (idx_ingredient_group_items_order)',
    );
    expect(texts[1]).toBe('gate old-transaction (warn) 00:01:00: pid 12247 billing-job, 41m');
  });

  it('gives every pause with cause, gate, reason and age', () => {
    const story = runningStory()
      .add({ type: 'run.paused', cause: 'operator', gate: null, by: 'anna', reason: 'lunch' })
      .add(
        {
          type: 'run.paused',
          cause: 'gate',
          gate: 'active',
          by: 'gate active',
          reason: '70 active sessions (pause over 60)',
        },
        10_000,
      );
    const texts = attentionOf(stateOf(story), sample(story.at), link, story.at + 5000);
    expect(texts.slice(0, 2)).toEqual([
      'PAUSED 00:00:15 by operator: lunch',
      'PAUSED 00:00:05 by gate active: 70 active sessions (pause over 60)',
    ]);
  });

  it('says what an abort waits for', () => {
    const story = runningStory().add({ type: 'abort.started', by: 'anna', reason: 'slow shop' });
    expect(attentionOf(stateOf(story), null, link, story.at)[0]).toBe(
      'ABORTING 00:00:00 waits for 2 builds to end (by anna: slow shop)',
    );
  });

  it('asks, blocks, fails and ends in words', () => {
    const first = (story: Story) => attentionOf(stateOf(story), null, link, story.at)[0];
    expect(first(new Story().start())).toBe('looking at the database; nothing is changed');
    expect(first(new Story().start().preflight())).toBe('Build 34 indexes on prod-db1/menuca?');
    expect(first(new Story().start().preflight([...FINDINGS, BLOCKING]))).toBe('1 finding blocks: nothing was changed');
    const failed = runningStory().failed(16).add({ type: 'gate.cleared', gate: 'old-transaction', value: 0 });
    expect(first(failed)).toBe('FAILED idx_ingredient_groups_dish: could not create unique index');
    expect(first(runningStory().add({ type: 'run.finished', status: 0, reason: 'all built', leftToDo: [] }))).toBe(
      'finished with status 0: all built',
    );
  });

  it('calls a session that cannot be seen by no name', () => {
    const story = runningStory();
    const unseen = sample(story.at, {
      builds: [
        build({
          step: 15,
          waiting: true,
          percent: null,
          phaseS: 10,
          blockers: [backend({ application: null, user: null, state: null, transactionS: null })],
        }),
      ],
    });
    expect(attentionOf(stateOf(story), unseen, link, story.at)[0]).toContain(
      'waits 00:00:10 on pid 12247 unnamed session, state unknown',
    );
  });
});

describe('estimates', () => {
  const live = (story: Story) => sample(story.at, { builds: [build()] });
  const eta = (story: Story) => textOf(progressRow(stateOf(story), live(story), story.at, 120));

  it('are ranges, refined by what was built, in the second row', () => {
    expect(eta(runningStory({}, expected()))).toMatch(/eta \d+-\d+ min \(est\)/);
  });

  it('are made of what was built where there are none, and unknown in a wait or a pause', () => {
    expect(eta(runningStory())).toMatch(/eta \d+-\d+ (min|s) \(est\)/);
    const story = runningStory({}, expected());
    expect(textOf(progressRow(stateOf(story), sample(story.at), story.at, 120))).toContain('eta unknown: in a wait');
    story.add({ type: 'run.paused', cause: 'operator', gate: null, by: 'a', reason: 'b' });
    expect(eta(story)).toContain('eta unknown: paused');
  });

  it.each([
    [80, /idx_ingredient_groups_course +queued +[~<]\d+(-\d+)? [smh] *$/],
    [160, /idx_ingredient_groups_course +queued, ~12-15 MB +[~<]\d+(-\d+)? [smh] *$/],
  ])('of a queued index stand in its row, at %i columns', (width, pattern) => {
    const story = runningStory({}, expected());
    const input = { state: stateOf(story), sample: live(story), now: story.at, folds: {}, cursor: null, focused: true };
    const lines = progressRows(input, width, 20).rows.map(textOf);
    expect(lines.find((line) => line.includes('idx_ingredient_groups_course'))).toMatch(pattern);
    expect(lines.every((line) => line.length === width)).toBe(true);
  });
});

describe('progress', () => {
  const draw = (story: Story, change: object = {}, width = 96, height = 20) =>
    progressRows(
      {
        state: stateOf(story),
        sample: sample(story.at),
        now: story.at,
        folds: {},
        cursor: null,
        focused: true,
        ...change,
      },
      width,
      height,
    ).rows.map(textOf);

  it('shows a percentage only where something is counted, and never in a wait', () => {
    const lines = draw(runningStory());
    expect(lines.find((line) => line.includes('idx_ingredient_groups_dish'))).toMatch(
      /▸ .* phase 3\/8 building {2}61 % /,
    );
    const waiting = lines.find((line) => line.includes('idx_ingredient_group_items_order'));
    expect(waiting).toMatch(/◌ .* 8\/8 waits on pid 12247 billing-job, idle/);
    expect(waiting).not.toContain('%');
    const over = draw(runningStory(), {
      sample: sample(0, { builds: [build({ percent: 180 }), build({ step: 15, percent: -3 })] }),
    });
    expect(over.join()).toContain(' 100 %');
    expect(over.join()).toContain(' 0 %');
  });

  it('never counts more lockers done than there are', () => {
    const lines = draw(runningStory(), {
      sample: sample(0, {
        builds: [
          build({
            waiting: true,
            percent: null,
            phase: 'waiting for old snapshots',
            phaseNo: 8,
            lockersTotal: 2,
            lockersDone: 5,
          }),
        ],
      }),
    });
    expect(lines.join()).toContain('0 of 2…');
  });

  it('folds finished sections, opens the current one, and counts', () => {
    const lines = draw(runningStory());
    expect(lines[0]).toMatch(/^ ✓ 1 Critical menu queries .*6\/6 +00:01:1\d/);
    expect(lines[2]).toMatch(/^ ▸ 3 Ingredient groups .*3\/6 \[#{10}·{10}\]/);
    expect(lines.join()).not.toContain('idx_dishes_course');
    expect(draw(runningStory(), { folds: { 0: true } }).join()).toContain('✓ idx_dishes_course');
  });

  it('draws no more than it has room for, however long the plan is', () => {
    const folds = Object.fromEntries(Array.from({ length: 7 }, (_, at) => [at, true]));
    for (const height of [1, 3, 9, 40])
      expect(draw(runningStory(), { folds }, 80, height).length).toBeLessThanOrEqual(height);
  });
});

describe('live numbers', () => {
  const draw = (
    story: Story,
    change: Parameters<typeof sample>[1] = {},
    metrics: Parameters<typeof sample>[2] = {},
    height = 6,
  ) => {
    const newest = sample(story.at, change, metrics);
    return liveRows({ state: stateOf(story), sample: newest, history: [newest], now: story.at }, 80, height).map(
      textOf,
    );
  };

  it('show each value with its threshold, and what is tripped as a word', () => {
    const lines = draw(runningStory());
    expect(lines[0]).toMatch(/waiting on locks +2 \/10 .*active +12 \/30/);
    expect(lines.join()).toMatch(/connections +31 % \/80 %/);
    expect(lines.join()).toMatch(/oldest xact +41m \/10m +!WARN/);
  });

  it('say unknown, not zero', () => {
    const lines = draw(runningStory(), { unreadable: { replicaLagS: 'needs pg_monitor' } }, { replicaLagS: null });
    expect(lines.join()).toMatch(/replica lag +unknown/);
  });

  it('say what is not there', () => {
    expect(draw(runningStory(), { builds: [] }, { replicas: 0, replicaLagS: 0 }).join()).toMatch(
      /longest stall +no build.*replica lag +no replica/,
    );
  });

  it('have the gates of the config file among them, each with its threshold or why it is unknown', () => {
    const ownGate = (name: string, more: Partial<OwnGate>): OwnGate => ({
      name,
      source: { kind: 'command', command: 'x', cwd: '/' },
      everyMs: 10_000,
      timeoutMs: 5_000,
      thresholds: { warn: 5, pause: 20, abort: null },
      below: false,
      unit: null,
      ...more,
    });
    const story = runningStory();
    const base = stateOf(story);
    const ownGates = [
      ownGate('shop-errors', {}),
      ownGate('disk-free', { below: true, unit: 'GB', thresholds: { warn: 50, pause: 20, abort: 5 } }),
      ownGate('queue', {}),
      ownGate('turned-off', { thresholds: { warn: null, pause: null, abort: null } }),
    ];
    const state = { ...base, options: { ...base.options, ownGates } };
    const reading = { at: '', why: null };
    const own = {
      'shop-errors': { ...reading, value: 7 },
      'disk-free': { ...reading, value: 30 },
      queue: { ...reading, value: null, why: 'status 3' },
    };
    const newest = sample(story.at, { own });
    const input = { state, sample: newest, history: [newest], now: story.at };
    const { length } = metricsOf(state);
    expect(length).toBe(metricsOf(base).length + 3);
    const text = liveRows(input, 80, liveRowsWanted(80, length)).map(textOf).join('\n');
    expect(text).toMatch(/shop-errors +7 \/20/);
    expect(text).toMatch(/disk-free +30 GB \/20/);
    expect(text).toMatch(/queue +unknown/);
    expect(text).not.toContain('turned-off');
    const details = liveDetails(input).join('\n');
    expect(details).toMatch(/disk-free: 30 GB \(warn 50 GB, pause 20 GB, abort 5 GB\)/);
    expect(details).toMatch(/queue: unknown .*status 3/);
  });

  it('put what is tripped first when there is one line', () => {
    expect(draw(runningStory(), {}, {}, 1)[0]).toMatch(/^ oldest xact !41m \/10m/);
  });

  it('meet the next threshold', () => {
    const limits = { warn: 30, pause: 60, abort: null };
    expect([0, 30, 59, 60, 99].map((value) => nextThreshold(value, limits))).toEqual([30, 60, 60, 60, 60]);
    expect(nextThreshold(1, { warn: null, pause: null, abort: null })).toBeNull();
  });
});

describe('curves', () => {
  it('have a column for ten seconds, the newest at the right, and a space for what is unknown', () => {
    const points = [0, 1, 3].map((bucket, at) => ({ at: bucket * BUCKET_MS, value: [0, 5, 10][at] ?? 0 }));
    expect(sparkline(points, 5, 10)).toBe(' ▁▅ █');
    expect(sparkline([{ at: 0, value: null }], 3, 10)).toBe('   ');
    expect(sparkline([], 3, 10)).toBe('   ');
    expect(sparkline([{ at: 0, value: 0 }], 3, 0)).toBe('  ▁');
  });

  it('remember five minutes, each sample once', () => {
    let history = remember([], null);
    for (let second = 0; second < 400; second++) {
      history = remember(history, sample(second * 1000));
      history = remember(history, sample(second * 1000));
    }
    expect(history).toHaveLength(HISTORY_MAX);
  });
});

describe('the log', () => {
  const lines = () => {
    const story = runningStory();
    return logLines(story.events, stateOf(story), '');
  };

  it('calls steps by their names', () => {
    expect(lines().some((line) => /^step \d/.test(line.text))).toBe(false);
    expect(lines().map((line) => line.text)).toContain(
      'idx_ingredient_group_items_order  waiting for old snapshots (phase 8/8)',
    );
  });

  it('leaves out the summaries of metrics, which come every ten seconds', () => {
    const story = runningStory().add({ type: 'metrics.summarised', from: '', to: '', samples: 10, metrics: {} });
    expect(logLines(story.events, stateOf(story), '').some((line) => line.text.includes('summarised'))).toBe(false);
  });

  it('stands still while new lines come', () => {
    const place = { bottom: 20, cursor: 18, seen: 20 };
    const before = windowLog(lines().slice(0, 22), place, 100, 8, false);
    const after = windowLog(lines(), place, 100, 8, false);
    expect(after.rows.map(textOf)).toEqual(before.rows.map(textOf));
    expect(after.fresh).toBeGreaterThan(before.fresh);
  });

  it('never draws more rows than there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 12, max: 100 }),
        fc.boolean(),
        (bottom, height, width, wrap) => {
          const drawn = windowLog(lines(), { bottom, cursor: bottom, seen: bottom }, width, height, wrap);
          expect(drawn.rows.length).toBeLessThanOrEqual(height);
          expect(drawn.rows.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('the tree of blockers', () => {
  it('puts those that wait for nobody first', () => {
    expect(blockerTree(sample(0)).map(({ depth, backend: { pid } }) => [depth, pid])).toEqual([
      [0, 12247],
      [1, 20015],
      [1, 12301],
    ]);
  });

  it('ends with a circle, and shows everybody once', () => {
    const circle = [
      backend({ pid: 1, blockedBy: [2] }),
      backend({ pid: 2, blockedBy: [1] }),
      backend({ pid: 3, blockedBy: [3, 2] }),
    ];
    const tree = blockerTree(sample(0, { blockers: { at: '', backends: circle, leftOut: 0 } }));
    expect(tree.map(({ backend: { pid } }) => pid).sort()).toEqual([1, 2, 3]);
  });
});

describe('the summary', () => {
  it('says what was built, what was not and why, and what to do next', () => {
    const story = runningStory().built(15).failed(16);
    story
      .add({ type: 'verify.finished', ok: true, results: [] })
      .add({ type: 'run.finished', status: 1, reason: 'one index failed', leftToDo: ['Remove the duplicates.'] });
    const text = summaryLines(stateOf(story)).join('\n');
    expect(text).toMatch(/^indexdeck run 0193a7c2 on prod-db1\/menuca: status 1 after 00:0\d:\d\d: one index failed/);
    expect(text).toContain('idx_ingredient_group_items_order  built in');
    expect(text).toContain(
      'idx_ingredient_groups_dish  FAILED: could not create unique index. Remove the duplicates, then try again.',
    );
    expect(text).toContain('idx_combo_steps_group  not built: the run ended before it began');
    expect(text).toMatch(
      /Next:\n {2}Remove the duplicates\.\n {2}to build what is missing: indexdeck resume 0193a7c2[^ ]*\n {2}the whole record: indexdeck report 0193a7c2/,
    );
  });

  it('says that nothing was changed when nobody said go', () => {
    const abandoned = summaryLines(stateOf(runningStory()), true).join('\n');
    expect(abandoned).toMatch(/Next:\n {2}The engine is gone\. .*\n {2}indexdeck resume 0193a7c2/);
    expect(abandoned).not.toContain('goes on without');
    expect(summaryLines(stateOf(new Story().start().preflight())).join('\n')).toContain(
      'Nothing was changed in the database.',
    );
  });
});
