import { Box } from 'ink';
import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { DialogBox } from '../../src/ui/dialogs/DialogBox.tsx';
import { layout } from '../../src/ui/model/layout.ts';
import { liveRowsWanted } from '../../src/ui/model/live.ts';
import { type Dialog, initialUi, type Snapshot, type UiState } from '../../src/ui/model/ui-state.ts';
import { BlockersPane, LivePane, LogPane, ProgressPane } from '../../src/ui/panes/panes.tsx';
import { ThemeContext } from '../../src/ui/panes/Rows.tsx';
import { makeTheme } from '../../src/ui/theme.ts';
import { BLOCKING, FINDINGS, FixtureFeed, runningStory, Story, sample } from '../support/ui-events.ts';

const theme = makeTheme({ LANG: 'C.UTF-8' });

const draw = (element: React.ReactNode): string =>
  render(
    <ThemeContext value={theme}>
      <Box width={100} height={40}>
        {element}
      </Box>
    </ThemeContext>,
  )
    .lastFrame()
    ?.trimEnd() ?? '';

const input = (story: Story, ui: Partial<UiState> = {}, height = 14) => {
  const newest = sample(story.at);
  const shown: Snapshot = { view: new FixtureFeed(story, newest).view(), history: [newest], now: story.at };
  return { ui: { ...initialUi, ...ui }, shown, rect: { x: 0, y: 0, width: 100, height, titled: true }, focused: true };
};

afterEach(() => cleanup());

describe('panes', () => {
  it('progress', () => {
    expect(draw(<ProgressPane {...input(runningStory())} />)).toMatchInlineSnapshot(`
      "─[1 Progress]───────────────────────────────────────────────────────────────────────────────────────
       ✓ 1 Critical menu queries                                                            6/6  00:01:15
       ✓ 2 Modifier system                                                                  6/6  00:01:15
       ▸ 3 Ingredient groups                                         3/6 [##########··········]  00:01:02
         ✓ idx_ingredient_groups_restaurant       built, 18.6 MB                                 00:00:20
         ✓ idx_ingredient_group_items_group       built, 19.9 MB                                 00:00:20
         ✓ idx_ingredient_group_items_ingredient  built, 21.1 MB                                 00:00:20
         ◌ idx_ingredient_group_items_order       8/8 waits on pid 12247 billing-job, idle in t… 00:00:01
         ▸ idx_ingredient_groups_dish             phase 3/8 building  61 %                       00:00:01
         · idx_ingredient_groups_course           queued
         4 Combo system                                                                     0/7
         5 Restaurant management                                                            0/4
         6 Delivery                                                                         0/3
         7 JSONB                                                                            0/2"
    `);
  });

  it('the checklist, the worst first, with why and what to do of the one that the cursor is on', () => {
    const frame = draw(<ProgressPane {...input(new Story().start().preflight([...FINDINGS, BLOCKING]), {}, 24)} />);
    expect(frame).toMatchInlineSnapshot(`
      "─[1 Checklist]──────────────────────────────────────────────────────────────────────────────────────
       plan.sql
       builds 34 indexes on 19 tables in 7 sections, up to 2 at a time
              not known what is there already
       takes  time not known, size not known
       finds  1 blocking, 1 warning, 1 note, 2 in order
       looked at 0s ago; it is looked at again by itself
       BLOCKS: nothing can be built before this is dealt with (1)
       ✗ no-table        Table menuca_v3.combo_steps does not exist.
           why: idx_combo_steps_group cannot be built.
           do:  Run the migration that creates it, or take the statement out of the plan.
       WARNING: it can go on, but look at this first (1)
       ! old-transaction pid 12247 billing-job has been idle in transaction for 41 minutes.
       NOTE (1)
       – equal           idx_dishes_course is there already, valid, with the planned definition.
       OK (2)
       ✓ reachable       The server answers, and no transaction-pooling proxy is in between.
       ✓ version         PostgreSQL 15.8 can build indexes concurrently.
       set maintenance_work_mem = 512MB: what fits beside two builds"
    `);
  });

  it('the result, what is not right first', () => {
    const story = runningStory()
      .built(15)
      .failed(16)
      .add({ type: 'run.finished', status: 1, reason: 'one index failed', leftToDo: ['Remove the duplicates.'] });
    const frame = draw(<ProgressPane {...input(story, {}, 10)} />);
    expect(frame).toMatch(/status 1: one index failed/);
    expect(frame).toMatch(/16 indexes built, 1 FAILED, 17 not built; not verified/);
    expect(frame).toMatch(/to do: Remove the duplicates\./);
    expect(frame.indexOf('idx_ingredient_groups_dish  FAILED')).toBeGreaterThan(0);
    expect(frame).not.toContain('idx_dishes_course');
  });

  it('live', () => {
    expect(draw(<LivePane {...input(runningStory(), {}, 7)} />)).toMatchInlineSnapshot(`
      "─[2 Live]─────────────────────────────────────────────────────────────────────────────── every 1 s ─
       waiting on locks        2 /10                  ▂ active                 12 /30                  ▄
       blocked by us           0 /1                   ▁ connections          31 % /80 %                ▄
       rollbacks           0.2/s /2.4/s               ▂ oldest xact           41m /10m   !WARN         █
       longest stall          3m /5m                  ▅ replica lag         0.3 s /10s                 ▁
       retained WAL      38.1 MB /1 GB                ▁ WAL written     11.4 MB/s                      █
       commits             228/s                      █ deadlocks             0/s                      ▁"
    `);
  });

  it('log', () => {
    const frame = draw(<LogPane {...input(runningStory(), {}, 6)} wrap={false} />);
    expect(frame).toContain('─[3 Log (UTC)]');
    expect(frame).toContain(' 19:10:54 gate old-transaction (warn): pid 12247 billing-job, 41m');
    expect(frame.split('\n')).toHaveLength(6);
  });

  it('blockers', () => {
    expect(draw(<BlockersPane {...input(runningStory(), {}, 9)} />)).toMatchInlineSnapshot(`
      "─[4 Blockers]───────────────────────────────────────────────────────────────────────────────────────
       pid 12247 billing-job, idle in transaction 41m
         UPDATE invoices SET paid = true WHERE id = 42
         └ pid 20015 our build idx_ingredient_group_items_order, waits 3m for its snapshot
         └ pid 12301 web, active 3s, waits 3s for AccessShareLock on dishes
           SELECT * FROM dishes WHERE name = 'x'
       read 0s ago"
    `);
  });
});

