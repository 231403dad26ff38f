import { names, walk } from './tree.ts';

/** What a statement makes that others of the script may need. */
export interface Made {
  kind: 'table' | 'materialized view' | 'function';
  /** Without its schema, as the server keeps it. */
  name: string;
}

const MAKES =
  /^create\s+(?:or\s+replace\s+)?(?:\w+\s+){0,2}?(table|materialized\s+view|function)\s+(?:if\s+not\s+exists\s+)?(?:(?:"(?:[^"]|"")+"|[\w$]+)\s*\.\s*)?("(?:[^"]|"")+"|[\w$]+)/i;

/** What a statement makes, by its first words: it need not parse. */
export function madeBy(sql: string): Made | null {
  const [, what = '', written] = MAKES.exec(sql) ?? [];
  if (written === undefined) return null;
  const name = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();
  const word = what.toLowerCase();
  return { kind: word.startsWith('materialized') ? 'materialized view' : word === 'table' ? word : 'function', name };
}

/** The first of these functions that a statement calls, or null. */
export function calledOf(tree: unknown, functions: ReadonlySet<string>): string | null {
  if (functions.size === 0) return null;
  let found: string | null = null;
  walk(tree, (key, node) => {
    const name = key === 'FuncCall' ? names(node.funcname).at(-1) : undefined;
    if (name !== undefined && functions.has(name)) found ??= name;
  });
  return found;
}
