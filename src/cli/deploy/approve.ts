import type { Feed, FeedView } from '../../client/index.ts';
import { capitalised, invalidLeftovers, type RunState, whatIsAhead } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import type { Terminal } from '../connection/prompt.ts';
import { askAloud } from '../output/ask-aloud.ts';
import type { Consent } from './consent.ts';

const isOver = ({ state, link }: FeedView): boolean => state?.phase === 'finished' || link.status === 'ended';

/** Settles with the state when the run waits for go; null when that is not going to happen. */
const whenReady = (feed: Feed, signal: AbortSignal): Promise<RunState | null> =>
  new Promise((resolve) => {
    let end: () => void = () => undefined;
    const settle = (state: RunState | null) => {
      signal.removeEventListener('abort', look);
      end();
      resolve(state);
    };
    const look = () => {
      const view = feed.view();
      if (view.state?.phase === 'ready') settle(view.state);
      else if (signal.aborted || isOver(view) || view.state?.approvedAt) settle(null);
    };
    signal.addEventListener('abort', look);
    end = feed.subscribe(look);
    look();
  });

const saidYes = (answer: string | null): boolean => /^y(es)?$/i.test(answer ?? '');

/** What the person at the terminal says: the go, or null for no. */
const askPerson = async (
  feed: Feed,
  state: RunState,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<{ replaceInvalid: number[]; confirm: string | null } | null> => {
  const ask = (question: string) => askAloud(feed, 'go', terminal, question, signal);
  const database = plainText(state.database.database);
  const ahead = capitalised(whatIsAhead(state));
  const where = `${database} at ${plainText(state.database.host)}`;
  const leftovers = state.options.replaceInvalid ? [] : invalidLeftovers(state);
  const names = leftovers.map(({ create }) => plainText(create.name)).join(', ');
  const replace = leftovers.length > 0 && saidYes(await ask(`Drop and rebuild what is invalid: ${names}? [y/N] `));
  const replaceInvalid = replace ? leftovers.map(({ oid }) => oid) : [];
  if (state.options.environment === 'production') {
    const question = `${ahead} in PRODUCTION on ${where}? Type the database's name: `;
    const confirm = await ask(question);
    return confirm === state.database.database ? { replaceInvalid, confirm } : null;
  }
  const answer = await ask(`${ahead} on ${where}? [y/N] `);
  return saidYes(answer) ? { replaceInvalid, confirm: null } : null;
};

/** Whether all that would be asked was said before. */
export const saidInAdvance = ({ yes, confirm }: Consent, environment: string | null): boolean =>
  yes && (environment !== 'production' || confirm !== null);

/**
 * Says go for a run once preflight is done: because it was said in advance, or when the person at the terminal says so.
 * A no ends the run before it has begun. `signal`: the client leaves, and takes its question with it.
 */
export const approve = async (
  feed: Feed,
  consent: Consent,
  terminal: Terminal | null,
  signal: AbortSignal,
): Promise<void> => {
  const state = await whenReady(feed, signal);
  if (state === null) return;
  const said = saidInAdvance(consent, state.options.environment)
    ? { replaceInvalid: [], confirm: consent.confirm }
    : terminal === null
      ? null
      : await askPerson(feed, state, terminal, signal);
  // Left, or another operator was quicker.
  if (signal.aborted || feed.view().state?.phase !== 'ready') return;
  const reply = said === null ? null : await feed.send({ type: 'go', ...said });
  if (reply?.ok || feed.view().state?.phase !== 'ready') return;
  await feed.send({
    type: 'abort',
    reason: reply === null ? 'the go was not given' : `the go was refused: ${reply.why}`,
  });
};
