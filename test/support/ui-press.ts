import type { FeedView } from '../../src/client/feed.ts';
import { type Command, type EventBody, type RunState, replay } from '../../src/run/index.ts';
import { kindOf } from '../../src/ui/dialogs/index.ts';
import { dialogContext } from '../../src/ui/model/answer.ts';
import { type Role, roleNow } from '../../src/ui/model/header.ts';
import { layout } from '../../src/ui/model/layout.ts';
import { liveRowsWanted } from '../../src/ui/model/live.ts';
import { type PressContext, pressKey, pressText } from '../../src/ui/model/press.ts';
import { rowText } from '../../src/ui/model/row.ts';
import { type Effect, initialUi, type Snapshot, type UiState } from '../../src/ui/model/ui-state.ts';
import { FixtureFeed, runningStory, type Story, sample } from './ui-events.ts';

export const stateOf = (story: Story): RunState => {
  const state = replay(story.events);
  if (state === null) throw new Error('no events');
  return state;
};

/** A screen on a running run, at which keys are pressed. `more`: what else the feed shows. */
export const pressedScreen = (started: Role = 'operator', more: Partial<FeedView> = {}) => {
  const story = runningStory();
  let ui: UiState = initialUi;
  const effects: Effect[] = [];
  const context = (): PressContext => {
    const view = { ...new FixtureFeed(story, sample(story.at)).view(), ...more };
    const live: Snapshot = { view, history: [], now: story.at };
    const size = { columns: 80, rows: 24, focus: ui.focus, zoomed: ui.zoomed };
    return {
      live,
      shown: live,
      role: roleNow(started, view),
      layout: layout({ ...size, liveWanted: liveRowsWanted, notices: 0, reading: false }),
    };
  };
  const take = (pressed: { ui: UiState; effects: Effect[] }) => {
    ui = pressed.ui;
    effects.push(...pressed.effects);
  };
  return {
    story,
    context,
    press: (...strokes: string[]) => {
      for (const stroke of strokes) take(pressKey(ui, stroke, context()));
    },
    paste: (text: string) => take(pressText(ui, text, true, context())),
    add: (body: EventBody) => story.add(body),
    ui: () => ui,
    effects: (): Effect[] => effects,
    sent: (): Command[] => effects.flatMap((effect) => (effect.type === 'send' ? [effect.command] : [])),
    shows: (): string => {
      if (ui.dialog === null) return '';
      const { title, rows, answers } = kindOf(ui.dialog).view(ui.dialog, dialogContext(context()), 76);
      return [title, ...rows.map(rowText), answers].join('\n');
    },
  };
};
