import './wasm-flags.ts';
import {
  type IndexElem,
  type IndexStmt,
  loadModule,
  type Node,
  parseSync,
  type SelectStmt,
  scanSync,
} from 'libpg-query';
import { KEYWORDS } from './keywords.ts';
import { type LexemeKind, lexemeAt } from './lexer.ts';

export type { IndexElem, IndexStmt, Node, SelectStmt };

/** Loads PostgreSQL's parser. Must have been awaited once before anything of src/plan reads SQL. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

/** A token of a statement; offsets count UTF-16 units of the statement's text. */
export interface Token {
  start: number;
  end: number;
  text: string;
  type: number;
}

export interface SqlError {
  message: string;
  /** Offset in UTF-16 units of the text. */
  at: number;
}

export type Parsed = { ok: true; statement: Node } | { ok: false; error: SqlError };

/** Token numbers of PostgreSQL 18's grammar that are needed by number; the rest is told by text. */
export const TOKEN = { ident: 258, unicodeIdent: 259, lineComment: 275, blockComment: 276 } as const;

/**
 * Deeper statements would overflow the parser's stack, and an overflow cannot be recovered from cleanly inside WASM. Each
 * level of nesting takes at least one lexeme that is no name, constant or separator.
 */
const MOST_STRUCTURE = 2500;
const TOO_DEEP = 'the statement is too deeply nested to be read safely';
/** The scanner answers in JSON of a hundred bytes a token. */
const MOST_LEXEMES = 200_000;

/** Parses one statement. Text that holds none, or more than one, is an error too. */
export function parseStatement(sql: string): Parsed {
  const excess = tooMuch(sql);
  if (excess !== null) return failed(excess, 0);
  try {
    const { stmts } = parseSync(sql);
    const only = stmts?.length === 1 ? stmts[0]?.stmt : undefined;
    if (only === undefined) return failed('not exactly one statement', 0);
    return { ok: true, statement: only };
  } catch (error) {
    return failed(...describeError(error, sql));
  }
}

/** Why a text is not given to the parser at all, or null. */
function tooMuch(sql: string): string | null {
  if (sql.length <= MOST_STRUCTURE) return null;
  let structure = 0;
  let lexemes = 0;
  let end: number;
  for (let at = 0; at < sql.length; at = end) {
    const lexeme = lexemeAt(sql, at);
    end = lexeme.end;
    lexemes++;
    if (isStructure(lexeme.kind, sql, at, end)) structure++;
    if (structure > MOST_STRUCTURE) return TOO_DEEP;
    if (lexemes > MOST_LEXEMES) return 'the statement is too long to be read safely';
  }
  return null;
}

function isStructure(kind: LexemeKind, sql: string, at: number, end: number): boolean {
  if (kind === 'open' || kind === 'close') return true;
  if (kind === 'other') return sql[at] !== ',' && sql[at] !== '.';
  return kind === 'word' && KEYWORDS.has(sql.slice(at, end).toLowerCase());
}

/** Whether PostgreSQL could read the text, be it one statement or several. */
export function parses(text: string): boolean {
  try {
    return (parseSync(text).stmts?.length ?? 0) > 0;
  } catch {
    return false;
  }
}

export type Scanned = { ok: true; tokens: Token[] } | { ok: false };

/** PostgreSQL's own tokens of a text, comments among them. Fails where its lexer does. */
export function scan(sql: string): Scanned {
  try {
    const raw = scanSync(sql).tokens;
    const toIndex = byteToIndex(sql);
    return {
      ok: true,
      tokens: raw.map(({ start, end, tokenType }) => {
        const from = toIndex(start);
        const to = toIndex(end);
        return { start: from, end: to, text: sql.slice(from, to), type: tokenType };
      }),
    };
  } catch {
    // The lexer's message comes as broken JSON here; the parser gives it in full.
    return { ok: false };
  }
}

function failed(message: string, at: number): Parsed {
  return { ok: false, error: { message, at } };
}

function describeError(error: unknown, sql: string): [string, number] {
  if (error instanceof RangeError) return [TOO_DEEP, 0];
  if (!(error instanceof Error)) return [String(error), 0];
  const details = 'sqlDetails' in error ? (error.sqlDetails as { cursorPosition?: number } | undefined) : undefined;
  return [error.message, codePointToIndex(sql, details?.cursorPosition ?? 0)];
}

/** The parser tells byte offsets, JavaScript counts UTF-16 units; the calls must come in rising order. */
function byteToIndex(text: string): (byte: number) => number {
  let byte = 0;
  let index = 0;
  return (wanted) => {
    while (byte < wanted && index < text.length) {
      const code = text.codePointAt(index) ?? 0;
      byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      index += code < 0x10000 ? 1 : 2;
    }
    return index;
  };
}

function codePointToIndex(text: string, count: number): number {
  let index = 0;
  for (let i = 0; i < count && index < text.length; i++) index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return index;
}
