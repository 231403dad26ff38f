import { describe, expect, test } from 'vitest';
import { codes, indexes, plan } from './support.ts';

const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';

describe('places', () => {
  test.each([
    ['a byte-order mark', `\uFEFF${INDEX}`, 1, 1],
    ['CRLF', `-- x\r\n\r\n  ${INDEX}\r\n`, 3, 3],
    ['emoji and accents on the same line', `/* é😀 */ ${INDEX}`, 1, 10],
    ['emoji and accents before', `SELECT 'Ünï😀cødé'; -- 😀\n${INDEX}`, 2, 1],
  ])('are right after %s', (_name, sql, line, column) => {
    const read = plan(sql);
    expect(read.problems).toEqual([]);
    expect(indexes(read)).toMatchObject([{ line, column, sql: INDEX.slice(0, -1) }]);
  });

  test('a byte-order mark is skipped only where the file begins', () => {
    expect(codes(plan(`${INDEX}\n\uFEFF${INDEX}`))).toEqual(['typographic']);
  });
});

describe('what is no UTF-8', () => {
  test.each([
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${INDEX}`, 'utf16le'), 'encoding-utf16', 1, 1],
    ['UTF-16 without one', Buffer.from(INDEX, 'utf16le'), 'encoding-utf16', 1, 1],
    ['UTF-16, big-endian', Buffer.from(`\uFEFF${INDEX}`, 'utf16le').swap16(), 'encoding-utf16', 1, 1],
    ['a NUL', Buffer.from(`${INDEX}\n--é\0`), 'nul-byte', 2, 4],
    ['Latin-1', Buffer.from(`${INDEX}\n-- caf\u00e9 au lait`, 'latin1'), 'encoding-invalid', 2, 7],
    ['Latin-1 at the end', Buffer.from(`${INDEX}\n-- caf\u00e9`, 'latin1'), 'encoding-invalid', 2, 7],
    ['a lone continuation byte', Buffer.concat([Buffer.from('é'), Buffer.from([0x80])]), 'encoding-invalid', 1, 2],
    ['a surrogate', Buffer.from([0x20, 0xed, 0xa0, 0x80]), 'encoding-invalid', 1, 2],
    ['an overlong form', Buffer.from([0xc0, 0xaf]), 'encoding-invalid', 1, 1],
  ])('%s is refused with its place', (_name, bytes, code, line, column) => {
    expect(plan(bytes).problems).toMatchObject([{ code, line, column, message: expect.stringMatching(/UTF|NUL/) }]);
  });
});

describe('what never ends', () => {
  test.each([
    ["SELECT 'abc", 'the string'],
    ['SELECT $x$ abc $y$', 'the string'],
    ['SELECT "abc', 'the quoted name'],
    ['SELECT 1 /* abc', 'the comment'],
    ['  /* abc', 'the comment'],
    ["SELECT E'abc\\'", 'the string'],
  ])('%s', (sql, what) => {
    const read = plan(`${INDEX}\n${sql};\nDROP TABLE t;`);
    expect(codes(read)).toEqual(['unclosed']);
    expect(read.problems[0]?.message).toContain(`${what} that opens here is never closed`);
    expect(read.problems[0]?.line).toBe(2);
  });
});
