import { expect, test } from 'vitest';
import type { AttachPartitionStep } from '../../src/plan/types.ts';
import { Core, options, planOf, section, serverError } from '../support/core.ts';

const LOCKED = serverError('55P03', 'canceling statement due to lock timeout');
const attach: AttachPartitionStep = {
  file: 'plan.sql',
  line: 1,
  column: 1,
  settings: [],
  searchPath: null,
  kind: 'attach-partition',
  sql: 'ALTER INDEX p ATTACH PARTITION c',
  schema: null,
  name: 'p',
  partition: { schema: null, name: 'c' },
};

const tries = (error: typeof LOCKED, retries: number): number => {
  const core = new Core(planOf(section('one', [attach])), options({ retries }));
  core.go();
  for (let tried = 1; ; tried++) {
    core.end('statement:0', { kind: 'statement-ended', step: 0, outcome: { kind: 'failed', error } });
    if (core.state.steps[0]?.status === 'failed') return tried;
    core.pass(60_000);
  }
};

test('what gives up on its lock is sent again for a quarter of an hour, other failures as often as the operator says', () => {
  expect(tries(LOCKED, 3)).toBe(19);
  expect(tries(LOCKED, 30)).toBe(31);
  expect(tries(serverError('40P01'), 3)).toBe(4);
  expect(tries(serverError('42704'), 3)).toBe(1);
});

test('an operator who wants no second attempt gets none', () => {
  expect(tries(LOCKED, 0)).toBe(1);
});
