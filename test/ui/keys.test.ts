import { describe, expect, it } from 'vitest';
import type { Command, Phase } from '../../src/run/index.ts';
import { bindingsFor, commandFor, KEYMAP } from '../../src/ui/keymap.ts';
import { type Layout, layout } from '../../src/ui/model/layout.ts';
import { liveRowsWanted } from '../../src/ui/model/live.ts';
import { pressKey, pressText } from '../../src/ui/model/press.ts';
import { type Effect, initialUi, type Snapshot, type UiState } from '../../src/ui/model/ui-state.ts';
import { BLOCKING, FINDINGS, FixtureFeed, runningStory, Story, sample } from '../support/ui-events.ts';

const PHASES: Phase[] = [
  'preflight',
  'ready',
  'surveyed',
  'blocked',
  'running',
  'rolling-back',
  'aborting',
  'verifying',
  'finished',
];

class Keyboard {
  ui: UiState = initialUi;
  effects: Effect[] = [];
  readonly feed: FixtureFeed;
  readonly role: 'operator' | 'observer';
  readonly size: { columns: number; rows: number };

  constructor(story: Story, role: 'operator' | 'observer' = 'operator', size = { columns: 80, rows: 24 }) {
    this.feed = new FixtureFeed(story, sample(story.at));
    this.role = role;
    this.size = size;
  }

  get layout(): Layout {
    const { focus, zoomed } = this.ui;
    return layout({ ...this.size, focus, zoomed, liveWanted: liveRowsWanted, notices: 0, reading: false });
  }

  press(...strokes: string[]): this {
    for (const stroke of strokes) this.#take((context) => pressKey(this.ui, stroke, context));
    return this;
  }

  text(text: string, pasted = false): this {
    this.#take((context) => pressText(this.ui, text, pasted, context));
    return this;
  }

  #take(act: (context: Parameters<typeof pressKey>[2]) => ReturnType<typeof pressKey>): void {
    const view = this.feed.view();
    const live: Snapshot = { view, history: [], now: Date.parse(view.state?.at ?? '') };
    const pressed = act({ live, shown: this.ui.frozen ?? live, role: this.role, layout: this.layout });
    this.ui = pressed.ui;
    this.effects.push(...pressed.effects);
  }

  get sent(): Command[] {
    return this.effects.flatMap((effect) => (effect.type === 'send' ? [effect.command] : []));
  }

  get exits(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'exit' ? [effect.exit.how] : []));
  }
}

const running = () => new Keyboard(runningStory());
const ready = (options = {}, steps: Parameters<Story['preflight']>[1] = []) =>
  new Keyboard(new Story().start(options).preflight(FINDINGS, steps));

describe('y, where it means yes', () => {
  it('is never anything else before the go, and says why it is not taken', () => {
    const blocked = new Keyboard(new Story().start().preflight([BLOCKING]));
    expect(blocked.feed.view().state?.phase).toBe('blocked');
    blocked.press('y');
    expect(blocked.effects).toEqual([]);
    expect(blocked.ui.notice?.text).toContain('something blocks');
    for (const phase of PHASES) {
      const [y, c] = [commandFor('y', phase, 'operator'), commandFor('c', phase, 'operator')];
      const before = ['preflight', 'ready', 'surveyed', 'blocked'].includes(phase);
      expect([phase, y === 'copy', c]).toEqual([phase, !before, 'copy']);
    }
  });

  it('c copies the line of the checklist', () => {
    const blocked = new Keyboard(new Story().start().preflight([BLOCKING])).press('c');
    expect(blocked.effects).toMatchObject([{ type: 'copy' }]);
  });
});

