import { parseIndex } from './index-statement.ts';
import { lexemeAt } from './lexer.ts';

/** An index statement found in a body or a string; `at` is its offset in the text that was searched. */
export interface FoundInside {
  at: number;
  sql: string;
}

export interface Insides {
  indexes: FoundInside[];
  /** Some are put together at run time: format(), ||, variables. */
  dynamic: boolean;
}

const MOST_DEPTH = 4;
const CREATES = /\bcreate\s+(?:unique\s+)?index\b/i;

/** The index statements that can be read in the body of a DO block or function, also in the strings it executes. */
export function indexesInside(sql: string): Insides {
  const found: Insides = { indexes: [], dynamic: false };
  if (CREATES.test(sql)) search(sql, 0, 0, found, true);
  return found;
}

function search(text: string, offset: number, depth: number, found: Insides, outermost: boolean): void {
  let at = 0;
  while (at < text.length) {
    const { kind, end, unclosed } = lexemeAt(text, at);
    if (kind === 'string' && !unclosed) inString(text.slice(at, end), offset + at, depth, found);
    if (kind === 'word' && !outermost && /^create$/i.test(text.slice(at, end))) {
      const statement = upToSemicolon(text, at);
      if (CREATES.test(statement.slice(0, 60)) && parseIndex(statement) !== null) {
        found.indexes.push({ at: offset + at, sql: statement });
        at += statement.length;
        continue;
      }
    }
    at = end;
  }
}

function inString(literal: string, offset: number, depth: number, found: Insides): void {
  if (depth > MOST_DEPTH || !CREATES.test(literal)) return;
  const open = /^(?:\$[^$]*\$|[eEnN]?')/.exec(literal)?.[0] ?? "'";
  const close = open.startsWith('$') ? open.length : 1;
  const inner = literal.slice(open.length, literal.length - close);
  const before = found.indexes.length;
  // Doubled quotes are one; what is told is where it begins.
  search(open.startsWith('$') ? inner : inner.replaceAll("''", "'"), offset + open.length, depth + 1, found, false);
  if (found.indexes.length === before && !open.startsWith('$')) found.dynamic = true;
}

function upToSemicolon(text: string, from: number): string {
  let at = from;
  let last = from;
  while (at < text.length) {
    const { kind, end } = lexemeAt(text, at);
    if (kind === 'semicolon') break;
    if (kind !== 'space' && kind !== 'line-comment' && kind !== 'block-comment') last = end;
    at = end;
  }
  return text.slice(from, last);
}
