import { useCallback, useEffect, useReducer, useRef, useSyncExternalStore } from 'react';
import type { Reply } from '../../client/feed.ts';
import type { Command, Question } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { questionOf } from '../dialogs/index.ts';
import type { Stroke } from '../keymap.ts';
import { standing, voided } from '../model/answer.ts';
import { type Role, roleNow } from '../model/header.ts';
import type { Layout } from '../model/layout.ts';
import { pressKey, pressText } from '../model/press.ts';
import {
  type Effect,
  initialUi,
  type Pressed,
  type ScreenExit,
  type Snapshot,
  say,
  type UiState,
} from '../model/ui-state.ts';
import type { Clock, Store } from '../store.ts';

/** What the screen needs of the outside. */
export interface ScreenProps {
  store: Store;
  role: Role;
  clock: Clock;
  send(command: Command): Promise<Reply>;
  /** Take back an order that waits. */
  withdraw(order: string): Promise<Reply>;
  exit(how: ScreenExit): void;
  /** Give the text to the terminal's clipboard. */
  copy(text: string): void;
  /** Draw everything anew: somebody else has written on the terminal. */
  redraw(): void;
}

export interface Screen {
  ui: UiState;
  /** What this screen may do now. */
  role: Role;
  live: Snapshot;
  /** What is drawn: `live`, or the moment at which the display was frozen. */
  shown: Snapshot;
  key(stroke: Stroke, layout: Layout): void;
  text(text: string, pasted: boolean, layout: Layout): void;
}

/** The state of the screen and of the run, and what keys do to them. */
export const useScreen = (props: ScreenProps, layoutOf: (ui: UiState, live: Snapshot) => Layout): Screen => {
  const { store, clock, send } = props;
  const live = useSyncExternalStore(store.subscribe, store.snapshot);
  const role = roleNow(props.role, live.view);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  // Two keys may come before the next drawing: the second must see what the first has done.
  const ui = useRef<UiState>(initialUi);

  const update = useCallback((next: UiState) => {
    ui.current = next;
    redraw();
  }, []);

  const answered = (what: string, reply: Reply): void => {
    if (reply.ok) {
      // The run's own state shows what it came to.
      if (ui.current.notice?.text === `${what}: sent to the engine`) update({ ...ui.current, notice: null });
      return;
    }
    update(say(ui.current, `${what} refused: ${plainText(reply.why)}`, clock()));
  };

  const withdraw = (order: string): void => {
    void props.withdraw(order).then(({ why }) => update(say(ui.current, plainText(why), clock(), 'info')));
  };

  const carryOut = (effect: Effect): void => {
    if (effect.type === 'exit') props.exit(effect.exit);
    if (effect.type === 'copy') props.copy(effect.text);
    if (effect.type === 'redraw') props.redraw();
    if (effect.type === 'withdraw') withdraw(effect.order);
    if (effect.type !== 'send') return;
    update(say(ui.current, `${effect.what}: sent to the engine`, clock(), 'info'));
    const refused = (error: unknown): Reply => ({
      ok: false,
      why: error instanceof Error ? error.message : String(error),
    });
    props
      .send(effect.command)
      .catch(refused)
      .then((reply) => answered(effect.what, reply));
  };

  const press = (act: (ui: UiState) => Pressed): void => {
    const pressed = act(ui.current);
    update(pressed.ui);
    for (const effect of pressed.effects) carryOut(effect);
  };

  const { dialog, notice } = ui.current;
  const layout = layoutOf(ui.current, live);
  const isVoid = dialog !== null && !standing(dialog, { live, role, layout });
  const isOver = notice !== null && notice.until <= live.now;
  useEffect(() => {
    if (isVoid) update(voided(ui.current, clock()));
    else if (isOver) update({ ...ui.current, notice: null });
  }, [isVoid, isOver, clock, update]);

  // Everybody else sees that it is being asked.
  const question = props.role === 'operator' && live.view.state?.phase !== 'finished' ? questionOf(dialog) : null;
  const told = useRef<Question | null>(null);
  useEffect(() => {
    if (told.current === question) return;
    told.current = question;
    void send({ type: 'asking', question }).catch(() => undefined);
  }, [question, send]);

  const shown = ui.current.frozen ?? live;
  const context = (layout: Layout) => ({
    live: store.snapshot(),
    shown: ui.current.frozen ?? store.snapshot(),
    role,
    layout,
  });
  return {
    ui: ui.current,
    role,
    live,
    shown,
    key: (stroke, layout) => press((state) => pressKey(state, stroke, context(layout))),
    text: (text, pasted, layout) => press((state) => pressText(state, text, pasted, context(layout))),
  };
};
