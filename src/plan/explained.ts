import { lexemeAt } from './lexer.ts';
import { parseStatement } from './parser.ts';
import { split } from './split.ts';
import { canonical } from './tree.ts';

/** What an EXPLAIN explains, and whether it would also run it. */
export interface Explained {
  /** The statement itself, a part of the text as it was written. */
  sql: string;
  analyze: boolean;
}

interface ExplainNode {
  query?: unknown;
  options?: { DefElem?: { defname?: string; arg?: unknown } }[];
}

const MOST_TRIES = 8;

/** A Boolean option as the server reads it: given without a value it is on. */
const isOn = (arg: unknown): boolean => {
  if (arg === undefined) return true;
  const { String: text, Boolean: flag, Integer: number } = arg as Record<string, Record<string, unknown> | undefined>;
  if (text !== undefined) return ['on', 'true'].includes(String(text.sval ?? '').toLowerCase());
  if (flag !== undefined) return flag.boolval === true;
  return number !== undefined && number.ival !== undefined && number.ival !== 0;
};

/** Where the words and brackets of EXPLAIN may end: after each lexeme that can be their last. */
function* ends(sql: string): Generator<number> {
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    if (depth === 0 && (kind === 'close' || kind === 'word')) yield end;
    at = end;
  }
}

/**
 * The statement in an EXPLAIN; null when the text is none. It is a rest of the text that PostgreSQL's parser reads as exactly
 * the statement explained: nothing is guessed. `loadParser` first.
 */
export function explained(text: string): Explained | null {
  const parsed = parseStatement(text);
  if (!parsed.ok) return null;
  const node = (parsed.statement as { ExplainStmt?: ExplainNode }).ExplainStmt;
  if (node?.query === undefined) return null;
  const query = canonical(node.query);
  const analyze = (node.options ?? [])
    .filter(({ DefElem: option }) => option?.defname?.toLowerCase() === 'analyze')
    .at(-1);
  const [code = text] = [...split(text)].flatMap((piece) => (piece.type === 'statement' ? [piece.code] : []));
  let tries = 0;
  for (const end of ends(code)) {
    // EXPLAIN, ANALYZE, VERBOSE, or one pair of brackets: whatever it is comes at once.
    if (++tries > MOST_TRIES) break;
    const sql = code.slice(end).trim();
    const rest = parseStatement(sql);
    if (rest.ok && canonical(rest.statement) === query)
      return { sql, analyze: analyze !== undefined && isOn(analyze.DefElem?.arg) };
  }
  return null;
}
