import type { Feed } from '../../client/index.ts';
import type { RunState } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import type { Terminal } from '../connection/prompt.ts';
import { saidInAdvance } from '../deploy/approve.ts';
import type { Consent } from '../deploy/consent.ts';
import { askAloud } from '../output/ask-aloud.ts';
import { rollbackListing } from './listing.ts';
import { chosenOf } from './selection.ts';

/** Settles with the state once what a rollback would drop is known; null when that is not going to happen. */
const whenSurveyed = (feed: Feed, signal: AbortSignal): Promise<RunState | null> =>
  new Promise((resolve) => {
    let end: () => void = () => undefined;
    const settle = (state: RunState | null) => {
      signal.removeEventListener('abort', look);
      end();
      resolve(state);
    };
    const look = () => {
      const { state, link } = feed.view();
      const over = state !== null && ['aborting', 'finished', 'rolling-back'].includes(state.phase);
      if (signal.aborted || over || link.status === 'ended') settle(null);
      else if (state !== null && state.survey !== null) settle(state);
    };
    signal.addEventListener('abort', look);
    end = feed.subscribe(look);
    look();
  });

/** The database's name, as it was given in advance or is typed now; null for no. */
const confirmed = async (
  feed: Feed,
  state: RunState,
  consent: Consent,
  terminal: Terminal | null,
  signal: AbortSignal,
): Promise<string | null> => {
  const name = state.database.database;
  if (saidInAdvance(consent, state.options.environment)) return consent.confirm ?? name;
  if (terminal === null) return null;
  const environment = state.options.environment === 'production' ? ' (PRODUCTION)' : '';
  const question = `Drop them from ${plainText(name)}${environment}? Type the database's name, anything else is no: `;
  return (await askAloud(feed, 'rollback', terminal, question, signal)) === name ? name : null;
};

/**
 * Says what would be dropped, and orders the rollback when it was agreed to: in advance, or by the name that the person at the
 * terminal types. Null when it was ordered, else why not.
 */
export const approveRollback = async (
  feed: Feed,
  about: { steps: Set<number> | null; consent: Consent; probe: boolean; print: (line: string) => void },
  terminal: Terminal | null,
  signal: AbortSignal,
): Promise<string | null> => {
  const { steps, consent, probe, print } = about;
  const state = await whenSurveyed(feed, signal);
  if (state === null) return null;
  const chosen = chosenOf(state.survey?.indexes ?? [], steps);
  for (const line of rollbackListing(state, chosen, Date.now())) print(line);
  const confirm = await confirmed(feed, state, consent, terminal, signal);
  if (signal.aborted) return null;
  if (confirm === null) return 'the rollback was not confirmed';
  const oids = chosen.map(({ oid }) => oid);
  const reply = await feed.send({ type: 'roll-back', oids, all: steps === null, confirm, ...(probe ? { probe } : {}) });
  return reply.ok ? null : `the rollback was refused: ${reply.why}`;
};
