import { expect, test } from 'vitest';
import { look, type Silence } from '../../src/engine/silence.ts';

/** The verdicts of looks one after the other, each at a statement's number and what its backend does. */
const verdicts = (...looks: [statement: number, state: string | null][]): (string | null)[] => {
  let silence: Silence | null = null;
  return looks.map(([statement, state]) => {
    const seen = look(silence, statement, state);
    silence = seen.silence;
    return seen.verdict;
  });
};

test('a backend at work is waited for, however long', () => {
  expect(verdicts(...Array.from({ length: 100 }, (): [number, string] => [1, 'active']))).toEqual(
    Array.from({ length: 100 }, () => null),
  );
});

test('three looks running at a backend that is gone or idle, and no fewer', () => {
  expect(verdicts([1, null], [1, null], [1, null])).toEqual([null, null, expect.stringContaining('no such backend')]);
  expect(verdicts([1, 'idle'], [1, 'idle in transaction'], [1, null])).toEqual([null, null, expect.any(String)]);
  expect(verdicts([1, 'idle'], [1, 'idle'], [1, 'active'], [1, 'idle'], [1, 'idle'])).toEqual(
    Array.from({ length: 5 }, () => null),
  );
});

test('each statement is counted for itself', () => {
  expect(verdicts([1, 'idle'], [1, 'idle'], [2, 'idle'], [3, 'idle'])).toEqual([null, null, null, null]);
});

test('what is hidden, or not tracked, proves nothing either way', () => {
  expect(verdicts([1, 'hidden'], [1, 'hidden'], [1, 'hidden'], [1, 'disabled'])).toEqual([null, null, null, null]);
  expect(verdicts([1, 'idle'], [1, 'hidden'], [1, 'idle'], [1, 'idle']).at(-1)).not.toBeNull();
});
