import { describe, expect, it } from 'vitest';
import { PLAIN_TEXT_MAX, plainText } from '../../src/run/plain-text.ts';

const ESC = '\u001b';

describe('plainText', () => {
  it.each([
    ['colours', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['cursor movement and erasing', `a${ESC}[2J${ESC}[1;1Hb`, 'ab'],
    ['private modes', `${ESC}[?1049la${ESC}[?25h`, 'a'],
    ['a window title, ended by BEL', `${ESC}]0;owned\u0007name`, 'name'],
    ['a window title, ended by ST', `${ESC}]2;owned${ESC}\\name`, 'name'],
    ['a link', `${ESC}]8;;http://x${ESC}\\click${ESC}]8;;${ESC}\\`, 'click'],
    ['the clipboard', `${ESC}]52;c;cm0gLXJmIC8=\u0007x`, 'x'],
    ['a device control string', `${ESC}P1;2|secret${ESC}\\x`, 'x'],
    ['an application command', `${ESC}_cmd${ESC}\\x`, 'x'],
    ['a reset', `${ESC}cx`, 'x'],
    ['8-bit CSI', '\u009b31mred\u009b0m', 'red'],
    ['8-bit OSC', '\u009d0;owned\u0007x', 'x'],
    ['8-bit OSC ended by 8-bit ST', '\u009d0;owned\u009cx', 'x'],
    ['8-bit DCS', '\u0090q#0\u009cx', 'x'],
    ['8-bit APC and PM', '\u009fcmd\u009c\u009epm\u009cx', 'x'],
    ['control characters', 'a\u0000b\u0007c\u0008d\u007fe', 'abcde'],
    ['line ends and tabs', 'a\r\nb\tc\u2028d\u2029e', 'a b c d e'],
    ['direction overrides', 'a\u202eb\u2066c\u2069d\u200fe', 'abcde'],
    ['zero width', 'a\u200bb\u200dc\ufeffd\u00ade\u2060f\ufe0f', 'abcdef'],
    ['invisible fillers and tags', 'a\u3164b\u{e0041}c', 'abc'],
    ['lone surrogates', 'a\ud800b\udfffc', 'abc'],
    ['piled marks', `e${'\u0301'.repeat(50)}x`, 'e\u0301\u0301\u0301x'],
  ])('strips %s', (_what, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  it('leaves no escape behind when a sequence does not end', () => {
    for (const text of [
      `${ESC}]0;owned`,
      `${ESC}P1;2`,
      `${ESC}[31`,
      ESC,
      `${ESC}${ESC}[31mx`,
      '\u009d0;x',
      `${ESC}[${ESC}[31m`,
    ])
      expect(plainText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it('keeps what people write', () => {
    for (const text of [
      'idx_dishes_course',
      'Größe_straße',
      '日本語の索引',
      'naïve café',
      '🍕 pizza',
      'it\'s 100 % "fine"',
    ])
      expect(plainText(text)).toBe(text);
  });

  it('caps the length and never cuts a character in two', () => {
    expect(plainText('x'.repeat(300))).toHaveLength(300);
    expect(plainText('x'.repeat(100_000))).toHaveLength(PLAIN_TEXT_MAX);
    expect(plainText(`x${'🍕'.repeat(10_000)}`).isWellFormed()).toBe(true);
  });

  it('is quick with hostile input', () => {
    const began = performance.now();
    plainText(`${ESC}]`.repeat(500_000));
    plainText('\u0301'.repeat(1_000_000));
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('can be given to map', () => {
    expect(['aa', 'bb', 'cc'].map(plainText)).toEqual(['aa', 'bb', 'cc']);
  });
});
