import { lexemeAt } from './lexer.ts';

/** A letter that belongs to the literal behind it: a bit string, or one of another character set. */
const PREFIX = /^(?:[bxn]|u&)$/i;

interface Piece {
  kind: 'constant' | 'space' | 'other';
  text: string;
}

const pieces = (sql: string): Piece[] => {
  const found: Piece[] = [];
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    const text = sql.slice(at, end);
    at = end;
    if (kind === 'string' || (kind === 'number' && !text.startsWith('$'))) {
      const prefix = kind === 'string' ? prefixLength(found) : 0;
      found.splice(found.length - prefix, prefix, { kind: 'constant', text: '' });
    } else if (kind === 'space' || kind === 'line-comment' || kind === 'block-comment') {
      found.push({ kind: 'space', text: ' ' });
    } else found.push({ kind: 'other', text });
  }
  return found;
};

/** How many of the last pieces are the prefix of a string that follows them directly. */
const prefixLength = (before: readonly Piece[]): number => {
  const [last, other] = [before.at(-1), before.at(-2)];
  if (last?.kind === 'other' && PREFIX.test(last.text)) return 1;
  if (last?.kind === 'other' && other?.kind === 'other' && PREFIX.test(other.text + last.text)) return 2;
  return 0;
};

/**
 * A statement without what it says of the data: each constant is `$n`, numbered behind the parameters that it has, as
 * pg_stat_statements does it; comments, which may hold anything, are gone too. Also of a text that the server has cut.
 */
export const normaliseStatement = (sql: string): string => {
  const found = pieces(sql);
  const parameters = found.flatMap(({ kind, text }) =>
    kind === 'other' && /^\$\d+$/.test(text) ? [Number(text.slice(1))] : [],
  );
  let next = Math.max(0, ...parameters);
  return found
    .map(({ kind, text }) => {
      if (kind !== 'constant') return text;
      next += 1;
      return `$${next}`;
    })
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim();
};
