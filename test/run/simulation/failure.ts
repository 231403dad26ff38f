import type { RunEvent } from '../../../src/run/index.ts';
import { BrokenRule } from './rules.ts';

const LAST = 15;

/** What a person needs of a history that broke a rule: which, how it came to it, and how to see it again. */
export const describeFailure = (seed: number, error: unknown, journal: readonly RunEvent[]): string => {
  const what = error instanceof BrokenRule ? error.message : error instanceof Error ? error.stack : String(error);
  const events = journal.slice(-LAST).map(({ run: _, ...event }) => `  ${JSON.stringify(event).slice(0, 300)}`);
  return [
    `seed ${seed}: ${what}`,
    `the last of its ${journal.length} events:`,
    ...events,
    `again: INDEXDECK_SEED=${seed} npx vitest run test/run/simulation`,
  ].join('\n');
};
