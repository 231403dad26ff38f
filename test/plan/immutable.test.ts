import { describe, expect, test } from 'vitest';
import { NOT_IMMUTABLE } from '../../src/plan/immutable.ts';
import { createDatabase } from '../support/database.ts';
import { codes, onlyIndex, plan } from './support.ts';

describe.each([15, 18] as const)('PostgreSQL %i', (version) => {
  test('calls none of the listed functions immutable, in any of their forms', async () => {
    const database = await createDatabase(version);
    const rows = await database.sql<{ proname: string; immutable: boolean }>(
      `SELECT proname, bool_or(provolatile = 'i') AS immutable FROM pg_catalog.pg_proc
       WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1) GROUP BY proname`,
      [[...NOT_IMMUTABLE]],
    );
    expect(rows.filter(({ immutable }) => immutable)).toEqual([]);
    expect([...NOT_IMMUTABLE].filter((name) => !rows.some(({ proname }) => proname === name))).toEqual([]);
  });

  test('refuses what is refused here, and builds what is not', async () => {
    const database = await createDatabase(version);
    await database.sql('CREATE TABLE t (a text, at timestamptz, d date, j jsonb, n numeric)');
    for (const expression of [...REFUSED, ...ACCEPTED]) {
      const sql = `CREATE INDEX i ON t ${expression}`;
      const built = await database.sql(sql).then(
        () => true,
        () => false,
      );
      if (built) await database.sql('DROP INDEX i');
      expect({ sql, built }).toEqual({ sql, built: ACCEPTED.includes(expression) });
    }
  });
});

const REFUSED = [
  '(a) WHERE at > now()',
  '(a) WHERE d > CURRENT_DATE - 30',
  "((to_char(at, 'YYYY')))",
  '(to_tsvector(a))',
  '((concat(a, a)))',
  '((random()))',
  "(a) WHERE a = current_setting('x.y', true)",
  '(a) WHERE a IN (SELECT 1::text)',
  '(a) WHERE a = CURRENT_USER',
  '((to_jsonb(a)))',
];
const ACCEPTED = [
  "(to_tsvector('english', a))",
  "((a || 'now()'))",
  "(lower(a), (j ->> 'now'))",
  "((at AT TIME ZONE 'UTC'))",
  "(date_trunc('day', at AT TIME ZONE 'UTC'))",
  '(to_timestamp(n::float8))',
  "(a) WHERE at > '2026-01-01 00:00+00'",
];

test.each(REFUSED)('refused before the server does: %s', (expression) => {
  expect(codes(plan(`CREATE INDEX CONCURRENTLY i ON t ${expression};`))).toEqual(['not-immutable']);
});

test.each(ACCEPTED)('not refused: %s', (expression) => {
  expect(onlyIndex(`CREATE INDEX CONCURRENTLY i ON t ${expression};`).name).toBe('i');
});

test('a function of the same name in another schema is somebody’s own', () => {
  expect(onlyIndex('CREATE INDEX CONCURRENTLY i ON t (public.now());').name).toBe('i');
  expect(codes(plan('CREATE INDEX CONCURRENTLY i ON t ((pg_catalog.now()));'))).toEqual(['not-immutable']);
});
