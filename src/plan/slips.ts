import { parseIndex } from './index-statement.ts';
import { type LexemeKind, lexemeAt } from './lexer.ts';

/** A statement with its common slips mended: PostgreSQL can read `fix`. */
export interface Mended {
  fix: string;
  /** What was wrong, as clauses. */
  slips: string[];
}

interface Lexed {
  kind: LexemeKind;
  start: number;
  end: number;
  /** As written; words in upper case. */
  text: string;
  /** Parentheses around it. */
  depth: number;
}

type Mend = readonly [slip: string, mend: (sql: string) => string];

const LONGEST = 20_000;

/** In this order: a later one can count on what the earlier ones have mended. */
const MENDS: readonly Mend[] = [
  ['there are typographic quotes or spaces in it', plainCharacters],
  ['== is written = in SQL', (sql) => replaced(sql, /^==$/, () => '=')],
  ['an index is made in the schema of its table, and its name has none', withoutSchema],
  ['the words before ON are in the wrong order', prefixInOrder],
  ['USING belongs before the columns', usingFirst],
  ['there is a comma too many', withoutLooseCommas],
  ['the clauses after the columns are in the wrong order: INCLUDE, WITH, TABLESPACE, WHERE', clausesInOrder],
  ['an expression needs parentheses of its own', expressionsInParentheses],
  ['a parenthesis is not closed', closed],
];

/** What a CREATE INDEX that PostgreSQL cannot read was probably meant to be; null when it is not one of the common slips. */
export function mend(sql: string): Mended | null {
  if (sql.length > LONGEST || !/^\s*create\b/i.test(sql)) return null;
  const parted = missingSemicolon(sql);
  if (parted !== null) return { fix: parted, slips: ['a semicolon is missing between two statements'] };
  let text = sql;
  const slips: string[] = [];
  for (const [slip, change] of MENDS) {
    const changed = change(text);
    if (changed === text) continue;
    text = changed;
    slips.push(slip);
    if (parseIndex(text) !== null) return { fix: text.replace(/[ \t]+$/gm, ''), slips };
  }
  return null;
}

function lex(sql: string): Lexed[] {
  const lexed: Lexed[] = [];
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    if (kind === 'close') depth--;
    const raw = sql.slice(at, end);
    if (kind !== 'space' && kind !== 'line-comment' && kind !== 'block-comment')
      lexed.push({ kind, start: at, end, text: kind === 'word' ? raw.toUpperCase() : raw, depth });
    if (kind === 'open') depth++;
    at = end;
  }
  return lexed;
}

const TYPOGRAPHIC =
  /[\u00a0\u00ab\u00b4\u00bb\u2000-\u200b\u2018-\u201f\u202f\u2032\u2033\u2060\u3000\u3001\ufeff\uff08\uff09\uff0c]/;

/**
 * Where a name that is not quoted holds a typographic quote, space or comma, which PostgreSQL takes for a letter: the offset,
 * and what was probably meant. Null when there is none.
 */
export function typographic(sql: string): { at: number; fix: string | null } | null {
  if (!TYPOGRAPHIC.test(sql)) return null;
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    const found = kind === 'word' ? sql.slice(at, end).search(TYPOGRAPHIC) : -1;
    if (found >= 0) {
      const plain = plainCharacters(sql);
      return { at: at + found, fix: parseIndex(plain) === null ? null : plain };
    }
    at = end;
  }
  return null;
}

/** In place of typographic quotes those that SQL knows: of names before the predicate, of strings in it. */
function plainCharacters(sql: string): string {
  const where = /\bwhere\b/i.exec(sql)?.index ?? sql.length;
  return sql
    .replace(/[\u2018\u2019\u201a\u201b\u00b4\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]/g, (_, at: number) => (at > where ? "'" : '"'))
    .replace(/[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]/g, ' ')
    .replace(/[\uff08]/g, '(')
    .replace(/[\uff09]/g, ')')
    .replace(/[\uff0c\u3001]/g, ',');
}

