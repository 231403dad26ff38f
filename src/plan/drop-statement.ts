import { quoteQualified } from './ident.ts';
import { scan, TOKEN } from './parser.ts';
import { names } from './tree.ts';
import type { DropIndexStep } from './types.ts';

/** One index that a DROP INDEX names, and the node of a statement that drops it alone. */
export interface NamedIndex {
  schema: string | null;
  name: string;
  node: DropStmt;
}

/** The parser's node of a DROP, as far as it matters here. */
export interface DropStmt {
  objects?: unknown[];
  removeType?: string;
  behavior?: string;
  missing_ok?: boolean;
  concurrent?: boolean;
}

/** What a DROP INDEX names, one by one: each becomes a step of its own. */
export function droppedIndexes(drop: DropStmt): NamedIndex[] {
  return (drop.objects ?? []).flatMap((object) => {
    const parts = names((object as { List?: { items?: unknown } }).List?.items);
    const name = parts.at(-1);
    if (name === undefined) return [];
    return [{ schema: parts.at(-2) ?? null, name, node: { ...drop, objects: [object] } }];
  });
}

/** A DROP INDEX statement with CONCURRENTLY put in, all else as it is; unchanged when it has the word or is none. */
export function addConcurrentlyToDrop(sql: string): string {
  const scanned = scan(sql);
  if (!scanned.ok) return sql;
  const words = scanned.tokens.filter(({ type }) => type !== TOKEN.lineComment && type !== TOKEN.blockComment);
  const is = (at: number, word: string) => words[at]?.text.toUpperCase() === word;
  const end = words[1]?.end;
  if (!is(0, 'DROP') || !is(1, 'INDEX') || is(2, 'CONCURRENTLY') || end === undefined) return sql;
  return `${sql.slice(0, end)} CONCURRENTLY${sql.slice(end)}`;
}

/** The statement of one such step, where it shares its own with others. */
export function dropText({ schema, name, concurrently, ifExists }: DropIndexStep): string {
  return `DROP INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${ifExists ? 'IF EXISTS ' : ''}${quoteQualified(schema, name)}`;
}
