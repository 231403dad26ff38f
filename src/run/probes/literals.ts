import { lexemeAt } from '../../plan/lexer.ts';

/** What stands for a literal value. */
const MASK = '?';

/** Keys of EXPLAIN's JSON whose text is a name or the server's own word, never a part of the query. */
const NAMES: ReadonlySet<string> = new Set([
  'Node Type',
  'Relation Name',
  'Index Name',
  'Schema',
  'Alias',
  'CTE Name',
  'Function Name',
  'Subplan Name',
  'Parent Relationship',
  'Join Type',
  'Scan Direction',
  'Strategy',
  'Partial Mode',
  'Command',
  'Sort Method',
  'Sort Space Type',
  'Cache Mode',
]);

/** SQL, or the text of a plan's condition, with every string and number in it masked. Names in double quotes stay. */
export const maskLiterals = (sql: string): string => {
  let masked = '';
  for (let at = 0; at < sql.length; ) {
    const { kind, end } = lexemeAt(sql, at);
    const text = sql.slice(at, end);
    // The lexer takes $1 for a number.
    masked += kind === 'string' || (kind === 'number' && !text.startsWith('$')) ? MASK : text;
    at = end;
  }
  return masked;
};

/** A plan as EXPLAIN (FORMAT JSON) gives it, with the literal values in its conditions masked. Names and numbers of its own stay. */
export const withoutLiterals = (plan: unknown, key = ''): unknown => {
  if (typeof plan === 'string') return NAMES.has(key) ? plan : maskLiterals(plan);
  if (Array.isArray(plan)) return plan.map((each) => withoutLiterals(each, key));
  if (typeof plan !== 'object' || plan === null) return plan;
  return Object.fromEntries(Object.entries(plan).map(([name, value]) => [name, withoutLiterals(value, name)]));
};
