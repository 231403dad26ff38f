import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plan } from './support.ts';

const fingerprint = (sql: string) => plan(sql).fingerprint;
const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';

describe('the fingerprint is the same', () => {
  test.each([
    ['IF NOT EXISTS', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);'],
    ['CONCURRENTLY', 'CREATE INDEX i ON t (a);'],
    ['keyword case', 'create index concurrently i on t (a);'],
    ['unquoted names as they fold', 'CREATE INDEX CONCURRENTLY I ON "t" ("a");'],
    ['comments and white space', '-- SECTION 4: X\nCREATE\tINDEX/**/CONCURRENTLY i -- x\r\nON t(a)'],
    ['BEGIN and COMMIT', `BEGIN;${INDEX}COMMIT;`],
    ['psql commands', `\\timing\n${INDEX}`],
    ['a byte-order mark', `\uFEFF${INDEX}`],
  ])('whatever the %s', (_name, sql) => {
    expect(fingerprint(sql)).toBe(fingerprint(INDEX));
  });

  test('for a name that is a keyword, quoted or not', () => {
    expect(fingerprint('SELECT name FROM t')).toBe(fingerprint('select "name" from "t"'));
  });
});

describe('the fingerprint differs', () => {
  test.each([
    'CREATE INDEX CONCURRENTLY "I" ON t (a);',
    'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);',
    'CREATE INDEX CONCURRENTLY i ON s.t (a);',
    'CREATE INDEX CONCURRENTLY i ON t (a) WHERE b;',
    'CREATE INDEX CONCURRENTLY i ON t (a DESC);',
    `${INDEX} ANALYZE t;`,
    `SET work_mem = 1; ${INDEX}`,
    `${INDEX} SELECT 1;`,
    `${INDEX} SELECT 2;`,
    `${INDEX} SELECT current_user;`,
    `${INDEX} SELECT "current_user";`,
    `${INDEX} ${INDEX}`,
  ])('for %s', (sql) => {
    expect(fingerprint(sql)).not.toBe(fingerprint(INDEX));
  });

  test('by literals and by order', () => {
    expect(fingerprint("SELECT 'A'")).not.toBe(fingerprint("SELECT 'a'"));
    expect(fingerprint('SELECT 1; SELECT 2')).not.toBe(fingerprint('SELECT 2; SELECT 1'));
  });
});

/** Tokens of a script; between any two of them white space and comments may stand. */
const TOKENS = [
  ...['SET', 'search_path', '=', 's', ';'],
  ...['CREATE', 'UNIQUE', 'INDEX', 'CONCURRENTLY', '"I-1"', 'ON', 's', '.', 't', 'USING', 'btree'],
  ...['(', 'lower', '(', 'a', ')', ',', 'b', 'DESC', ')', 'INCLUDE', '(', 'c', ')', 'WHERE', 'd', '=', "'Ä;--'", ';'],
  ...['ANALYZE', 's', '.', 't', ';'],
  ...['COMMENT', 'ON', 'INDEX', '"I-1"', 'IS', '$x$ -- ; $x$', ';'],
  ...['SELECT', 'count', '(', '*', ')', '::', 'text', 'FROM', 't', ';'],
];
const GAP = fc.constantFrom(
  ' ',
  '\n',
  '\t',
  '\r\n',
  ' /* ; */ ',
  '/*/* DROP */*/',
  ' -- CREATE INDEX x ON y (z);\n',
  '\n-- SECTION 2: 😀\n',
);

test('comments, white space and keyword case never change it', () => {
  const plain = plan(TOKENS.join(' '));
  expect(plain.problems).toEqual([]);
  const gaps = fc.array(GAP, { minLength: TOKENS.length, maxLength: TOKENS.length });
  const cases = fc.array(fc.boolean(), { minLength: TOKENS.length, maxLength: TOKENS.length });
  fc.assert(
    fc.property(gaps, cases, (between, lower) => {
      const cased = TOKENS.map((token, i) => (/^[A-Z]+$/.test(token) && lower[i] ? token.toLowerCase() : token));
      const read = plan(cased.map((token, i) => token + between[i]).join(''));
      expect(read.problems).toEqual([]);
      expect(read.fingerprint).toBe(plain.fingerprint);
    }),
    { numRuns: 200 },
  );
});
