import { expect, it } from 'vitest';
import { History } from './history.ts';

const histories = Number(process.env.INDEXDECK_HISTORIES ?? 3_000);

it(`keeps its rules in ${histories} random histories`, () => {
  const ends = new Map<number, number>();
  for (let seed = 1; seed <= histories; seed++) {
    try {
      const status = new History(seed).run();
      ends.set(status, (ends.get(status) ?? 0) + 1);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  // A simulation in which nothing ever goes wrong, or nothing ever goes well, proves nothing.
  for (const status of [0, 1, 4]) expect(ends.get(status), `runs that ended with ${status}`).toBeGreaterThan(0);
});
