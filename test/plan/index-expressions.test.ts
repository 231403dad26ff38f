import { beforeAll, expect, test } from 'vitest';
import { loadParser } from '../../src/plan/index.ts';
import { indexExpressions, namedInIndex } from '../../src/plan/index-expressions.ts';

beforeAll(loadParser);

test.each<[string, string[]]>([
  ['CREATE INDEX i ON t (a, b DESC)', []],
  ['CREATE INDEX i ON t (lower(b), (a + 1) DESC NULLS LAST)', ['lower(b)', '(a + 1)']],
  [`CREATE INDEX i ON t USING gin (s."F"(a, ',)') s.ops (siglen = 4), b ops (n = 1))`, [`s."F"(a, ',)')`]],
  ["CREATE INDEX i ON t (a) INCLUDE (b) WITH (fillfactor = 70) WHERE b = ')' OR a > now()", ["b = ')' OR a > now()"]],
  [
    'CREATE INDEX i ON t ((a::date) COLLATE "C" text_ops, /* (x) */ coalesce(a, (b)))',
    ['(a::date)', 'coalesce(a, (b))'],
  ],
])('expressions of %s', (sql, expressions) => {
  expect(indexExpressions(sql)).toEqual(expressions);
});

test('what an index names', () => {
  expect(
    namedInIndex(
      'CREATE INDEX i ON t USING gist (a public.gist_trgm_ops, similarity(a, b), (c::public.geometry)) WHERE f(d::int) > 0',
    ),
  ).toEqual({
    method: 'gist',
    opclasses: ['gist_trgm_ops'],
    functions: ['similarity', 'f'],
    types: ['geometry', 'int4'],
    usesDefaults: true,
  });
  expect(namedInIndex('SELECT 1')).toBeNull();
});
