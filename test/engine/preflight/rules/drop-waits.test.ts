import { expect, test } from 'vitest';
import { dropWaits } from '../../../../src/engine/preflight/rules/drop-waits.ts';
import type { TableNow } from '../../../../src/engine/preflight/tables-now.ts';
import type { TableWorkRow } from '../../../../src/queries/table_work.ts';
import { factsWhere } from '../facts.ts';

const holder: TableWorkRow = {
  ...{ table_oid: 1, writers: 0, kind: 'holder', pid: 7, mode: 'AccessShareLock', granted: true, gid: null },
  ...{ user: 'billing', application: 'report', state: 'active', command: 'SELECT', wraparound: false, age_s: 600 },
  ...{ autovacuum: false, vacuum_phase: null, vacuum_share: null },
};
const table = (name: string, ...work: Partial<TableWorkRow>[]): TableNow => ({
  ...{ oid: 1, name, partitionOf: null, bytes: null, writers: 0, writes: null },
  condition: {} as TableNow['condition'],
  work: work.map((changes) => ({ ...holder, ...changes })),
});

test('a reader that is old is waited for by a drop, though by no build; once, whatever it reads', () => {
  const [found, ...rest] = dropWaits(factsWhere({ tables: [table('public.t', {}), table('public.u', {})] }));
  expect(rest).toEqual([]);
  expect(found).toMatchObject({ level: 'warning', code: 'drop-waits' });
  expect(found?.what).toBe(
    'A transaction is 00:10:00 old: pid 7, user billing, "report", active; it holds a lock on public.t, public.u.',
  );
});

test('young readers, and those who await a lock, are no finding', () => {
  const tables = [table('public.t', { age_s: 59 }, { kind: 'strong', granted: false })];
  expect(dropWaits(factsWhere({ tables }))).toMatchObject([{ level: 'ok', code: 'no-drop-waits' }]);
});