function replaced(sql: string, pattern: RegExp, by: (text: string) => string): string {
  let out = '';
  let from = 0;
  const tokens = lex(sql);
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    const pair = next !== undefined && next.start === token.end ? token.text + next.text : '';
    if (!pattern.test(pair)) continue;
    out += sql.slice(from, token.start) + by(pair);
    from = next?.end ?? token.end;
  }
  return out + sql.slice(from);
}

function withoutSchema(sql: string): string {
  const tokens = lex(sql);
  const on = tokens.findIndex(({ text, kind, depth }) => kind === 'word' && text === 'ON' && depth === 0);
  const dot = tokens.findIndex(({ text }, i) => text === '.' && i === on - 2);
  const [schema, name] = [tokens[dot - 1], tokens[dot + 1]];
  if (dot < 0 || schema === undefined || name === undefined) return sql;
  return sql.slice(0, schema.start) + sql.slice(name.start);
}

/** CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS name ON, wherever these words stand. */
function prefixInOrder(sql: string): string {
  const tokens = lex(sql);
  const on = tokens.findIndex(({ text, kind, depth }) => kind === 'word' && text === 'ON' && depth === 0);
  if (tokens[0]?.text !== 'CREATE' || on < 0) return sql;
  const head = tokens.slice(1, on);
  if (!head.some(({ text }) => text === 'INDEX')) return sql;
  const stray = tokens.filter(
    ({ text, kind, depth }, i) => i > on && kind === 'word' && text === 'CONCURRENTLY' && depth === 0,
  );
  const has = (word: string) => head.some(({ text, kind }) => kind === 'word' && text === word);
  const known = /^(?:UNIQUE|INDEX|CONCURRENTLY|IF|NOT|EXISTS)$/;
  const own = head.filter(({ text, kind }) => kind !== 'word' || !known.test(text));
  if (own.length > 1) return sql;
  const words = [
    'CREATE',
    has('UNIQUE') ? 'UNIQUE' : '',
    'INDEX',
    has('CONCURRENTLY') || stray.length > 0 ? 'CONCURRENTLY' : '',
    has('EXISTS') && own.length === 1 ? 'IF NOT EXISTS' : '',
    ...own.map(({ start, end }) => sql.slice(start, end)),
  ];
  const before = words.filter((word) => word !== '').join(' ');
  const from = tokens[on]?.start ?? 0;
  let rest = sql.slice(from);
  for (const { start, end } of stray.reverse()) rest = rest.slice(0, start - from).trimEnd() + rest.slice(end - from);
  const as = sql.slice(0, from).replace(/\s+/g, ' ').trim();
  return as.toUpperCase() === before.toUpperCase() && stray.length === 0 ? sql : `${before} ${rest}`;
}

/** The parenthesised columns: the first parentheses after the relation. */
function columnsOf(tokens: readonly Lexed[]): { open: number; close: number } | null {
  const on = tokens.findIndex(({ text, kind, depth }) => kind === 'word' && text === 'ON' && depth === 0);
  const open = tokens.findIndex(({ kind, depth }, i) => i > on && kind === 'open' && depth === 0);
  const close = tokens.findIndex(({ kind, depth }, i) => i > open && kind === 'close' && depth === 0);
  return on < 0 || open < 0 || close < 0 ? null : { open, close };
}

/** `ON t (a) USING gin` as others write it. */
function usingFirst(sql: string): string {
  const tokens = lex(sql);
  const columns = columnsOf(tokens);
  const using = tokens[(columns?.close ?? 0) + 1];
  const method = tokens[(columns?.close ?? 0) + 2];
  const open = tokens[columns?.open ?? -1];
  if (using?.text !== 'USING' || method === undefined || open === undefined) return sql;
  const clause = sql.slice(using.start, method.end);
  return `${sql.slice(0, open.start)}${clause} ${sql.slice(open.start, using.start).trimEnd()}${sql.slice(method.end)}`;
}

