import type { Feed, FeedView } from '../../client/index.ts';
import type { RunEvent } from '../../run/index.ts';

/** Calls `each` for every event behind `after`, those that were there first; the function that comes back ends that. */
export const followEvents = (feed: Feed, after: number, each: (event: RunEvent) => void): (() => void) => {
  let seen = after;
  const catchUp = () => {
    const { events } = feed.view();
    for (; seen < events.length; seen += 1) {
      const event = events[seen];
      if (event !== undefined) each(event);
    }
  };
  const end = feed.subscribe(catchUp);
  catchUp();
  return end;
};

/** Settles when `is` holds for what the feed shows, when the feed has ended, or after `withinMs`. */
export const untilShown = (feed: Feed, is: (view: FeedView) => boolean, withinMs?: number): Promise<void> =>
  new Promise((resolve) => {
    let end: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(timer);
      end();
      resolve();
    };
    const look = () => {
      const view = feed.view();
      if (is(view) || view.link.status === 'ended') settle();
    };
    if (withinMs !== undefined) timer = setTimeout(settle, withinMs);
    end = feed.subscribe(look);
    look();
  });

/** Settles when the run has ended, in its own words or by the end of its engine. */
export const runEnded = (feed: Feed): Promise<void> => untilShown(feed, ({ state }) => state?.phase === 'finished');
