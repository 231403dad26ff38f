import type { Action, EventBody, Input, Response, RunState, World } from '../../../src/run/index.ts';
import { describeFailure } from './failure.ts';
import { type Parts, REAL_PARTS } from './fake-engine.ts';
import { History } from './history.ts';
import { BrokenRule } from './rules.ts';

/** What is broken on purpose, the rule that finds it, and how. */
export type Fault = [fault: string, rule: string, parts: Partial<Parts>];

/** So many histories are enough to find each fault. */
const ENOUGH = 60_000;

/** The first history that breaks this rule, as a person would read of it; null when none does. */
export const brokenBy = (parts: Partial<Parts>, rule: string): string | null => {
  for (let seed = 1; seed <= ENOUGH; seed++) {
    const history = new History(seed, { ...REAL_PARTS, ...parts });
    try {
      history.run();
    } catch (error) {
      if (!(error instanceof BrokenRule)) throw error;
      if (error.rule === rule) return describeFailure(seed, error, history.journal);
    }
  }
  return null;
};

export const deciding = (change: (state: RunState, world: World) => Action[]): Partial<Parts> => ({ decide: change });

export const responding = (
  change: (response: Response, input: Input, state: RunState) => EventBody[],
): Partial<Parts> => ({
  respond: (state, input, now) => {
    const response = REAL_PARTS.respond(state, input, now);
    return { ...response, events: change(response, input, state) };
  },
});

/** Changes the input before the real rules see it. */
export const hearing = (change: (input: Input) => Input): Partial<Parts> => ({
  respond: (state, input, now) => REAL_PARTS.respond(state, change(input), now),
});
