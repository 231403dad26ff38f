import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/run/index.ts';
import { FixtureFeed, runningStory, type Story, sample } from '../support/ui-events.ts';
import { KEY, type OpenScreen, openScreen } from '../support/ui-terminal.ts';

const opened: OpenScreen[] = [];

afterEach(async () => {
  for (const screen of opened.splice(0)) {
    await screen.press(KEY.escape, KEY.escape, KEY.ctrlC, 'd', 'q');
    await screen.exit;
  }
});

const NOTES = ['Ask the shop before this one.', 'Takes \u001b[31mlong\u202e on production: 40 minutes'];

/** A run whose third section, the one under way, has notes. */
const noted = (): Story => {
  const story = runningStory();
  const first = story.events[0] as Extract<RunEvent, { type: 'run.started' }>;
  const sections = first.plan.sections.map((section, at) => (at === 2 ? { ...section, notes: NOTES } : section));
  story.events[0] = { ...first, plan: { ...first.plan, sections } };
  return story;
};

const open = (columns: number, rows: number): OpenScreen => {
  const story = noted();
  const screen = openScreen(new FixtureFeed(story, sample(story.at)), { now: story.at + 500, columns, rows });
  opened.push(screen);
  return screen;
};

describe.each([
  [80, 24],
  [160, 50],
])('what the script says of a section, at %dx%d', (columns, rows) => {
  it('is shown with all about it, and cannot steer the terminal', async () => {
    const screen = open(columns, rows);
    await screen.press('i');
    await screen.shows('Section 3: Ingredient groups');
    await screen.shows('what the script says of it:');
    await screen.shows('Ask the shop before this one.');
    await screen.shows(/Takes .*long.* on production: 40 minutes/);
    expect(await screen.text()).not.toContain('\u202e');
    await screen.shows(/plan\.sql:\d+, 3 of 6 done/);
  });

  it('is among all about one of its steps', async () => {
    const screen = open(columns, rows);
    await screen.press(KEY.enter);
    await screen.shows('Ask the shop before this one.');
  });
});
