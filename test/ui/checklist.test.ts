import { afterEach, expect, it } from 'vitest';
import { BLOCKING, FINDINGS, FixtureFeed, Story, sample } from '../support/ui-events.ts';
import { KEY, type OpenScreen, openScreen } from '../support/ui-terminal.ts';

const opened: OpenScreen[] = [];

const open = (feed: FixtureFeed, columns: number, rows: number, role: 'operator' | 'observer' = 'operator') => {
  const now = Date.parse(feed.view().state?.at ?? '') + 1000;
  const screen = openScreen(feed, { now, columns, rows, role });
  opened.push(screen);
  return screen;
};

afterEach(async () => {
  for (const screen of opened.splice(0)) {
    await screen.press(KEY.escape, KEY.escape, KEY.ctrlC, 'd', 'q');
    await screen.exit;
  }
});

it.each([
  [80, 24],
  [160, 50],
])('at %ix%i: the cursor moves, Enter opens, and what is mended turns green without a key', async (columns, rows) => {
  const story = new Story().start().preflight([...FINDINGS, BLOCKING]);
  const feed = new FixtureFeed(story, sample(story.at));
  const screen = open(feed, columns, rows);
  await screen.shows('BLOCKED');
  await screen.shows(/✗ no-table +Table menuca_v3.combo_steps does not exist/);
  await screen.shows('finds  1 blocking, 1 warning');
  await screen.press('j');
  await screen.shows(/>! old-transaction +pid 12247/);
  await screen.press(KEY.enter);
  await screen.shows('what to do: End it, or let its owner end it');
  await screen.press(KEY.escape);
  await screen.press('k');
  feed.set({ story: story.looksAgain(FINDINGS) });
  await screen.shows(/>✓ no-table .* cleared \ds ago/);
  await screen.shows('READY');
  await screen.shows('0 blocking, 1 warning');
  expect((await screen.lines()).at(-1)).toMatch(/y build/);
});

it('an observer sees the same checklist, and has no key that looks again', async () => {
  const story = new Story()
    .start()
    .preflight([...FINDINGS, BLOCKING])
    .looksAgain(FINDINGS);
  const feed = new FixtureFeed(story, sample(story.at));
  const screen = open(feed, 80, 24, 'observer');
  await screen.shows(/✓ no-table .* cleared/);
  expect(await screen.text()).not.toMatch(/look again/);
  feed.set({ looked: new Date(story.at + 800).toISOString() });
  await screen.shows('looked at 0s ago');
});

it('a name that is being typed stays while a warning goes, and is void when one comes', async () => {
  const story = new Story().start({ environment: 'production' }).preflight(FINDINGS);
  const feed = new FixtureFeed(story, sample(story.at));
  const screen = open(feed, 80, 24);
  await screen.shows('READY');
  await screen.press('y');
  await screen.shows('PRODUCTION: type the name');
  await screen.press('m', 'e');
  feed.set({ story: story.looksAgain(FINDINGS.filter(({ code }) => code !== 'old-transaction')) });
  await screen.shows('> me_');
  feed.set({ story: story.looksAgain(FINDINGS) });
  await screen.shows('the question is closed');
});
