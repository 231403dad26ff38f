import type { Feed } from '../client/feed.ts';
import { remember } from './model/history.ts';
import type { Snapshot } from './model/ui-state.ts';

/** Milliseconds since 1970. Tests hold it. */
export type Clock = () => number;

/** What is drawn, as React wants it: the same object until something changes. */
export interface Store {
  subscribe(listener: () => void): () => void;
  snapshot(): Snapshot;
}

/** Faster than this nobody reads; Ink limits the frames themselves. */
const SETTLE_MS = 80;
const TICK_MS = 1000;
/** Samples come once a second: their drawing is the tick, as long as they come. */
const AFTER_NEWS_MS = 1150;

/** The feed, the history of its samples and the time, in one place. One timer ticks for all that shows an age. */
export const makeStore = (feed: Feed, clock: Clock): Store => {
  const listeners = new Set<() => void>();
  const view = feed.view();
  let snapshot: Snapshot = { view, history: remember([], view.sample), now: clock() };
  let tick: NodeJS.Timeout | undefined;
  let settling: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;

  const refresh = (nextTickMs: number): void => {
    clearTimeout(settling);
    clearTimeout(tick);
    settling = undefined;
    tick = setTimeout(refresh, nextTickMs, TICK_MS);
    const next = feed.view();
    snapshot = { view: next, history: remember(snapshot.history, next.sample), now: clock() };
    for (const listener of listeners) listener();
  };
  const changed = (): void => {
    settling ??= setTimeout(refresh, SETTLE_MS, AFTER_NEWS_MS);
  };
  const start = (): void => {
    leave = feed.subscribe(changed);
    changed();
  };
  const stop = (): void => {
    leave?.();
    clearTimeout(tick);
    clearTimeout(settling);
    settling = undefined;
  };
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    snapshot: () => snapshot,
  };
};
