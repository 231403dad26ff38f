import type { Explained } from './explain-refusal.ts';
import { firstWords, printable } from './printable.ts';
import type { Source } from './source.ts';
import type { Place, Problem } from './types.ts';

/** A refusal as a problem of the plan; `from` is where the statement begins, `at` where the fault is, if that is known. */
export function problemOf(
  source: Source,
  place: Place,
  from: number,
  sql: string,
  refused: Explained,
  at?: Place,
): Problem {
  const where = at !== undefined && (at.line !== place.line || at.column !== place.column) ? at : undefined;
  const seen = where === undefined ? '' : ` (line ${where.line}, column ${where.column})`;
  const opening = refused.code === 'syntax' ? 'PostgreSQL cannot read this' : 'Refused';
  const { database, fix, kind, inside } = refused;
  return {
    ...place,
    code: refused.code,
    what: firstWords(sql),
    message: printable(`${opening}: ${refused.why}${seen}.`),
    ...(where === undefined ? {} : { at: where }),
    excerpt: source.excerpt(from + (refused.at ?? 0)),
    ...(fix === undefined ? {} : { fix }),
    ...(database === undefined ? {} : { database }),
    ...(kind === undefined ? {} : { kind }),
    ...(inside === undefined
      ? {}
      : { inside: inside.map((found) => ({ ...source.place(from + found.at), sql: found.sql })) }),
  };
}
