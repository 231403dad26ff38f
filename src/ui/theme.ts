import type { TextProps } from 'ink';
import type { Tone } from './model/row.ts';

/** The symbols of the screen. Each stands beside a word that says the same. */
export const SYMBOL = {
  done: '✓',
  working: '▸',
  waiting: '◌',
  failed: '✗',
  skipped: '–',
  queued: '·',
  alarm: '!',
  rule: '─',
  bar: '#',
  barLeft: '·',
  branch: '└',
} as const;

export const SPARKS = '▁▂▃▄▅▆▇█';

/** What stands for a symbol, in as many columns, where the terminal knows no UTF-8. */
const ASCII: Record<string, string> = {
  '✓': '+',
  '▸': '>',
  '◌': '~',
  '✗': 'x',
  '–': '-',
  '·': '.',
  '─': '-',
  '└': '`',
  '┌': '+',
  '┐': '+',
  '┘': '+',
  '│': '|',
  '…': '~',
  '→': '>',
  '↑': '^',
  '↓': 'v',
  '▁': '_',
  '▂': '.',
  '▃': '-',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '%',
  '█': '#',
};

const COLOURED: Record<Tone, TextProps> = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  title: { bold: true, color: 'cyan' },
  ok: { color: 'green' },
  info: { color: 'cyan' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  key: { bold: true },
  selected: { inverse: true },
};

const COLOURLESS: Record<Tone, TextProps> = {
  plain: {},
  dim: {},
  strong: { bold: true },
  title: { bold: true },
  ok: {},
  info: {},
  warn: { bold: true },
  bad: { bold: true },
  key: { bold: true },
  selected: { inverse: true },
};

export interface Theme {
  props(tone: Tone): TextProps;
  /** What the terminal can show of the text. */
  text(text: string): string;
}

/** The text without anything that is not ASCII, in the same number of columns. */
export const toAscii = (text: string): string => text.replace(/[^\x20-\x7e]/gu, (character) => ASCII[character] ?? '?');

const speaksUtf8 = (env: NodeJS.ProcessEnv): boolean => {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale);
};

/** How the screen looks in this environment: NO_COLOR, and whether the locale is a UTF-8 one. */
export const makeTheme = (env: NodeJS.ProcessEnv): Theme => {
  const tones = env.NO_COLOR ? COLOURLESS : COLOURED;
  const utf8 = speaksUtf8(env);
  return { props: (tone) => tones[tone], text: (text) => (utf8 ? text : toAscii(text)) };
};
