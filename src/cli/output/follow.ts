import type { Feed } from '../../client/index.ts';
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

/** Settles when the run has ended, in its own words or by the end of its engine. */
export const runEnded = (feed: Feed): Promise<void> =>
  new Promise((resolve) => {
    let end: () => void = () => undefined;
    const look = () => {
      const { state, link } = feed.view();
      if (state?.phase !== 'finished' && link.status !== 'ended') return;
      end();
      resolve();
    };
    end = feed.subscribe(look);
    look();
  });
