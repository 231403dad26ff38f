import { lexemeAt } from './lexer.ts';

/** What a line about an index says of it, in the statement's own words. */
export interface IndexOutline {
  /** With their parentheses. */
  columns: string;
  partial: boolean;
}

/**
 * Columns of a CREATE INDEX that PostgreSQL has read, and whether it is partial. By the lexer alone: a list may have a hundred
 * thousand lines, and the server's scanner takes as long for each as its parser did.
 */
export function indexOutline(sql: string): IndexOutline {
  let columns: { from: number; to: number } | null = null;
  let on = false;
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    const word = kind === 'word' && depth === 0 ? sql.slice(at, end).toUpperCase() : '';
    if (word === 'ON') on = true;
    if (word === 'WHERE' && columns !== null) return { columns: sql.slice(columns.from, columns.to), partial: true };
    if (kind === 'open') {
      if (depth === 0 && on) columns ??= { from: at, to: sql.length };
      depth++;
    } else if (kind === 'close') {
      depth--;
      if (depth === 0 && columns?.to === sql.length) columns.to = end;
    }
    at = end;
  }
  return { columns: columns === null ? '' : sql.slice(columns.from, columns.to), partial: false };
}
