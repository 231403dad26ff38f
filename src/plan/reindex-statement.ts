import { quoteQualified } from './ident.ts';
import { scan, TOKEN } from './parser.ts';
import type { ReindexStep } from './types.ts';

/** The parser's node of a REINDEX, as far as it matters here. */
export interface ReindexStmt {
  kind?: string;
  relation?: { catalogname?: string; schemaname?: string; relname?: string };
  params?: { DefElem?: { defname?: string; arg?: unknown } }[];
}

/** What a REINDEX names, and how; or why it is not deployed, as a clause. */
export type ReadReindex =
  | { of: ReindexStep['of']; schema: string | null; name: string; concurrently: boolean }
  | { refused: string };

const OF: Readonly<Record<string, ReindexStep['of']>> = {
  REINDEX_OBJECT_INDEX: 'index',
  REINDEX_OBJECT_TABLE: 'table',
};

const HOW: ReadonlySet<string> = new Set(['concurrently', 'verbose']);

/** An option's value, as the server reads one (defGetBoolean); null where it would not. */
function isOn(arg: unknown): boolean | null {
  if (arg === undefined) return true;
  const { Integer, String: text } = arg as { Integer?: { ival?: number }; String?: { sval?: string } };
  if (Integer !== undefined) return Integer.ival === 1 ? true : (Integer.ival ?? 0) === 0 ? false : null;
  const word = text?.sval?.toLowerCase() ?? '';
  if (word === 'true' || word === 'on') return true;
  return word === 'false' || word === 'off' ? false : null;
}

/** Reads a parsed REINDEX INDEX or REINDEX TABLE; null for one of a schema, a database or the system. */
export function readReindex({ kind = '', relation = {}, params = [] }: ReindexStmt): ReadReindex | null {
  const of = OF[kind];
  if (of === undefined) return null;
  if (relation.catalogname !== undefined) return { refused: 'a name has a schema and a name; take the database out' };
  let concurrently = false;
  for (const { DefElem: { defname = '', arg } = {} } of params) {
    if (defname === 'tablespace')
      return {
        refused: 'TABLESPACE moves the index, which a plan does not; take it out, and move it with ALTER INDEX by hand',
      };
    const on = HOW.has(defname) ? isOn(arg) : null;
    if (on === null)
      return { refused: `the option ${defname.toUpperCase()} is none that REINDEX has, or has no value` };
    // The server takes the last one, the word after INDEX or TABLE behind all options.
    if (defname === 'concurrently') concurrently = on;
  }
  return { of, schema: relation.schemaname ?? null, name: relation.relname ?? '', concurrently };
}

/** A REINDEX with CONCURRENTLY put in, all else as it is; unchanged when it has the word there or is none. */
export function addConcurrentlyToReindex(sql: string): string {
  const scanned = scan(sql);
  if (!scanned.ok) return sql;
  const words = scanned.tokens.filter(({ type }) => type !== TOKEN.lineComment && type !== TOKEN.blockComment);
  const word = (at: number): string => words[at]?.text.toUpperCase() ?? '';
  if (word(0) !== 'REINDEX') return sql;
  let at = 1;
  // The options come first, in parentheses.
  if (word(1) === '(') while (at < words.length && word(at) !== ')') at++;
  if (word(at) === ')') at++;
  const end = words[at]?.end;
  if (!['INDEX', 'TABLE'].includes(word(at)) || word(at + 1) === 'CONCURRENTLY' || end === undefined) return sql;
  return `${sql.slice(0, end)} CONCURRENTLY${sql.slice(end)}`;
}

/** The statement that rebuilds one index, as it is sent. */
export const reindexSql = ({ schema, name }: { schema: string; name: string }): string =>
  `REINDEX INDEX CONCURRENTLY ${quoteQualified(schema, name)}`;

/** One index of a REINDEX that takes several, as a step where that one stands. */
export const reindexPart = (whole: ReindexStep, index: { schema: string; name: string }): ReindexStep => ({
  ...whole,
  ...index,
  of: 'index',
  concurrently: true,
  madeConcurrent: false,
  sql: reindexSql(index),
});
