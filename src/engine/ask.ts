import { type ErrorFacts, isPassing } from '../run/index.ts';
import type { KeptSession } from './kept-session.ts';
import { type Session, toErrorFacts } from './session.ts';
import { pause } from './time.ts';

const AGAIN_MS = 500;
/** A cancelled or timed out question, and classes 53 and 58: out of resources, trouble of the system. */
const ASK_AGAIN = /^(57014|53...|58...)$/;

const isNoAnswer = (error: ErrorFacts): boolean =>
  isPassing(error) || (error.sqlstate !== null && ASK_AGAIN.test(error.sqlstate));

/**
 * Asks until there is an answer. A connection that was lost on the way is no answer, and neither is a question that was
 * cancelled or ran out of time or memory on a server under load. Fails with any other error, and when the session is
 * closed for good.
 */
export const askUntilAnswered = async <T>(kept: KeptSession, ask: (session: Session) => Promise<T>): Promise<T> => {
  for (;;) {
    const session = await kept.ready();
    try {
      return await ask(session);
    } catch (error) {
      const facts = toErrorFacts(error);
      // An error that is not the server's, on a session that lives, is a fault of our own.
      const ours = facts.sqlstate === null && !session.lost;
      if (ours || !(session.lost || isNoAnswer(facts))) throw error;
    }
    await pause(AGAIN_MS);
  }
};
