import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteIdent, quoteLiteral, quoteQualified, truncateIdentifier } from '../../src/plan/index.ts';
import { KEYWORDS } from '../../src/plan/keywords.ts';
import { parseStatement } from '../../src/plan/parser.ts';
import './support.ts';

/** What the parser makes of `SELECT <text>`, as the column's name or the constant. */
function selected(text: string): unknown {
  const parsed = parseStatement(`SELECT ${text}`);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const found = JSON.stringify(parsed.statement).match(/"sval":("(?:[^"\\]|\\.)*")/)?.[1];
  return found === undefined ? '' : JSON.parse(found);
}

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && value.isWellFormed());

describe('quoteIdent', () => {
  test.each([
    ['idx_a1', 'idx_a1'],
    ['Idx', '"Idx"'],
    ['a b', '"a b"'],
    ['a"b', '"a""b"'],
    ['1a', '"1a"'],
    ['select', '"select"'],
    ['name', 'name'],
    ['größe', '"größe"'],
    ['a$', '"a$"'],
  ])('%s', (name, quoted) => {
    expect(quoteIdent(name)).toBe(quoted);
  });

  test('every name comes back as it was', () => {
    fc.assert(
      fc.property(
        text.filter((name) => name !== '' && truncateIdentifier(name) === name),
        (name) => {
          expect(selected(quoteIdent(name))).toBe(name);
        },
      ),
    );
  });

  test('every keyword that needs quotes has them', () => {
    for (const word of KEYWORDS) expect(quoteIdent(word)).toBe(`"${word}"`);
  });

  test('no name and NUL are refused', () => {
    expect(() => quoteIdent('')).toThrow();
    expect(() => quoteIdent('a\0')).toThrow();
    expect(() => quoteLiteral('a\0')).toThrow();
  });

  test('quoteQualified', () => {
    expect(quoteQualified('S', 't')).toBe('"S".t');
    expect(quoteQualified(null, 'T')).toBe('"T"');
  });
});

test('quoteLiteral brings every text back as it was', () => {
  expect(quoteLiteral("it's")).toBe("'it''s'");
  expect(quoteLiteral("\\'")).toBe("E'\\\\'''");
  fc.assert(
    fc.property(text, (value) => {
      expect(selected(quoteLiteral(value))).toBe(value);
    }),
  );
});

test('truncateIdentifier cuts as the parser does, never inside a character', () => {
  expect(truncateIdentifier('é'.repeat(40))).toBe('é'.repeat(31));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }), (name) => {
      const cut = truncateIdentifier(name);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(63);
      expect(selected(quoteIdent(name))).toBe(cut);
    }),
  );
});
