import { beforeAll, expect, test } from 'vitest';
import { explained, loadParser } from '../../src/plan/index.ts';

beforeAll(() => loadParser());

test.each([
  ['EXPLAIN SELECT 1', 'SELECT 1', false],
  ['EXPLAIN ANALYZE SELECT 1 -- the end', 'SELECT 1', true],
  ['explain (analyze off, buffers) select a from t', 'select a from t', false],
  ['EXPLAIN (ANALYZE, FORMAT JSON) (select 1)', '(select 1)', true],
  ['EXPLAIN (SELECT 2)', '(SELECT 2)', false],
  ['EXPLAIN VERBOSE WITH x AS (SELECT 1) SELECT * FROM x', 'WITH x AS (SELECT 1) SELECT * FROM x', false],
  ['EXPLAIN (ANALYZE 1) VALUES (1)', 'VALUES (1)', true],
  ['EXPLAIN (ANALYZE 0) VALUES (1)', 'VALUES (1)', false],
  ['EXPLAIN (ANALYZE, ANALYZE false) TABLE a', 'TABLE a', false],
  [
    `EXPLAIN /* ( */ ANALYZE VERBOSE SELECT 'a;(b' AS "x(" FROM t WHERE a = $$ ( $$`,
    `SELECT 'a;(b' AS "x(" FROM t WHERE a = $$ ( $$`,
    true,
  ],
])('%s', (text, sql, analyze) => {
  expect(explained(text)).toEqual({ sql, analyze });
});

test.each(['SELECT 1', 'EXPLAIN', 'EXPLAIN SELECT (', 'EXPLAIN SELECT 1; SELECT 2'])('%s explains nothing', (text) => {
  expect(explained(text)).toBeNull();
});