describe('the keymap', () => {
  it('has these keys that change something', () => {
    const letters = bindingsFor('running', 'operator')
      .filter((binding) => binding.changes)
      .flatMap((binding) => binding.strokes);
    expect(letters.sort()).toEqual(['+', '-', 'A', 'B', 'C', 'D', 'E', 'K', 'P', 'S', 'T', 'W', 'X'].sort());
  });

  it('gives an observer no key that changes anything', () => {
    for (const phase of PHASES)
      for (const binding of KEYMAP.filter((one) => one.changes))
        for (const stroke of binding.strokes) {
          const command = commandFor(stroke, phase, 'observer');
          expect(KEYMAP.find((one) => one.command === command)?.changes ?? false).toBe(false);
        }
    const observer = new Keyboard(runningStory(), 'observer').press(
      'P',
      'C',
      'A',
      'A',
      'y',
      'S',
      'T',
      'X',
      '+',
      '-',
      'ctrl-c',
      'A',
      'A',
    );
    expect(observer.sent).toEqual([]);
  });

  it('does nothing with letters that have no meaning in a state', () => {
    for (const story of [
      new Story().start(),
      new Story().start().preflight(),
      runningStory().add({ type: 'abort.started', by: 'a', reason: 'b' }),
    ]) {
      const keyboard = new Keyboard(story).press('P', 'C', 'S', 'T', 'X', 'D', 'B', 'K');
      expect(keyboard.sent).toEqual([]);
    }
  });
});

describe('orders', () => {
  it('pauses and continues at once', () => {
    expect(running().press('P', 'C').sent).toEqual([{ type: 'pause' }, { type: 'continue' }]);
  });

  it.each([['A'], ['y']])('aborts after one question, answered with %s', (answer) => {
    const keyboard = running().press('A');
    expect(keyboard.ui.dialog).toEqual({ kind: 'abort' });
    expect(keyboard.sent).toEqual([]);
    expect(keyboard.press(answer).sent).toEqual([{ type: 'abort' }]);
  });

  it.each([['n'], ['escape'], ['enter'], ['space'], ['q'], ['a'], ['P'], ['[']])('does not abort on %s', (answer) => {
    const keyboard = running().press('A', answer);
    expect(keyboard.sent).toEqual([]);
    expect(keyboard.ui.dialog).toBeNull();
  });

  it('changes the number of builds, not below one', () => {
    expect(running().press('+').sent).toEqual([{ type: 'set-jobs', jobs: 3 }]);
    expect(running().press('-').sent).toEqual([{ type: 'set-jobs', jobs: 1 }]);
    const one = new Keyboard(runningStory({ jobs: 1 })).press('-');
    expect(one.sent).toEqual([]);
    expect(one.ui.notice?.text).toContain('the least');
  });

  it('cancels the build under the cursor, after a question', () => {
    const guess = running().press('X');
    expect(guess.ui.dialog).toBeNull();
    expect(guess.ui.notice?.text).toContain('2 to choose from');
    const chosen = running().press('down', 'X');
    expect(chosen.ui.dialog).toEqual({ kind: 'cancel-build', step: 16 });
    expect(chosen.press('enter').sent).toEqual([]);
    expect(chosen.press('X', 'y').sent).toEqual([{ type: 'cancel-build', step: 16 }]);
  });

  it('cancels nothing when the build has ended beneath the question', () => {
    const keyboard = running().press('down', 'X');
    keyboard.feed.set({ story: runningStory().built(16) });
    expect(keyboard.press('y').sent).toEqual([]);
    expect(keyboard.ui.notice?.text).toContain('has changed');
  });

  it('skips and retries the failed index', () => {
    const failed = () => new Keyboard(runningStory().failed(16));
    expect(failed().press('T').sent).toEqual([{ type: 'retry', step: 16 }]);
    expect(failed().press('S').sent).toEqual([]);
    expect(failed().press('S', 'y').sent).toEqual([{ type: 'skip', step: 16 }]);
    expect(running().press('S').ui.notice?.text).toContain('no index has failed');
    expect(failed().press('up', 'up', 'up', 'T').ui.notice?.text).toContain('no failed index');
  });
});

