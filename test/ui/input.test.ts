import { afterEach, describe, expect, it } from 'vitest';
import { FixtureFeed, runningStory, sample } from '../support/ui-events.ts';
import { KEY, type OpenScreen, openScreen } from '../support/ui-terminal.ts';

const opened: OpenScreen[] = [];

const open = (story = runningStory(), role: 'operator' | 'observer' = 'operator') => {
  const feed = new FixtureFeed(story, sample(story.at));
  const screen = openScreen(feed, { now: story.at + 500, role });
  opened.push(screen);
  return { feed, screen };
};

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

afterEach(async () => {
  for (const screen of opened.splice(0)) {
    await screen.press(KEY.escape, KEY.escape, KEY.ctrlC, 'd', 'q');
    await screen.exit;
  }
});

describe('the keyboard, as terminals send it', () => {
  it('takes one key at a time', async () => {
    const { feed, screen } = open();
    await screen.press('P', 'A', 'A');
    expect(feed.sent).toEqual([{ type: 'pause' }, { type: 'abort' }]);
  });

  it.each(['PP', 'AA', 'Ay\r', 'PAAy'])('does not take %j in one piece for keys', async (chunk) => {
    const { feed, screen } = open();
    await screen.press(chunk);
    expect(feed.sent).toEqual([]);
    await screen.press('A', chunk);
    expect(feed.sent).toEqual([]);
    await screen.shows('Abort this run?');
  });

  it('does not take a paste for keys', async () => {
    const { feed, screen } = open();
    await screen.press('\u001b[200~A\u001b[201~', '\u001b[200~y\u001b[201~', '\u001b[200~P\u001b[201~');
    expect(feed.sent).toEqual([]);
    expect(await screen.text()).not.toContain('Abort this run?');
  });

  it.each([
    ['whole', ['\u001b[A']],
    ['after the Escape', ['\u001b', '[A']],
    ['before the letter', ['\u001b[', 'A']],
    ['everywhere', ['\u001b', '[', 'A']],
    ['with a modifier', ['\u001b[1;', '2A']],
    ['with a modifier, in small pieces', ['\u001b', '[', '1', ';2', 'A']],
    ['of the application mode', ['\u001bO', 'A']],
    ['of the application mode, everywhere', ['\u001b', 'O', 'A']],
  ])('an arrow that comes in pieces, %s, orders nothing', async (_what, pieces) => {
    const { feed, screen } = open();
    for (let again = 0; again < 3; again++)
      for (const piece of pieces) {
        screen.stdin.type(piece);
        await wait(40);
      }
    expect(feed.sent).toEqual([]);
    expect(await screen.text()).not.toContain('Abort this run?');
  });

  it('an Escape and a letter in one piece orders nothing', async () => {
    const { feed, screen } = open();
    await screen.press('\u001bP', '\u001bA', '\u001bA', '\u001by');
    expect(feed.sent).toEqual([]);
  });

  it('takes the next key after an Escape as usual', async () => {
    const { feed, screen } = open();
    await screen.press('?');
    await screen.shows('These act on the run');
    await screen.press(KEY.escape, 'P');
    expect(feed.sent).toEqual([{ type: 'pause' }]);
  });

  it('says why a command was refused, for some seconds', async () => {
    const { feed, screen } = open();
    feed.reply = () => ({ ok: false, why: 'the run is paused already' });
    await screen.press('P');
    await screen.shows('! pause refused: the run is paused already');
    screen.advance(7000);
    feed.set({});
    await screen.hides('refused');
  });

  it('does not fall when sending fails', async () => {
    const { feed, screen } = open();
    feed.reply = () => Promise.reject(new Error('socket closed'));
    await screen.press('P');
    await screen.shows('pause refused: socket closed');
  });

  it('freezes: the panes stand still, the state does not', async () => {
    const { feed, screen } = open();
    await screen.press(' ');
    await screen.shows('FROZEN for 00:00:00');
    const story = runningStory()
      .built(16)
      .add({ type: 'run.paused', cause: 'operator', gate: null, by: 'anna', reason: 'ordered' });
    screen.advance(60_000);
    feed.set({ story });
    await screen.shows(/FROZEN .*PAUSED/);
    expect(await screen.text()).not.toContain('PAUSED (operator)');
    await screen.press(' ');
    await screen.shows('PAUSED (operator)');
    await screen.hides('FROZEN');
  });

  it('counts what is new below while the log stands still', async () => {
    const { feed, screen } = open();
    await screen.press('3', 'k', 'k');
    const before = (await screen.lines()).filter((line) => line.includes(' build begins '));
    feed.set({ story: runningStory().built(16).begin(17).built(17) });
    await screen.shows('3 new below, G follows');
    expect((await screen.lines()).filter((line) => line.includes(' build begins '))).toEqual(before);
    await screen.press('G');
    await screen.shows(/3 Log.* follow/);
  });

  it('filters the log while it is typed', async () => {
    const { screen } = open();
    await screen.press('/', 'g', 'a', 't', 'e');
    await screen.shows(/ \/ gate_ +Enter: keep {3}Esc: no filter/);
    await screen.shows('filter "gate"');
    expect(await screen.text()).not.toContain('build begins');
    await screen.press(KEY.enter, KEY.escape);
    await screen.shows('build begins');
  });

  it('shows an observer the same, without the keys that change anything', async () => {
    const { feed, screen } = open(runningStory(), 'observer');
    await screen.shows('OBSERVER');
    const footer = (await screen.lines())[23] ?? '';
    expect(footer).not.toMatch(/pause|abort|cancel|skip/);
    await screen.press('?');
    await screen.shows('These only look');
    expect(await screen.text()).not.toContain('These act on the run');
    await screen.press(KEY.escape, 'A', 'A', 'P', 'X');
    expect(feed.sent).toEqual([]);
    await screen.press('q');
    expect(await screen.exit).toEqual({ how: 'detached' });
  });

  it('gives the line to the clipboard of the terminal', async () => {
    const { screen } = open();
    await screen.press('3', 'y');
    const sent = /\u001b\]52;c;([A-Za-z0-9+/=]+)\u0007/.exec(screen.stdout.chunks.join(''))?.[1] ?? '';
    expect(Buffer.from(sent, 'base64').toString()).toContain('gate old-transaction');
  });
});
