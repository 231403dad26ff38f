import stringWidth from 'string-width';
import { printable } from './printable.ts';

const WIDTH = 92;

/**
 * The line that holds the offset, with its number, the line before it, and a caret under the place. Long lines are cut around
 * it. `line` counts from 1.
 */
export function excerpt(text: string, at: number, line: number): string[] {
  const start = lineStart(text, at);
  const gutter = String(line).length;
  const { shown, before } = window(text, start, at);
  const lines = [`${line} | ${shown}`, `${' '.repeat(gutter)} | ${' '.repeat(stringWidth(before))}^`];
  if (start === 0) return lines;
  const previous = clip(text.slice(lineStart(text, start - 1), start - 1).trimEnd());
  return previous === '' ? lines : [`${String(line - 1).padStart(gutter)} | ${previous}`, ...lines];
}

function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

function clip(line: string): string {
  const clean = printable(line.slice(0, WIDTH * 4));
  return clean.length > WIDTH ? `${clean.slice(0, WIDTH - 3)}...` : clean;
}

/** What of the line is shown, and what of that is before the place. */
function window(text: string, start: number, at: number): { shown: string; before: string } {
  const newline = text.indexOf('\n', start);
  const end = newline < 0 ? text.length : newline;
  const far = at - start > WIDTH / 2;
  const from = far ? at - Math.floor(WIDTH / 2) : start;
  const mark = far ? '...' : '';
  const before = `${mark}${printable(text.slice(from, at))}`;
  const room = WIDTH - before.length;
  const rest = printable(text.slice(at, Math.min(end, at + room + 1)).trimEnd());
  return { shown: before + (rest.length > room ? `${rest.slice(0, room - 3)}...` : rest), before };
}
