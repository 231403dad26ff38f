import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseStatement } from '../../src/plan/normalise.ts';

test.each([
  ["SELECT * FROM dishes WHERE name = 'pizza' AND id = 42", 'SELECT * FROM dishes WHERE name = $1 AND id = $2'],
  ["SELECT 'it''s', E'a\\'b', $tag$x$tag$, 1.5e3", 'SELECT $1, $2, $3, $4'],
  ["SELECT B'101', X'1F', N'x', U&'\\0061'", 'SELECT $1, $2, $3, $4'],
  ["SELECT $1, $3, 'x'", 'SELECT $1, $3, $4'],
  ['SELECT a -- secret\n, /* anna */ "b 1" FROM t1', 'SELECT a , "b 1" FROM t1'],
  ["UPDATE users SET email = 'anna@exam", 'UPDATE users SET email = $1'],
  ['SELECT a[1:2], x::int4, b::varchar(10)', 'SELECT a[$1:$2], x::int4, b::varchar($3)'],
  ['', ''],
])('%s', (sql, normalised) => {
  expect(normaliseStatement(sql)).toBe(normalised);
});

test('nothing between quotes is left, wherever the text was cut', () => {
  const secret = fc.string({ minLength: 3 }).filter((text) => /^[a-z]{3,}$/.test(text.replace(/[^a-z]/g, 'x')));
  fc.assert(
    fc.property(secret, fc.nat(60), (text, cut) => {
      const literal = `'<<<${text.replaceAll("'", "''")}>>>'`;
      const sql = `SELECT a FROM b WHERE c = ${literal} AND d = ${literal}`.slice(0, 30 + cut);
      expect(normaliseStatement(sql)).not.toMatch(/<<<|>>>/);
    }),
  );
});
