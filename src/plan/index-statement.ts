import { quoteIdent, quoteQualified } from './ident.ts';
import { type IndexElem, type IndexStmt, type Node, parseStatement, scan, TOKEN, type Token } from './parser.ts';
import { canonical } from './tree.ts';

/** The parts of a CREATE INDEX statement's text that may have to change; offsets into the text. */
interface Anatomy {
  comments: Token[];
  /** End of the word INDEX. */
  afterIndex: number;
  concurrently: Token | null;
  ifNotExists: { start: number; end: number } | null;
  name: { start: number; end: number } | null;
  /** The word ON before the table. */
  on: Token;
  only: boolean;
  relation: { start: number; end: number };
  /** The tokens after the relation. */
  rest: Token[];
}

/** What a CREATE INDEX is to be turned into; what is left out stays as it is. */
export interface Retarget {
  /** Another table. With `schema` null the name alone is written. */
  relation?: { schema: string | null; table: string };
  /** Another index name. */
  name?: string;
  concurrently?: boolean;
  /** ON ONLY. Left out or false: as it is. */
  only?: boolean;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The node of a text that is one CREATE INDEX statement, else null. */
export function parseIndex(sql: string): IndexStmt | null {
  const parsed = parseStatement(sql);
  if (!parsed.ok) return null;
  return (parsed.statement as { IndexStmt?: IndexStmt }).IndexStmt ?? null;
}

/** The keys, or the INCLUDE columns, of an index's node. */
export const elementsOf = (list: readonly Node[] = []): IndexElem[] =>
  list.flatMap((each) => ('IndexElem' in each ? [each.IndexElem] : []));

/**
 * A CREATE INDEX statement's own text, aimed at another table or name: comments become a space, IF NOT EXISTS goes, the
 * rest stays byte for byte. Throws when the text is no CREATE INDEX that it understands in full.
 */
export function retargetIndex(sql: string, to: Retarget): string {
  const before = parseIndex(sql);
  const parts = before === null ? null : dissect(sql);
  if (before === null || parts === null) throw new Error(`Not a CREATE INDEX statement: ${sql.slice(0, 200)}`);
  const result = apply(sql, edits(parts, to));
  if (canonical(parseIndex(result)) !== canonical(aimed(before, to))) {
    throw new Error(`Could not retarget: ${sql.slice(0, 200)}`);
  }
  return result;
}

/** A CREATE INDEX statement with CONCURRENTLY put in, all else as it is; unchanged when it has the word or is none. */
export function addConcurrently(sql: string): string {
  const parts = dissect(sql);
  if (parts === null || parts.concurrently !== null) return sql;
  return `${sql.slice(0, parts.afterIndex)} CONCURRENTLY${sql.slice(parts.afterIndex)}`;
}

/** The parse that the result must have. */
function aimed(index: IndexStmt, to: Retarget): unknown {
  const { if_not_exists: _ifNotExists, concurrent, idxname, relation, ...rest } = index;
  const { schemaname, relname, inh, ...table } = relation ?? {};
  const schema = to.relation === undefined ? schemaname : (to.relation.schema ?? undefined);
  return {
    ...rest,
    idxname: to.name ?? idxname,
    relation: { ...table, schemaname: schema, relname: to.relation?.table ?? relname, inh: to.only ? undefined : inh },
    // The parser leaves out what is false.
    concurrent: (to.concurrently ?? concurrent === true) ? true : undefined,
  };
}

function edits(parts: Anatomy, to: Retarget): Edit[] {
  const list: Edit[] = parts.comments.map(({ start, end }) => ({ start, end, text: ' ' }));
  if (parts.ifNotExists !== null) list.push({ ...parts.ifNotExists, text: '' });
  const { concurrently, name, relation } = parts;
  let insert = '';
  if (to.concurrently === true && concurrently === null) insert = ' CONCURRENTLY';
  if (to.concurrently === false && concurrently !== null)
    list.push({ start: concurrently.start, end: concurrently.end, text: '' });
  if (to.name !== undefined) {
    if (name !== null) list.push({ ...name, text: quoteIdent(to.name) });
    else list.push({ start: parts.on.start, end: parts.on.start, text: `${quoteIdent(to.name)} ` });
  }
  if (insert !== '') list.push({ start: parts.afterIndex, end: parts.afterIndex, text: insert });
  if (to.only === true && !parts.only) list.push({ start: parts.on.end, end: parts.on.end, text: ' ONLY' });
  if (to.relation !== undefined)
    list.push({ ...relation, text: quoteQualified(to.relation.schema, to.relation.table) });
  return list;
}

/** Applies the edits from the end, dropping those that lie within another one, such as a comment inside IF NOT EXISTS. */
function apply(sql: string, list: Edit[]): string {
  const outer = list.filter(
    (edit) =>
      !list.some(
        (other) =>
          other !== edit &&
          other.start <= edit.start &&
          edit.end <= other.end &&
          other.end - other.start > edit.end - edit.start &&
          edit.end > edit.start,
      ),
  );
  let out = sql;
  for (const { start, end, text } of outer.sort((a, b) => b.start - a.start || b.end - a.end)) {
    const gap = text === '' && (out[end] === ' ' || out[end] === '\n') && (out[start - 1] ?? ' ') === ' ' ? 1 : 0;
    out = out.slice(0, start) + text + out.slice(end + gap);
  }
  return out.trim();
}

function dissect(sql: string): Anatomy | null {
  const scanned = scan(sql);
  if (!scanned.ok) return null;
  const comments = scanned.tokens.filter(isComment);
  const tokens = scanned.tokens.filter((token) => !isComment(token));
  const is = (at: number, word: string) => tokens[at]?.text.toUpperCase() === word;
  let i = is(1, 'UNIQUE') ? 2 : 1;
  const index = tokens[i];
  if (!is(0, 'CREATE') || index === undefined || !is(i, 'INDEX')) return null;
  i++;
  const concurrently = is(i, 'CONCURRENTLY') ? (tokens[i++] ?? null) : null;
  let ifNotExists: Anatomy['ifNotExists'] = null;
  if (is(i, 'IF') && is(i + 1, 'NOT') && is(i + 2, 'EXISTS')) {
    ifNotExists = span(tokens, i, i + 2);
    i += 3;
  }
  const nameFrom = i;
  if (!is(i, 'ON')) i = afterName(tokens, i);
  const name = i > nameFrom ? span(tokens, nameFrom, i - 1) : null;
  const on = tokens[i];
  if (on === undefined || !is(i, 'ON')) return null;
  i++;
  const only = is(i, 'ONLY');
  if (only) i++;
  if (is(i, '(')) i++;
  const from = i;
  i = afterName(tokens, i);
  while (is(i, '.')) i = afterName(tokens, i + 1);
  const relation = span(tokens, from, i - 1);
  if (relation === null) return null;
  return {
    comments,
    afterIndex: index.end,
    concurrently,
    ifNotExists,
    name,
    on,
    only,
    relation,
    rest: tokens.slice(i),
  };
}

function isComment(token: Token): boolean {
  return token.type === TOKEN.lineComment || token.type === TOKEN.blockComment;
}

/** The token after a name: U&"..." may bring its own UESCAPE '!'. */
function afterName(tokens: Token[], at: number): number {
  const escaped = tokens[at]?.type === TOKEN.unicodeIdent && tokens[at + 1]?.text.toUpperCase() === 'UESCAPE';
  return at + (escaped ? 3 : 1);
}

function span(tokens: Token[], from: number, to: number): { start: number; end: number } | null {
  const first = tokens[from];
  const last = tokens[to];
  return first === undefined || last === undefined ? null : { start: first.start, end: last.end };
}

/** Which part of an index the clause after each of these words is. */
const CLAUSES: Readonly<Record<string, string>> = {
  USING: 'method',
  INCLUDE: 'included columns',
  WITH: 'storage parameters',
  TABLESPACE: 'tablespace',
  WHERE: 'predicate',
};

/** The clauses of a CREATE INDEX statement in its own words, by the part of the index that they say. */
export function indexClauses(sql: string): Map<string, string> {
  const clauses = new Map<string, string>();
  const parts = dissect(sql);
  if (parts === null) return clauses;
  clauses.set('table', sql.slice(parts.relation.start, parts.relation.end));
  let part: string | undefined;
  let from = 0;
  let depth = 0;
  for (const token of parts.rest) {
    const word = token.text.toUpperCase();
    const begins = depth === 0 && part !== 'predicate' ? CLAUSES[word] : undefined;
    if (begins !== undefined) {
      part = begins;
      from = token.end;
    } else if (depth === 0 && word === '(' && (part === undefined || part === 'method') && !clauses.has('columns')) {
      part = 'columns';
      from = token.start;
    }
    if (word === '(') depth++;
    if (word === ')') depth--;
    if (part !== undefined && begins === undefined) clauses.set(part, sql.slice(from, token.end).trim());
  }
  return clauses;
}
