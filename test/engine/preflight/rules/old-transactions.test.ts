import { expect, test } from 'vitest';
import { leastTransactionAgeS, oldTransactions } from '../../../../src/engine/preflight/rules/old-transactions.ts';
import type { StallingTransaction } from '../../../../src/queries/stalling_transactions.ts';
import { factsWhere } from '../facts.ts';
import { runOptions } from '../support.ts';

const transaction = (changes: Partial<StallingTransaction>): StallingTransaction => ({
  pid: 12247,
  user: 'billing',
  application: 'billing-job',
  client: null,
  state: 'idle in transaction',
  query: 'SELECT 1',
  age_s: 2460,
  snapshot: true,
  tables: [],
  gid: null,
  ...changes,
});

test('who, for how long, in which state, and what to do', () => {
  const [found] = oldTransactions(factsWhere({ transactions: [transaction({})] }));
  expect(found).toMatchObject({ level: 'warning', code: 'old-transaction' });
  expect(found?.what).toBe(
    'A transaction is 00:41:00 old: pid 12247, user billing, "billing-job", idle in transaction; it holds a snapshot.',
  );
  expect(found?.advice).toContain('pg_terminate_backend(12247)');
});

test('many are cut, and the rest counted', () => {
  const transactions = Array.from({ length: 25 }, (_, n) => transaction({ pid: n + 1 }));
  const found = oldTransactions(factsWhere({ transactions }));
  expect(found).toHaveLength(11);
  expect(found.at(-1)?.what).toBe('15 more transactions of the same kind are there.');
});

test('a prepared one names its lock and both ways out of it', () => {
  const transactions = [transaction({ pid: 0, gid: "it's", snapshot: false, tables: ['orders'] })];
  const [found] = oldTransactions(factsWhere({ transactions }));
  expect(found?.what).toContain('holds a lock on orders');
  expect(found?.advice).toContain("COMMIT PREPARED 'it''s' or ROLLBACK PREPARED 'it''s'");
});

test("the age that counts is the gate's, and never under a minute", () => {
  const gates = (warn: number | null) => ({
    ...runOptions().gates,
    'old-transaction': { warn, pause: null, abort: null },
  });
  expect(leastTransactionAgeS(runOptions({ gates: gates(5) }))).toBe(60);
  expect(leastTransactionAgeS(runOptions({ gates: gates(300) }))).toBe(300);
  expect(leastTransactionAgeS(runOptions({ gates: gates(null) }))).toBe(60);
});
