import { lexemeAt } from './lexer.ts';
import { type PsqlCommand, readCommand } from './psql-command.ts';

/** One statement of a file, from its first token to its last. */
export interface StatementPiece {
  type: 'statement';
  start: number;
  end: number;
  /** The statement's text with psql's commands in it blanked, offset for offset. */
  sql: string;
  /** The same with line comments blanked too: two string parts with a comment between them are one to the server. */
  code: string;
  /** The first words, in upper case, to know the kind by even when it does not parse. */
  words: string[];
  /** Offsets of psql variables in it. */
  variables: { at: number; text: string }[];
  /** Where a quote or comment opens that the file never closes. */
  unclosed: { at: number; kind: 'string' | 'quoted-name' | 'block-comment' } | null;
}

export interface CommentPiece {
  type: 'comment';
  start: number;
  end: number;
  block: boolean;
  text: string;
  /** Nothing but white space stands before it on its line. */
  ownLine: boolean;
  unclosed: boolean;
}

export interface CommandPiece extends PsqlCommand {
  type: 'command';
  /** It stands within an unfinished statement. */
  inStatement: boolean;
}

/** The data after COPY ... FROM stdin; it belongs to the statement before them. */
export interface DataPiece {
  type: 'data';
  start: number;
  end: number;
}

export type Piece = StatementPiece | CommentPiece | CommandPiece | DataPiece;

const MOST_WORDS = 12;
const DATA_END = /^\\\.[ \t]*\r?$/m;

type Parts = (comment: string, ownLine: boolean) => boolean;
const NEVER: Parts = () => false;

/**
 * Cuts a file into statements, top-level comments and psql commands, in order, without losing anything but space. A line
 * comment of which `parts` says so ends the statement before it, as the marks of migration tools do.
 */
export function* split(text: string, parts = NEVER): Generator<Piece> {
  let at = 0;
  let open = new OpenStatement();
  /** Where data of a COPY begin: on the line after it. What is left of its own line is SQL again, which goes on after them. */
  let data = text.length;
  let copies = 0;
  const lastBreak = text.lastIndexOf('\n');
  while (at < text.length) {
    if (at >= data) {
      let past = at;
      for (; copies > 0 && past < text.length; copies--) past = dataEnd(text, past);
      if (open.started) open.data(at, past);
      else if (past > at) yield { type: 'data', start: at, end: past };
      at = past;
      data = text.length;
      copies = 0;
      continue;
    }
    const { kind, end, unclosed: openEnded } = lexemeAt(text, at);
    // psql would go on with it behind the data: nobody means that, and it is refused like one that is never closed.
    const crosses = end > data && kind !== 'space';
    const unclosed = openEnded || crosses;
    if (crosses) {
      data = text.length;
      copies = 0;
    }
    if (kind === 'space') {
      at = Math.min(end, data);
    } else if (kind === 'line-comment' || kind === 'block-comment') {
      const block = kind === 'block-comment';
      if (open.started && !block && parts(text.slice(at, end), ownLine(text, at))) {
        yield open.finish(text);
        open = new OpenStatement();
      }
      if (open.started && !unclosed) open.comment(at, end, block);
      else if (open.started) open.cover('block-comment', at, end, true);
      else
        yield {
          type: 'comment',
          start: at,
          end,
          block,
          text: text.slice(at, end),
          ownLine: ownLine(text, at),
          unclosed,
        };
      at = end;
    } else if (kind === 'backslash') {
      const command = readCommand(text, at);
      if (open.started) open.hole(at, command.end);
      const { ends } = command;
      if (open.started && ends) {
        yield open.finish(text);
        open = new OpenStatement();
      }
      yield { type: 'command', ...command, inStatement: open.started };
      at = command.end;
    } else if (kind === 'semicolon' && !open.holdsSemicolon()) {
      const copying = open.copiesFromStdin() && end <= lastBreak;
      if (open.started) yield open.finish(text);
      open = new OpenStatement();
      at = end;
      if (copying) {
        if (copies === 0) data = text.indexOf('\n', end) + 1;
        copies++;
      }
    } else {
      open.token(text, kind, at, end, unclosed);
      at = end;
    }
  }
  if (open.started) yield open.finish(text);
}

