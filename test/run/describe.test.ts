import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeEvent, replay } from '../../src/run/index.ts';
import { parseJournal } from '../../src/run/journal-text.ts';

const journal = fileURLToPath(new URL('../../docs/examples/aborted/journal.jsonl', import.meta.url));
const { events } = parseJournal(readFileSync(journal, 'utf8'));
const ofSteps = events.filter((event) => 'step' in event);

test('a line calls a step by its name', () => {
  const lines = ofSteps.map((event) => describeEvent(event, replay(events)?.steps));
  expect(lines.length).toBeGreaterThan(50);
  expect(lines).toContain('idx_combo_items_group_order  cancel, by anna@bastion: ordered');
  expect(lines.filter((line) => /step \d/.test(line))).toEqual([]);
});

test('where no steps are known it has their numbers', () => {
  const lines = ofSteps.map((event) => describeEvent(event));
  expect(lines).toContain('step 22: cancel, by anna@bastion: ordered');
});

test('an order about a step names it too', () => {
  const [event] = events;
  if (event === undefined) throw new Error('no events');
  const { seq, at, run } = event;
  const order = { seq, at, run, type: 'command.received', by: 'anna', command: { type: 'skip', step: 0 } } as const;
  expect(describeEvent(order, replay(events)?.steps)).toMatch(/^skip idx_\w+, ordered by anna$/);
  expect(describeEvent(order)).toBe('skip step 1, ordered by anna');
});
