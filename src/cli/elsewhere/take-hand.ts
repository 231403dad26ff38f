import type { LiveFeed } from '../../client/index.ts';
import { handOf } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import type { Terminal } from '../connection/prompt.ts';
import { type Io, say } from '../io.ts';
import { askAloud } from '../output/ask-aloud.ts';
import { untilShown } from '../output/follow.ts';

/** Takes the hand from whoever has it: asked first, unless it was said. Gives whether this client has it now. */
export const takeHand = async (client: LiveFeed, yes: boolean, terminal: Terminal | null, io: Io): Promise<boolean> => {
  await untilShown(client, ({ state, client: me }) => state?.clients.some(({ id }) => id === me) ?? false);
  const { state, client: me } = client.view();
  const hand = state === null ? null : handOf(state);
  if (hand === null || hand.id === me) return true;
  const question = `${plainText(hand.name)} operates this run since ${hand.since}. Take over? [y/N] `;
  const asked = (at: Terminal) => askAloud(client, 'take-over', at, question, new AbortController().signal);
  const answer = yes ? 'y' : terminal === null ? null : await asked(terminal);
  if (!/^y(es)?$/i.test(answer ?? '')) {
    say(io, `${plainText(hand.name)} operates this run: you may pause and abort it, and no more`);
    return false;
  }
  const { ok, why } = await client.send({ type: 'take-over' });
  say(io, ok ? why : `take over refused: ${why}`);
  return ok;
};