function withoutLooseCommas(sql: string): string {
  const tokens = lex(sql);
  let out = '';
  let from = 0;
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    const before = tokens[i - 1];
    const loose = next?.kind === 'close' || next?.text === ',' || next === undefined || before?.kind === 'open';
    if (token.text !== ',' || !loose) continue;
    out += sql.slice(from, token.start);
    from = token.end;
  }
  return out + sql.slice(from);
}

const CLAUSES = ['INCLUDE', 'NULLS', 'WITH', 'TABLESPACE', 'WHERE'];

function clausesInOrder(sql: string): string {
  const tokens = lex(sql);
  const columns = columnsOf(tokens);
  const close = tokens[columns?.close ?? -1];
  if (columns === null || close === undefined) return sql;
  const heads = tokens.filter(
    ({ text, kind, depth }, i) => i > columns.close && kind === 'word' && depth === 0 && CLAUSES.includes(text),
  );
  if (heads[0]?.start !== tokens[columns.close + 1]?.start) return sql;
  const clauses = heads.map(({ text, start }, i) => ({
    rank: CLAUSES.indexOf(text),
    sql: sql.slice(start, heads[i + 1]?.start ?? sql.length).trim(),
  }));
  const ordered = clauses.toSorted((a, b) => a.rank - b.rank);
  if (ordered.every((clause, i) => clause === clauses[i])) return sql;
  return `${sql.slice(0, close.end)} ${ordered.map((clause) => clause.sql).join(' ')}`;
}

const MANNER = /^([\s\S]*?)((?:\s+(?:asc|desc))?(?:\s+nulls\s+(?:first|last))?)$/i;

function expressionsInParentheses(sql: string): string {
  const tokens = lex(sql);
  const columns = columnsOf(tokens);
  const open = tokens[columns?.open ?? -1];
  const close = tokens[columns?.close ?? -1];
  if (columns === null || open === undefined || close === undefined) return sql;
  const commas = tokens.filter(
    ({ text, depth }, i) => i > columns.open && i < columns.close && text === ',' && depth === 1,
  );
  const edges = [open.end, ...commas.map(({ end }) => end)];
  const parts = edges.map((start, i) => sql.slice(start, commas[i]?.start ?? close.start));
  const mended = parts.map((part) => {
    if (parseIndex(`CREATE INDEX ON t (${part})`) !== null) return part;
    const [, expression = '', manner = ''] = MANNER.exec(part.trim()) ?? [];
    const lead = /^\s*/.exec(part)?.[0] ?? '';
    const wrapped = `${lead}(${expression.trim()})${manner}`;
    return parseIndex(`CREATE INDEX ON t (${wrapped})`) === null ? part : wrapped;
  });
  return sql.slice(0, open.end) + mended.join(',') + sql.slice(close.start);
}

function closed(sql: string): string {
  const depth = lex(sql).reduce((n, { kind }) => n + (kind === 'open' ? 1 : kind === 'close' ? -1 : 0), 0);
  return depth > 0 && depth < 4 ? sql.trimEnd() + ')'.repeat(depth) : sql;
}

/** Two statements that were read as one. */
function missingSemicolon(sql: string): string | null {
  const tokens = lex(sql);
  const second = tokens.findIndex(
    ({ text, kind }, i) =>
      i > 0 && kind === 'word' && text === 'CREATE' && /^(?:UNIQUE|INDEX)$/.test(tokens[i + 1]?.text ?? ''),
  );
  const [at, last] = [tokens[second]?.start, tokens[second - 1]?.end];
  if (at === undefined || last === undefined || parseIndex(sql.slice(0, last)) === null) return null;
  const rest = sql.slice(at);
  const after = parseIndex(rest) === null ? (mend(rest)?.fix ?? null) : rest;
  return after === null ? null : `${sql.slice(0, last)};\n${after}`;
}
