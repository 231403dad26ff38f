import { elementsOf, indexClauses, parseIndex } from './index-statement.ts';
import { parseStatement, scan, TOKEN, type Token } from './parser.ts';
import { names, walk } from './tree.ts';

/** What an index statement names of what extensions may bring; the last part of each name. */
export interface NamedInIndex {
  method: string;
  opclasses: string[];
  functions: string[];
  types: string[];
  /** A column or expression has no operator class named. */
  usesDefaults: boolean;
}

/** Null for a text that is no CREATE INDEX statement. */
export function namedInIndex(sql: string): NamedInIndex | null {
  const index = parseIndex(sql);
  if (index === null) return null;
  const found = { opclasses: new Set<string>(), functions: new Set<string>(), types: new Set<string>() };
  const add = (to: Set<string>, list: unknown) => {
    const name = names(list).at(-1);
    if (name !== undefined) to.add(name);
  };
  let usesDefaults = false;
  for (const { opclass } of elementsOf(index.indexParams)) {
    if (opclass === undefined) usesDefaults = true;
    else add(found.opclasses, opclass);
  }
  walk([index.indexParams, index.whereClause], (key, node) => {
    if (key === 'FuncCall') add(found.functions, node.funcname);
    if (key === 'typeName' || key === 'TypeName') add(found.types, node.names);
  });
  return {
    method: index.accessMethod ?? 'btree',
    opclasses: [...found.opclasses],
    functions: [...found.functions],
    types: [...found.types],
    usesDefaults,
  };
}

/** The expressions of an index statement, in its own words: its columns that are none, and its predicate. */
export function indexExpressions(sql: string): string[] {
  const clauses = indexClauses(sql);
  const columns = elements(clauses.get('columns') ?? '').flatMap((element) => expressionOf(element) ?? []);
  const predicate = clauses.get('predicate');
  return [...columns, ...(predicate === undefined ? [] : [predicate])].filter(
    (expression) => parseStatement(`SELECT (${expression})`).ok,
  );
}

/** The parts of `(a, lower(b) DESC, (c + 1))`, without the parentheses around. */
function elements(columns: string): { text: string; tokens: Token[] }[] {
  const scanned = scan(columns);
  if (!scanned.ok) return [];
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of scanned.tokens) {
    if (token.type === TOKEN.lineComment || token.type === TOKEN.blockComment) continue;
    if (token.text === ')') depth--;
    if (depth === 1 && token.text === ',') parts.push([]);
    else if (depth > 0) parts.at(-1)?.push(token);
    if (token.text === '(') depth++;
  }
  return parts.map((tokens) => ({ text: columns, tokens }));
}

/** A parenthesis, or a call: what follows it is collation, operator class and order. Null for a column. */
function expressionOf({ text, tokens }: { text: string; tokens: Token[] }): string | null {
  const open = tokens.findIndex((token) => token.text === '(');
  const [first] = tokens;
  if (first === undefined || open < 0 || !isName(tokens.slice(0, open))) return null;
  let depth = 0;
  for (const token of tokens.slice(open)) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth === 0) return text.slice(first.start, token.end);
  }
  return null;
}

/** Nothing, `f` or `s.f`; but not `a ops`, the column and operator class of `a ops (n = 1)`. */
const isName = (tokens: readonly Token[]): boolean =>
  tokens.length === 0 || (tokens.length % 2 === 1 && tokens.every(({ text }, at) => (text === '.') === (at % 2 === 1)));