describe('go', () => {
  const leftovers: Parameters<Story['preflight']>[1] = [
    { step: 3, tableOid: 1, found: { kind: 'invalid', oid: 991, definition: '', ready: true } },
    { step: 5, tableOid: 1, found: { kind: 'invalid', oid: 992, definition: '', ready: false } },
  ];

  it('takes y, and nothing else', () => {
    expect(ready().press('enter', 'space', 'escape', 'Y').sent).toEqual([]);
    expect(ready().press('y').sent).toEqual([{ type: 'go', replaceInvalid: [], confirm: null }]);
  });

  it('is left with n or q, and nothing is sent', () => {
    for (const key of ['n', 'q']) {
      const keyboard = ready().press(key);
      expect(keyboard.exits).toEqual(['declined']);
      expect(keyboard.sent).toEqual([]);
    }
  });

  it('asks for exactly the leftovers that the findings name', () => {
    expect(ready({}, leftovers).press('y').sent).toEqual([]);
    expect(ready({}, leftovers).press('y', 'y').sent).toEqual([
      { type: 'go', replaceInvalid: [991, 992], confirm: null },
    ]);
    expect(ready({}, leftovers).press('y', 'n').sent).toEqual([{ type: 'go', replaceInvalid: [], confirm: null }]);
    expect(ready({}, leftovers).press('y', 'escape').sent).toEqual([]);
    expect(ready({}, leftovers).press('y', 'enter', 'space').sent).toEqual([]);
    expect(ready({ replaceInvalid: true }, leftovers).press('y').sent).toEqual([
      { type: 'go', replaceInvalid: [991, 992], confirm: null },
    ]);
  });

  it('wants the name of a production database, typed', () => {
    const production = () => ready({ environment: 'production' }).press('y');
    expect(production().press('y').press('enter').sent).toEqual([]);
    expect(production().press('enter').sent).toEqual([]);
    expect(production().text('menuca', true).press('enter').sent).toEqual([]);
    expect(production().text('menuca\r').sent).toEqual([]);
    expect(
      production()
        .press(...'menucb')
        .press('enter').ui.dialog,
    ).toMatchObject({ wrong: true, text: '' });
    expect(production().press(...'menucb', 'backspace', 'a', 'enter').sent).toEqual([
      { type: 'go', replaceInvalid: [], confirm: 'menuca' },
    ]);
    expect(production().text('menu').text('ca').press('enter').sent).toEqual([
      { type: 'go', replaceInvalid: [], confirm: 'menuca' },
    ]);
  });

  it('is void when preflight has looked again beneath the question', () => {
    const keyboard = ready({}, leftovers).press('y');
    keyboard.feed.set({ story: new Story().start().preflight(FINDINGS, leftovers).preflight(FINDINGS, leftovers) });
    expect(keyboard.press('y').sent).toEqual([]);
    expect(keyboard.ui.dialog).toBeNull();
  });

  it('looks again when something blocks', () => {
    const keyboard = new Keyboard(new Story().start().preflight([BLOCKING])).press('y', 'r');
    expect(keyboard.sent).toEqual([{ type: 'recheck' }]);
    expect(keyboard.press('q').exits).toEqual(['declined']);
  });
});

describe('leaving', () => {
  it('asks once while the run goes on', () => {
    expect(running().press('q').exits).toEqual([]);
    expect(running().press('q', 'q').exits).toEqual(['detached']);
    expect(running().press('q', 'escape', 'j').exits).toEqual([]);
  });

  it('leaves a finished run at once', () => {
    const story = runningStory().add({ type: 'run.finished', status: 0, reason: 'all built', leftToDo: [] });
    expect(new Keyboard(story).press('q').exits).toEqual(['finished']);
    expect(new Keyboard(story).press('ctrl-c').exits).toEqual(['finished']);
  });

  it('asks what Ctrl-C meant, from everywhere', () => {
    expect(running().press('ctrl-c').ui.dialog).toEqual({ kind: 'interrupt' });
    expect(running().press('A', 'ctrl-c').ui.dialog).toEqual({ kind: 'interrupt' });
    expect(running().press('ctrl-c', 'd').exits).toEqual(['detached']);
    expect(running().press('ctrl-c', 'A').sent).toEqual([]);
    expect(running().press('ctrl-c', 'A', 'A').sent).toEqual([{ type: 'abort' }]);
    expect(running().press('ctrl-c', 's').ui.dialog).toBeNull();
    expect(running().press('ctrl-c', 'ctrl-c', 'ctrl-c').exits).toEqual([]);
    expect(ready().press('ctrl-c', 'd').exits).toEqual(['declined']);
  });

  it('does not stop on Ctrl-Z', () => {
    const keyboard = running().press('ctrl-z');
    expect(keyboard.effects).toEqual([]);
    expect(keyboard.ui.notice?.text).toContain('q detaches');
  });
});

