/** A node of EXPLAIN (FORMAT JSON), as much of it as a reader looks at. Anything may be missing. */
type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? String(value)
      : Array.isArray(value)
        ? value.map(text).join(', ')
        : '';

const nameOf = (node: Node): string => {
  const index = text(node['Index Name']);
  const relation = [text(node.Schema), text(node['Relation Name'])].filter((each) => each !== '').join('.');
  return `${text(node['Node Type'])}${index === '' ? '' : ` using ${index}`}${relation === '' ? '' : ` on ${relation}`}`;
};

const measured = (node: Node): string => {
  const ms = node['Actual Total Time'];
  if (typeof ms !== 'number')
    return typeof node['Plan Rows'] === 'number' ? `  (${text(node['Plan Rows'])} rows expected)` : '';
  const loops = node['Actual Loops'];
  return `  (${ms.toFixed(3)} ms, ${text(node['Actual Rows'])} rows${typeof loops === 'number' && loops > 1 ? `, ${loops} loops` : ''})`;
};

const DETAILS = ['Index Cond', 'Recheck Cond', 'Hash Cond', 'Merge Cond', 'Join Filter', 'Filter', 'Sort Key'] as const;

const detailsOf = (node: Node): string[] => {
  const removed = node['Rows Removed by Filter'];
  return [
    ...DETAILS.flatMap((key) => (text(node[key]) === '' ? [] : [`${key}: ${text(node[key])}`])),
    ...(typeof removed === 'number' && removed > 0 ? [`Rows removed by filter: ${removed}`] : []),
  ];
};

/** Deeper than this no person reads, and no plan of ours is. */
const MOST_DEPTH = 60;

const linesOf = (node: Node, depth: number): string[] => {
  if (depth > MOST_DEPTH) return [];
  const indent = '  '.repeat(depth);
  const below = Array.isArray(node.Plans) ? node.Plans.filter(isNode) : [];
  return [
    `${indent}${depth === 0 ? '' : '-> '}${nameOf(node)}${measured(node)}`,
    ...detailsOf(node).map((detail) => `${indent}${depth === 0 ? '  ' : '     '}${detail}`),
    ...below.flatMap((each) => linesOf(each, depth + 1)),
  ];
};

/** A plan as a person reads it, a line each; empty when there is none. */
export const planLines = (plan: unknown): string[] => {
  const top = isNode(plan) ? plan.Plan : null;
  return isNode(top) ? linesOf(top, 0) : [];
};