/** The statement being read. */
class OpenStatement {
  private start = -1;
  private end = -1;
  private readonly words: string[] = [];
  private readonly holes: [number, number][] = [];
  private readonly lineComments: [number, number][] = [];
  private readonly variables: { at: number; text: string }[] = [];
  private unclosed: StatementPiece['unclosed'] = null;
  private parens = 0;
  private bodies = 0;
  private previous = '';
  private fromStdin = false;

  get started(): boolean {
    return this.start >= 0;
  }

  comment(start: number, end: number, block: boolean): void {
    if (!block) this.lineComments.push([start, end]);
  }

  hole(start: number, end: number): void {
    this.holes.push([start, end]);
  }

  /** Data that psql sends away before it reads on: they are no part of the statement, and belong to nothing else. */
  data(start: number, end: number): void {
    this.hole(start, end);
    this.end = end;
  }

  cover(kind: string, start: number, end: number, unclosed: boolean): void {
    if (this.start < 0) this.start = start;
    this.end = end;
    if (unclosed && (kind === 'string' || kind === 'quoted-name' || kind === 'block-comment')) {
      this.unclosed = { at: start, kind };
    }
  }

  token(text: string, kind: string, start: number, end: number, unclosed: boolean): void {
    this.cover(kind, start, end, unclosed);
    if (kind === 'open') this.parens++;
    if (kind === 'close' && this.parens > 0) this.parens--;
    if (kind === 'variable') this.variables.push({ at: start, text: text.slice(start, end) });
    const word = kind === 'word' && end - start < 40 ? text.slice(start, end).toUpperCase() : '';
    if (word !== '') this.word(word);
    else if (this.words.length < MOST_WORDS) this.words.push(text.slice(start, Math.min(end, start + 1)));
    this.previous = word;
  }

  /** A rule's actions and the body of an SQL-standard function hold semicolons that do not end the statement. */
  holdsSemicolon(): boolean {
    if (this.words[0] !== 'CREATE') return false;
    return this.bodies > 0 || (this.parens > 0 && this.creates('RULE'));
  }

  copiesFromStdin(): boolean {
    return this.fromStdin;
  }

  finish(text: string): StatementPiece {
    const { start, end, words, variables, unclosed } = this;
    const whole = blanked(text, start, end, this.holes);
    const sql = this.holes.length > 0 ? whole.trimEnd() : whole;
    const code = blanked(
      sql,
      0,
      sql.length,
      this.lineComments.map(([a, b]) => [a - start, b - start]),
    );
    return { type: 'statement', start, end, sql, code, words, variables, unclosed };
  }

  private word(word: string): void {
    if (this.words.length < MOST_WORDS) this.words.push(word);
    if (word === 'STDIN' && this.previous === 'FROM' && this.words[0] === 'COPY') this.fromStdin = true;
    if (this.words[0] !== 'CREATE' || !(this.creates('FUNCTION') || this.creates('PROCEDURE'))) return;
    if (word === 'ATOMIC' && this.previous === 'BEGIN') this.bodies++;
    else if (this.bodies > 0 && word === 'CASE') this.bodies++;
    else if (this.bodies > 0 && word === 'END') this.bodies--;
  }

  private creates(what: string): boolean {
    const at = this.words[1] === 'OR' && this.words[2] === 'REPLACE' ? 3 : 1;
    return this.words[at] === what;
  }
}

function blanked(text: string, start: number, end: number, holes: readonly (readonly [number, number])[]): string {
  let from = start;
  let out = '';
  for (const [a, b] of holes) {
    if (a >= end) break;
    out += text.slice(from, a) + ' '.repeat(Math.min(b, end) - a);
    from = Math.min(b, end);
  }
  return out + text.slice(from, end);
}

function ownLine(text: string, at: number): boolean {
  let i = at - 1;
  while (i >= 0 && (text[i] === ' ' || text[i] === '\t')) i--;
  return i < 0 || text[i] === '\n' || text[i] === '\r';
}

/** Where data that begin at `at` end: with a line that is `\\.`, or with the file. */
function dataEnd(text: string, at: number): number {
  const close = new RegExp(DATA_END.source, 'gm');
  close.lastIndex = at;
  const found = close.exec(text);
  return found === null ? text.length : found.index + found[0].length;
}