describe('looking', () => {
  it('goes through the panes', () => {
    const keyboard = running();
    const seen = ['tab', 'tab', 'tab', 'shift-tab'].map((key) => keyboard.press(key).ui.focus);
    expect(seen).toEqual(['live', 'log', 'progress', 'log']);
    expect(['1', '2', '3', '4'].map((key) => keyboard.press(key).ui.focus)).toEqual([
      'progress',
      'live',
      'log',
      'detail',
    ]);
    expect(keyboard.press('b').ui.focus).toBe('log');
    expect(keyboard.press('b').ui.focus).toBe('detail');
    expect(keyboard.press('escape').ui.focus).toBe('log');
  });

  it('zooms and comes back', () => {
    const keyboard = running().press('3', 'z');
    expect(Object.keys(keyboard.layout.panes)).toEqual(['log']);
    expect(Object.keys(keyboard.press('escape').layout.panes)).toEqual(['progress', 'live', 'log']);
  });

  it('unfolds a section and opens the details of a step', () => {
    const keyboard = running().press('g', 'enter');
    expect(keyboard.ui.folds).toEqual({ 0: true });
    expect(keyboard.press('down', 'enter').ui.dialog).toMatchObject({ kind: 'details', title: 'idx_dishes_course' });
    expect(keyboard.press('escape', 'up', 'enter').ui.folds).toEqual({ 0: false });
  });

  it('stops to follow the log when it is scrolled, and follows again', () => {
    const keyboard = running().press('3', 'k');
    const { seq } = keyboard.feed.view().state ?? { seq: 0 };
    expect(keyboard.ui.log).toMatchObject({ cursor: seq - 1, bottom: seq, seen: seq });
    expect(keyboard.press('g').ui.log).toMatchObject({ cursor: 1 });
    expect(keyboard.press('page-down').ui.log?.cursor).toBeGreaterThan(1);
    expect(keyboard.press('G').ui.log).toBeNull();
    expect(keyboard.press('page-up', 'j').ui.log).not.toBeNull();
    expect(keyboard.press('escape').ui.log).toBeNull();
  });

  it('filters the log', () => {
    const keyboard = running().press('/', ...'gate', 'enter');
    expect(keyboard.ui).toMatchObject({ filter: 'gate', dialog: null, focus: 'log' });
    expect(keyboard.press('/', 'backspace').text('Xy', true).ui.filter).toBe('gatXy');
    expect(keyboard.press('escape').ui.filter).toBe('');
  });

  it('freezes the display, never the deployment', () => {
    const keyboard = running().press('space');
    expect(keyboard.ui.frozen).not.toBeNull();
    expect(keyboard.press('P').sent).toEqual([{ type: 'pause' }]);
    expect(keyboard.press('space').ui.frozen).toBeNull();
  });

  it('copies without control characters', () => {
    const copied = running().press('3', 'y').effects;
    expect(copied).toHaveLength(1);
    expect(copied[0]).toMatchObject({ type: 'copy', text: expect.stringContaining('gate old-transaction') });
  });

  it('makes the help of the keymap', () => {
    expect(running().press('?').ui.dialog).toEqual({ kind: 'help', top: 0 });
    expect(running().press('?', 'j', 'j', 'k').ui.dialog).toEqual({ kind: 'help', top: 1 });
    expect(running().press('?', '?').ui.dialog).toBeNull();
  });
});

describe('several characters at once', () => {
  it.each(['AA', 'Ay', 'PP', 'q\r', 'A\ry\r', 'yy'])('%j is no shortcut', (text) => {
    for (const pasted of [true, false]) {
      expect(running().text(text, pasted)).toMatchObject({ ui: initialUi, effects: [] });
      expect(ready().text(text, pasted).effects).toEqual([]);
      expect(running().press('A').text(text, pasted).effects).toEqual([]);
    }
  });
});
