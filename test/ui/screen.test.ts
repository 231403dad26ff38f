import { afterEach, describe, expect, it } from 'vitest';
import type { FeedView } from '../../src/client/feed.ts';
import { FixtureFeed, runningStory, Story, sample } from '../support/ui-events.ts';
import { KEY, type OpenOptions, type OpenScreen, openScreen } from '../support/ui-terminal.ts';

const opened: OpenScreen[] = [];

const open = (feed: FixtureFeed, options: Partial<OpenOptions> = {}): OpenScreen => {
  const at = Date.parse(feed.view().state?.at ?? '2026-11-23T19:07:00.000Z') + 1000;
  const screen = openScreen(feed, { now: at, ...options });
  opened.push(screen);
  return screen;
};

const running = (): FixtureFeed => {
  const story = runningStory();
  return new FixtureFeed(story, sample(story.at + 800));
};

afterEach(async () => {
  for (const screen of opened.splice(0)) {
    await screen.press(KEY.escape, KEY.escape, KEY.ctrlC, 'd', 'q');
    await screen.exit;
  }
});

describe('the screen', () => {
  it('fits 80x24: status first, keys last, all panes', async () => {
    const screen = open(running());
    await screen.shows('[1 Progress]');
    const lines = await screen.lines();
    expect(lines[0]).toMatch(/OPERATOR {2}prod-db1\/menuca .*RUNNING {2}00:0/);
    expect(lines[1]).toMatch(/section 3\/7 {2}index 15\/34 {2}2 building .*eta unknown: in a wait {2}age 0\.2s/);
    expect(lines[2]).toMatch(/! waits 00:03:12 on pid 12247 billing-job, idle in transa.*b blockers/);
    expect(lines.join('\n')).toMatch(/2 Live/);
    expect(lines.join('\n')).toMatch(/3 Log \(UTC\).*follow/);
    expect(lines[23]).toMatch(/P pause.*A abort.*\? help {2}q quit/);
  });

  it('fits 160x50: metrics on top, progress beside the blockers, the log untruncated below', async () => {
    const screen = open(running(), { columns: 160, rows: 50 });
    await screen.shows('4 Blockers');
    const lines = await screen.lines();
    expect(lines[3]).toContain('2 Live');
    expect(lines.find((line) => line.includes('[1 Progress]'))).toContain('4 Blockers');
    expect(lines.join('\n')).toContain('└ pid 20015 our build idx_ingredient_group_items_order');
    expect(lines.filter((line) => /^ \d\d:\d\d:\d\d /.test(line)).every((line) => !line.includes('…'))).toBe(true);
  });

  it.each([
    [40, 10],
    [20, 5],
    [10, 3],
    [1, 1],
    [80, 4],
    [300, 6],
    [200, 100],
  ])('draws at %ix%i without a crash', async (columns, rows) => {
    const screen = open(running(), { columns, rows });
    await screen.press('A', 'n', '?', KEY.escape, 'z', 'z', 'b', 'b', '3', 'k', 'k', KEY.enter, KEY.escape);
    const lines = await screen.lines();
    if (columns >= 10) expect(lines[0]).toContain('RUNNING');
    if (rows >= 2 && columns >= 20) expect(lines[rows - 1]).toContain('q quit');
  });

  it('follows a resize both ways and leaves nothing of the old size', async () => {
    const screen = open(running(), { columns: 160, rows: 50 });
    await screen.shows('4 Blockers');
    await screen.resize(80, 24);
    expect((await screen.lines())[23]).toMatch(/q quit$/);
    await screen.hides('4 Blockers');
    await screen.resize(40, 10);
    expect((await screen.lines())[9]).toMatch(/q quit$/);
    await screen.resize(160, 50);
    await screen.shows('4 Blockers');
    const lines = await screen.lines();
    expect(lines.filter((line) => line.includes('q quit'))).toHaveLength(1);
    expect(lines[49]).toMatch(/q quit$/);
  });

  it('puts the terminal back and leaves the summary', async () => {
    const screen = open(running());
    await screen.shows('RUNNING');
    expect(screen.stdin.isRaw).toBe(true);
    await screen.press('q', 'q');
    expect(await screen.exit).toEqual({ how: 'detached' });
    expect(screen.stdin.isRaw).toBe(false);
    const written = screen.stdout.chunks.join('');
    expect(written.indexOf('\u001b[?1049h')).toBeGreaterThanOrEqual(0);
    expect(written.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(written.lastIndexOf('\u001b[?1049h'));
    expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
    expect(written.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(written.lastIndexOf('\u001b[?2004h'));
    const text = await screen.text();
    expect(text).toContain('indexdeck attach 0193a7c2');
    expect(screen.stdout.terminal.buffer.active.type).toBe('normal');
    expect(process.listeners('exit').length).toBeLessThan(5);
  });

  it('puts the terminal back when it fails itself, and says why', async () => {
    const feed = running();
    const screen = openScreen(feed, { now: Date.parse('2026-11-23T19:20:00.000Z') });
    await screen.shows('RUNNING');
    const { state } = feed.view();
    const broken = { ...feed.view(), state: { ...state, steps: undefined } } as unknown as FeedView;
    feed.view = () => broken;
    const failed = expect(screen.exit).rejects.toThrow();
    feed.set({});
    await failed;
    expect(screen.stdin.isRaw).toBe(false);
    await screen.shows('the screen failed; the engine does not depend on it');
    expect(screen.stdout.terminal.buffer.active.type).toBe('normal');
    expect(screen.stdout.chunks.join('').lastIndexOf('\u001b[?25h')).toBeGreaterThan(
      screen.stdout.chunks.join('').lastIndexOf('\u001b[?25l'),
    );
  });

  it('is drawn anew with Ctrl-L when something else has written on it', async () => {
    const screen = open(running());
    const clean = await screen.shows('RUNNING');
    screen.stdout.terminal.write('\u001b[1;1HBroadcast message from root\r\n\r\nthe system goes down');
    await screen.shows('Broadcast');
    await screen.press('\u000c');
    await screen.hides('Broadcast');
    // It is cleared first, and empty for a moment.
    await screen.shows('q quit');
    expect(await screen.text()).toBe(clean);
  });

  it('lets go of the feed when it is left', async () => {
    const feed = running();
    const screen = open(feed);
    await screen.shows('RUNNING');
    expect(feed.listeners).toBe(1);
    await screen.press('q', 'q');
    await screen.exit;
    expect(feed.listeners).toBe(0);
  });

  it('says since when there is no word from the engine, and stays', async () => {
    const feed = running();
    const screen = open(feed);
    await screen.shows('RUNNING');
    feed.set({
      link: { status: 'lost', since: new Date(screen.now() - 75_000).toISOString(), why: 'the socket was closed' },
    });
    await screen.shows(/! no word from the engine for 00:01:15: the socket/);
    await screen.shows('[1 Progress]');
  });

  it('says that a reading is stale', async () => {
    const feed = running();
    const screen = open(feed);
    await screen.shows('age 0.2s');
    screen.advance(5000);
    await screen.shows('stale: no reading for 5s');
  });

  it('waits for the first word of the engine', async () => {
    const feed = new FixtureFeed(null);
    const screen = open(feed);
    await screen.shows('waiting for the first word of the engine');
    await screen.press('P', 'A', 'y');
    expect(feed.sent).toEqual([]);
    feed.set({ story: new Story().start() });
    await screen.shows('PREFLIGHT');
  });

  it('shows text of others as text', async () => {
    const story = new Story()
      .start({ environment: 'prod\u001b[2J' }, undefined, 'men\u001b]0;owned\u0007uca\u202e')
      .preflight()
      .go()
      .section(0)
      .begin(0);
    story.failed(0, `bad \u001b[31m\u001b[1;1H\u009b2Jthing\r\n${'x'.repeat(300)}`, '');
    const hostile = sample(story.at, { oldestTransaction: null });
    const [waiting] = hostile.builds;
    for (const blocker of waiting?.blockers ?? [])
      Object.assign(blocker, {
        application: '\u001b[5mevil\u0007\u200b名前',
        query: '\u001bP1;1|x\u001b\\SELECT \u001b[8m1',
      });
    const feed = new FixtureFeed(story, hostile);
    const screen = open(feed, { columns: 160, rows: 50 });
    await screen.shows('menuca');
    await screen.press('b', KEY.enter, KEY.escape, '3', KEY.enter);
    const written = screen.stdout.chunks.join('');
    for (const bad of ['\u001b[2J', '\u001b]0;', '\u001b[5m', '\u001b[8m', '\u001bP', '\u009b', '\u202e', '\u200b'])
      expect(written).not.toContain(bad);
    await screen.shows('evil名前');
  });

  it('loses nothing without UTF-8', async () => {
    const screen = open(running(), { env: { LANG: 'C' }, columns: 160, rows: 50 });
    await screen.shows('[1 Progress]');
    expect(await screen.text()).toMatch(/^[\x00-\x7f]*$/);
    await screen.shows('+ 1 Critical menu queries');
    await screen.press('A');
    await screen.shows('+- Abort this run? ---');
  });

  it('redraws only what changed', async () => {
    const feed = running();
    const screen = open(feed, { columns: 160, rows: 50 });
    await screen.shows('RUNNING');
    await screen.press();
    const before = screen.stdout.chunks.join('').length;
    for (let second = 1; second <= 10; second++) {
      screen.advance(1000);
      feed.set({ sample: sample(screen.now() - 200) });
      await screen.press();
      await screen.press();
    }
    const each = (screen.stdout.chunks.join('').length - before) / 10;
    expect(each).toBeLessThan(4000);
  });
});
