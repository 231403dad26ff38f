import { split } from './split.ts';
import { readStatement } from './statement.ts';
import { walk } from './tree.ts';

/** A text as one SELECT that only reads, as far as its text can tell; or why it is none. `loadParser` first. */
export type Question = { ok: true; sql: string } | { ok: false; why: string };

/**
 * Reads a text that has to be one SELECT: by the same rules as a plan's validation queries. `parameters`: how many values it
 * is given for $1 and so on.
 */
export function readQuestion(text: string, parameters = 0): Question {
  const pieces = [...split(text)].filter((piece) => piece.type !== 'comment');
  const [only] = pieces;
  if (only === undefined || pieces.length > 1) return { ok: false, why: 'it is not exactly one statement' };
  if (only.type !== 'statement') return { ok: false, why: 'it is no SQL statement' };
  const read = readStatement(only);
  if (read.as === 'refused') return { ok: false, why: read.why };
  if (read.as !== 'select') return { ok: false, why: 'only a SELECT is accepted' };
  let most = 0;
  walk(read.tree, (key, node) => {
    if (key === 'ParamRef') most = Math.max(most, typeof node.number === 'number' ? node.number : 0);
  });
  if (most <= parameters) return { ok: true, sql: only.code };
  return {
    ok: false,
    why: parameters === 0 ? 'it has parameters, such as $1' : `it has $${most}, and ${parameters} values are given`,
  };
}