describe('dialogs', () => {
  const story = new Story()
    .start({ environment: 'production' })
    .preflight(FINDINGS, [{ step: 3, tableOid: 1, found: { kind: 'invalid', oid: 991, definition: '', ready: true } }]);
  const dialogs: [Dialog, Story, RegExp][] = [
    [
      { kind: 'abort' },
      runningStory(),
      /Abort this run\?.*2 running steps will be cancelled.*stays: 15 indexes\..*A or y: abort/s,
    ],
    [
      { kind: 'quit' },
      runningStory(),
      /The engine goes on without it\. Come back with: indexdeck attach 0193a7c2.*q again: detach/s,
    ],
    [{ kind: 'interrupt' }, runningStory(), /d {2}detach.*A {2}abort.*s {2}stay/s],
    [
      { kind: 'skip', step: 16 },
      runningStory().failed(16),
      /idx_ingredient_groups_dish is left out for good.*y: skip it/s,
    ],
    [
      { kind: 'cancel-build', step: 16 },
      runningStory(),
      /idx_ingredient_groups_dish: what is built of it so far is lost.*y: cancel it/s,
    ],
    [
      { kind: 'leftovers', preflight: 2 },
      story,
      /1 invalid index stands.*idx_dishes_active on dishes, oid 991, costs every write now.*y: drop and rebuild them/s,
    ],
    [
      { kind: 'confirm', preflight: 2, replaceInvalid: [], text: 'men', wrong: false },
      story,
      /on prod-db1\/menuca.*> men_/s,
    ],
    [{ kind: 'help', top: 0 }, runningStory(), /These act on the run.*P {9,}pause: nothing new starts.*A {9,}abort/s],
  ];

  it.each(dialogs)('%j', (dialog, of, expected) => {
    const feed = new FixtureFeed(of);
    const plan = layout({
      columns: 100,
      rows: 40,
      focus: 'progress',
      zoomed: false,
      liveWanted: liveRowsWanted,
      notices: 0,
      reading: false,
    });
    const context = { state: feed.view().state, role: 'operator' as const, preflight: 2, page: 10 };
    expect(draw(<DialogBox dialog={dialog} context={context} layout={plan} />)).toMatch(expected);
  });
});
