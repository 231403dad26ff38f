import type { Command, OrderSource, Question } from './commands.ts';
import type { EventBody } from './events.ts';
import type { ClientState, RunState } from './state.ts';
import { accept, refuse, type Verdict } from './verdict.ts';

/** What every operator may order at any time, whoever has the hand: it only ever makes things safer. */
const ANYBODYS: ReadonlySet<Command['type']> = new Set(['abort', 'pause', 'take-over', 'asking']);

/** The screen that operates the run; null when none does. */
export const handOf = (state: RunState): ClientState | null =>
  state.clients.find((client) => client.id === state.hand) ?? null;

/**
 * Why this order is not for this screen to give; null when it is. One operates at a time; a caller, who has no screen, says
 * what he means in so many words, and is heard as before.
 */
export const notInHand = (state: RunState, command: Command, from: OrderSource | undefined): string | null => {
  const hand = handOf(state);
  if (hand === null || from === undefined || from.client === null || from.client === hand.id) return null;
  return ANYBODYS.has(command.type) ? null : `${hand.name} operates this run: take over first`;
};

/** A screen takes the hand. */
export const takeOver = (state: RunState, from: OrderSource | undefined): Verdict => {
  const taker = state.clients.find((client) => client.id === from?.client && client.role === 'operator');
  if (taker === undefined) return refuse('only an operator’s screen can take over');
  const hand = handOf(state);
  if (hand?.id === taker.id) return refuse('this screen operates the run already');
  const { id: client, name } = taker;
  return accept('you operate the run now', { type: 'operator.changed', client, name, from: hand?.name ?? null });
};

/** A confirmation was opened or closed on an operator's screen: a fact about the screen, and no order. */
export const asked = (state: RunState, question: Question | null, from: OrderSource | undefined): EventBody[] => {
  const client = state.clients.find((each) => each.id === from?.client && each.role === 'operator');
  if (client === undefined || (client.asking?.question ?? null) === question) return [];
  const { id, name } = client;
  const closed: EventBody[] =
    client.asking === null ? [] : [{ type: 'question.closed', client: id, name, question: client.asking.question }];
  return question === null ? closed : [...closed, { type: 'question.opened', client: id, name, question }];
};
