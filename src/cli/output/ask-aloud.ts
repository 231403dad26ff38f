import type { Feed } from '../../client/index.ts';
import type { Question } from '../../run/index.ts';
import type { Terminal } from '../connection/prompt.ts';
import { ask } from './question.ts';

/** Asks for a line about a run, as `ask` does, and lets all its screens see for so long what is being asked. */
export const askAloud = async (
  feed: Feed,
  about: Question,
  terminal: Terminal,
  question: string,
  signal: AbortSignal,
): Promise<string | null> => {
  // Nobody waits for that: it is a courtesy, and the answer is what counts.
  void feed.send({ type: 'asking', question: about });
  const answer = await ask(terminal, question, signal);
  void feed.send({ type: 'asking', question: null });
  return answer;
};
