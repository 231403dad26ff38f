import { expect, test } from 'vitest';
import { wholeBytes } from '../../src/cli/output/whole-bytes.ts';
import { wrapLine } from '../../src/cli/output/wrapped.ts';

test('a line that fits, or has no terminal to fit into, is left as it is', () => {
  const line = `  WARNING  ${'word '.repeat(40)}`;
  expect(wrapLine(line, null)).toEqual([line]);
  expect(wrapLine('  short  line', 80)).toEqual(['  short  line']);
});

test('is broken between words, and set in under its text', () => {
  expect(wrapLine('  WARNING  one two three four five six', 24)).toEqual([
    '  WARNING  one two three',
    '           four five six',
  ]);
  expect(wrapLine('           one two three four five six', 24)).toEqual([
    '           one two three',
    '               four five',
    '               six',
  ]);
});

test('a word that is wider than the line is broken, and no line is wider than the terminal', () => {
  for (const width of [20, 40, 80])
    for (const text of ['x'.repeat(200), `  BLOCKS   ${'y'.repeat(90)} and z`, `    ${'界'.repeat(70)}`]) {
      const lines = wrapLine(text, width);
      expect(
        Math.max(...lines.map((line) => [...line].reduce((sum, c) => sum + (c === '界' ? 2 : 1), 0))),
      ).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
});

test('bytes in JSON are whole, also at the ends of a range, and nothing else is touched', () => {
  const estimate = { bytes: { low: 1.5, high: 2.25 }, walBytes: 7.5, tempBytes: null, ms: { low: 1.5 } };
  expect(JSON.parse(JSON.stringify({ estimate, bytes: 3.7, share: 0.5 }, wholeBytes))).toEqual({
    estimate: { bytes: { low: 2, high: 2 }, walBytes: 8, tempBytes: null, ms: { low: 1.5 } },
    bytes: 4,
    share: 0.5,
  });
});
