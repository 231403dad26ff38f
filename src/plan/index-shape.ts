import { elementsOf, parseIndex } from './index-statement.ts';
import type { Node } from './parser.ts';
import { names, walk } from './tree.ts';

/** A key or an included column: the table's column that it is, or null for an expression, and the columns in it. */
export interface IndexPart {
  column: string | null;
  columns: string[];
  /** The operator class, without its schema; null for its type's own. */
  opclass: string | null;
}

/** What of a CREATE INDEX decides about its size. Names are as PostgreSQL folds them, unquoted. */
export interface IndexShape {
  keys: IndexPart[];
  included: IndexPart[];
  /** Of the WHERE clause; null when there is none. */
  predicate: string[] | null;
  /** Storage parameters as they are written, by name: fillfactor, deduplicate_items, pages_per_range and so on. */
  storage: Record<string, string>;
}

const columnsIn = (tree: unknown): string[] => {
  const found = new Set<string>();
  walk(tree, (key, node) => {
    const name = key === 'ColumnRef' ? names(node.fields).at(-1) : undefined;
    if (name !== undefined) found.add(name);
  });
  return [...found];
};

const parts = (elements: readonly Node[] | undefined): IndexPart[] =>
  elementsOf(elements).map(({ name, expr, opclass: written }) => {
    const opclass = names(written).at(-1) ?? null;
    return name === undefined
      ? { column: null, columns: columnsIn(expr), opclass }
      : { column: name, columns: [name], opclass };
  });

/** The value of a storage parameter; one without a value is on. The parser leaves out a zero. */
const text = (value: unknown): string => {
  let found = 'true';
  walk(value, (key, node) => {
    if (key === 'Integer') found = String(node.ival ?? 0);
    if (key === 'Float') found = String(node.fval ?? 0);
    if (key === 'String') found = String(node.sval ?? '');
  });
  return found;
};

/** The shape of an index by the statement that builds it; null for what is no CREATE INDEX. Needs the parser to be loaded. */
export function indexShape(sql: string): IndexShape | null {
  const index = parseIndex(sql);
  if (index === null) return null;
  const { indexParams, indexIncludingParams, whereClause, options = [] } = index;
  return {
    keys: parts(indexParams),
    included: parts(indexIncludingParams),
    predicate: whereClause === undefined ? null : columnsIn(whereClause),
    storage: Object.fromEntries(
      options.flatMap((option) => {
        const { defname, arg } = (option as { DefElem?: { defname?: string; arg?: unknown } }).DefElem ?? {};
        return defname === undefined ? [] : [[defname, text(arg)]];
      }),
    ),
  };
}

/** Every column of the table that the index needs, each once. */
export const columnsOf = ({ keys, included, predicate }: IndexShape): string[] => [
  ...new Set([...keys, ...included].flatMap(({ columns }) => columns).concat(predicate ?? [])),
];
