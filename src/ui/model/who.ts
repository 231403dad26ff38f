import type { FeedView, WaitingOrder } from '../../client/feed.ts';
import { QUESTIONS } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { clockSince } from './format.ts';
import type { Snapshot } from './ui-state.ts';

/** One's own orders that wait, the oldest first: those in the name that this screen has in the run. */
export const ownWaiting = ({ state, client, waiting = [] }: FeedView): WaitingOrder[] => {
  const me = state?.clients.find(({ id }) => id === client);
  return me === undefined ? [] : waiting.filter(({ by, role }) => me.name === plainText(`${by} (role ${role})`));
};

const typeOf = (command: unknown): string =>
  typeof command === 'object' && command !== null && 'type' in command ? plainText(String(command.type)) : 'an order';

/** An order that waits, in words. */
export const waitingText = ({ command, by, role, at }: WaitingOrder, now: number): string =>
  `${typeOf(command)} by ${plainText(by)} (role ${plainText(role)}), for ${clockSince(at, now)}`;

/** Everybody who follows the run, what is being asked, and which orders wait. */
export const whoIsHere = ({ view, now }: Snapshot): string[] => {
  const { state, sample, client: me, waiting = [] } = view;
  if (state === null) return ['nothing is known yet'];
  const clients = state.clients.map(({ id, role, name, since, asking }) => {
    const does = id === state.hand ? 'operates' : role === 'operator' ? 'stands by' : 'watches';
    const asked = asking === null ? '' : `; is being asked ${QUESTIONS[asking.question]}`;
    return `${plainText(name)}${id === me ? ' (this screen)' : ''}  ${does}, for ${clockSince(since, now)}${asked}`;
  });
  const watchers = (sample?.watchers ?? [])
    .filter(({ run }) => run === state.run)
    .map(
      ({ name, role, since }) =>
        `${plainText(name)} (role ${plainText(role)})  watches, elsewhere${since === null ? '' : `, for ${clockSince(since, now)}`}`,
    );
  const orders = waiting.map((order) => `order waits: ${waitingText(order, now)}`);
  const lines = [...clients, ...watchers, ...orders];
  return lines.length === 0 ? ['nobody follows this run'] : lines;
};
