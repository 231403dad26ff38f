import { quoteLiteral } from '../../../plan/ident.ts';
import { lexemeAt } from '../../../plan/lexer.ts';
import type { Probe } from '../../../run/index.ts';

/**
 * A query with its parameters written into it as literals of unknown type, which the server reads as it would read the
 * parameters: EXPLAIN inside of another statement takes none.
 */
export function bound(sql: string, parameters: Probe['parameters']): string {
  let text = '';
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    const lexeme = sql.slice(at, end);
    text += kind === 'number' && lexeme.startsWith('$') ? literal(parameters[Number(lexeme.slice(1)) - 1]) : lexeme;
    at = end;
  }
  return text;
}

// With a space before it: `LIMIT$1` is read as two words, `LIMIT'1'` would be too, but `E'1'` would not.
const literal = (value: Probe['parameters'][number] | undefined): string =>
  value === null || value === undefined ? ' NULL' : ` ${quoteLiteral(String(value))}`;
