/**
 * Cuts SQL text the way psql's own lexer does: only as finely as is needed to know what is code, comment or quoted. The
 * server's parser reads each statement afterwards; this one decides where statements end, and it cannot be replaced by
 * the server's scanner because that one knows neither backslash commands nor what to do after an unclosed quote.
 */
export type LexemeKind =
  | 'space'
  | 'line-comment'
  | 'block-comment'
  | 'string'
  | 'quoted-name'
  | 'word'
  | 'number'
  | 'semicolon'
  | 'open'
  | 'close'
  | 'variable'
  | 'backslash'
  | 'other';

export interface Lexeme {
  kind: LexemeKind;
  end: number;
  /** The text ended before the quote or comment did. */
  unclosed: boolean;
}

const TAB = 9;
const CR = 13;
const SPACE = 32;
const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const COLON = 58;
const BACKSLASH = 92;

const NUMBER =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?/y;
const PARAMETER = /\$[0-9]+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const BLANKS = /[ \t\n\r\f\v]+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
const VARIABLE =
  /:(?:[A-Za-z0-9_\u0080-\uffff]+|'[A-Za-z0-9_\u0080-\uffff]+'|"[A-Za-z0-9_\u0080-\uffff]+"|\{\?[A-Za-z0-9_\u0080-\uffff]+\})/y;
const BREAK = /[\n\r]/;
const DIGITS_ONLY = /^:[0-9]+$/;
const COMMENT_MARK = /\/\*|\*\//g;

/** The lexeme that begins at `at`; `at` must be inside the text. */
export function lexemeAt(text: string, at: number): Lexeme {
  const code = text.charCodeAt(at);
  if (code === SPACE || (code >= TAB && code <= CR)) return lexeme('space', match(BLANKS, text, at));
  switch (code) {
    case 45: // -
      if (text.charCodeAt(at + 1) === 45) return lexeme('line-comment', match(LINE_COMMENT, text, at));
      return lexeme('other', at + 1);
    case 47: // /
      if (text.charCodeAt(at + 1) === 42) return blockComment(text, at);
      return lexeme('other', at + 1);
    case QUOTE:
      return quoted(text, at, 'string', QUOTE);
    case DOUBLE_QUOTE:
      return quoted(text, at, 'quoted-name', DOUBLE_QUOTE);
    case DOLLAR:
      return dollar(text, at);
    case 59:
      return lexeme('semicolon', at + 1);
    case 40:
      return lexeme('open', at + 1);
    case 41:
      return lexeme('close', at + 1);
    case COLON:
      return colon(text, at);
    case BACKSLASH:
      return lexeme('backslash', at + 1);
  }
  if (code === 46 && isDigit(text.charCodeAt(at + 1))) return lexeme('number', match(NUMBER, text, at + 1));
  if (isDigit(code)) return lexeme('number', match(NUMBER, text, at));
  if ((code === 69 || code === 101) && text.charCodeAt(at + 1) === QUOTE) return escapeString(text, at);
  const word = match(WORD, text, at);
  return word > at ? lexeme('word', word) : lexeme('other', at + 1);
}

function lexeme(kind: LexemeKind, end: number, unclosed = false): Lexeme {
  return { kind, end, unclosed };
}

/** The end of a sticky match at `at`, or `at` when there is none. */
function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function blockComment(text: string, at: number): Lexeme {
  let depth = 1;
  COMMENT_MARK.lastIndex = at + 2;
  while (depth > 0) {
    const mark = COMMENT_MARK.exec(text);
    if (mark === null) return lexeme('block-comment', text.length, true);
    depth += mark[0] === '/*' ? 1 : -1;
  }
  return lexeme('block-comment', COMMENT_MARK.lastIndex);
}

/** A standard string or a quoted name; a doubled quote inside is seen as two strings side by side, which ends the same. */
function quoted(text: string, at: number, kind: LexemeKind, quote: number): Lexeme {
  const end = text.indexOf(String.fromCharCode(quote), at + 1);
  if (end < 0) return lexeme(kind, text.length, true);
  if (text.charCodeAt(end + 1) === quote) {
    let next = end + 2;
    for (;;) {
      const close = text.indexOf(String.fromCharCode(quote), next);
      if (close < 0) return lexeme(kind, text.length, true);
      if (text.charCodeAt(close + 1) !== quote) return lexeme(kind, close + 1);
      next = close + 2;
    }
  }
  return lexeme(kind, end + 1);
}

function escapeString(text: string, at: number): Lexeme {
  let i = at + 2;
  for (;;) {
    if (i >= text.length) return lexeme('string', text.length, true);
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) {
      i += 2;
    } else if (code !== QUOTE) {
      i++;
    } else if (text.charCodeAt(i + 1) === QUOTE) {
      i += 2;
    } else {
      // A part continued on the next line keeps the escapes of the first one.
      const next = continuation(text, i + 1);
      if (next < 0) return lexeme('string', i + 1);
      i = next;
    }
  }
}

/** Where a string goes on after a closing quote: after white space with a line break, line comments and a quote. */
function continuation(text: string, at: number): number {
  let i = at;
  let broken = false;
  for (;;) {
    const blank = match(BLANKS, text, i);
    if (blank > i) {
      broken ||= BREAK.test(text.slice(i, blank));
      i = blank;
    } else if (text.startsWith('--', i)) {
      i = match(LINE_COMMENT, text, i);
    } else {
      return broken && text.charCodeAt(i) === QUOTE ? i + 1 : -1;
    }
  }
}

function dollar(text: string, at: number): Lexeme {
  const parameter = match(PARAMETER, text, at);
  if (parameter > at) return lexeme('number', parameter);
  const tagEnd = match(DOLLAR_TAG, text, at);
  if (tagEnd === at) return lexeme('other', at + 1);
  const tag = text.slice(at, tagEnd);
  const close = text.indexOf(tag, tagEnd);
  return close < 0 ? lexeme('string', text.length, true) : lexeme('string', close + tag.length);
}

/** A cast, an assignment, a bare colon, or a psql variable. Of digits alone it is an array slice such as a[1:2]. */
function colon(text: string, at: number): Lexeme {
  const next = text.charCodeAt(at + 1);
  if (next === COLON || next === 61) return lexeme('other', at + 2);
  const end = match(VARIABLE, text, at);
  if (end === at || DIGITS_ONLY.test(text.slice(at, end))) return lexeme('other', at + 1);
  return lexeme('variable', end);
}
