import { expect, test } from 'vitest';
import { Superseded, standing } from '../../../src/engine/ledger/standing.ts';
import { someEvents } from './support.ts';

const events = someEvents();
const lastOf = (seq: number, text = JSON.stringify(events[seq - 1])) => ({ seq, event: text });

test('the ledger is where its newest event of ours is', () => {
  expect(standing(events, null)).toBe(0);
  for (const { seq } of events) expect(standing(events, lastOf(seq))).toBe(seq);
  // The same JSON, as another encoding has it.
  expect(standing(events, lastOf(1, JSON.stringify(events[0]).replaceAll('→', '\\u2192')))).toBe(1);
});

test('what is not ours is another engine’s', () => {
  for (const last of [lastOf(events.length + 1, '{}'), lastOf(2, JSON.stringify(events[2])), lastOf(2, 'no JSON')])
    expect(() => standing(events, last)).toThrow(Superseded);
});
