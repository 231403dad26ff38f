import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replay } from '../../../src/run/index.ts';
import { parseJournal } from '../../../src/run/journal-text.ts';
import { resultRows } from '../../../src/ui/model/result.ts';
import { rowText } from '../../../src/ui/model/row.ts';

const journal = fileURLToPath(new URL('../../../docs/examples/aborted/journal.jsonl', import.meta.url));

test('after an abort what was cut short does not count as never begun', () => {
  const state = replay(parseJournal(readFileSync(journal, 'utf8')).events);
  if (state === null) throw new Error('no events');
  const text = resultRows(state, 160).map(rowText).join('\n');
  expect(text).toContain('idx_combo_items_group_order  not built: cancelled by anna@bastion: ordered');
  expect(text).toMatch(/idx_users_\w+ {2}not built: the run ended before it began/);
});
