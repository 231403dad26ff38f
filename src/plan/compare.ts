import { indexClauses, parseIndex } from './index-statement.ts';
import type { IndexStmt } from './parser.ts';
import { canonical } from './tree.ts';

export interface CompareOptions {
  /** Do not compare schema and table, because the caller knows that they are the same one. */
  ignoreRelation?: boolean;
  /** Do not compare ONLY: the catalog always shows it for an index on a partitioned table. */
  ignoreOnly?: boolean;
}

export type Comparison = { equal: true } | { equal: false; differences: string[] };

/** The node of an index by parts; each part is a text that is the same exactly when the part means the same. */
type Parts = Map<string, string>;

/**
 * Compares two CREATE INDEX texts by PostgreSQL's own parse, apart from the index name, CONCURRENTLY, IF NOT EXISTS and
 * what is the default anyway. Never `equal` wrongly: what is not understood differs. The other way round it may be wrong,
 * since the server rewrites expressions: lower(name) comes back as lower((name)::text).
 */
export function compareIndexes(a: string, b: string, options: CompareOptions = {}): Comparison {
  const [left, right] = [parseIndex(a), parseIndex(b)];
  if (left === null || right === null) {
    const which = left === null ? a : b;
    return { equal: false, differences: [`cannot be read as CREATE INDEX: ${which.slice(0, 120)}`] };
  }
  return compareParsed({ node: left, sql: a }, { node: right, sql: b }, options);
}

/** The same for statements that are parsed already. */
function compareParsed(
  a: { node: IndexStmt; sql: string },
  b: { node: IndexStmt; sql: string },
  options: CompareOptions = {},
): Comparison {
  const left = partsOf(a.node, options);
  const right = partsOf(b.node, options);
  const differing = [...new Set([...left.keys(), ...right.keys()])].filter(
    (part) => left.get(part) !== right.get(part),
  );
  if (differing.length === 0) return { equal: true };
  return { equal: false, differences: differing.map((part) => inWords(part, a, b)) };
}

function partsOf(node: IndexStmt, options: CompareOptions): Parts {
  const {
    idxname: _idxname,
    concurrent: _concurrent,
    if_not_exists: _ifNotExists,
    relation,
    accessMethod,
    indexParams,
    indexIncludingParams,
    options: storage,
    whereClause,
    unique,
    nulls_not_distinct: nullsNotDistinct,
    tableSpace,
    ...rest
  } = node;
  const parts: Parts = new Map();
  const { inh, ...table } = relation ?? {};
  if (options.ignoreRelation !== true) parts.set('table', canonical(table));
  if (options.ignoreOnly !== true) parts.set('only', String(inh !== true));
  parts.set('unique', String(unique === true));
  parts.set('method', accessMethod ?? 'btree');
  parts.set('columns', canonical((indexParams ?? []).map(withoutDefaults)));
  parts.set('included columns', canonical((indexIncludingParams ?? []).map(withoutDefaults)));
  parts.set('predicate', canonical(whereClause ?? null));
  parts.set('nulls not distinct', String(nullsNotDistinct === true));
  parts.set('storage parameters', storageTexts(storage));
  parts.set('tablespace', tableSpace ?? '');
  for (const [key, value] of Object.entries(rest)) parts.set(key, canonical(value));
  return parts;
}

/** A column without what is the default: ASC, and NULLS LAST in it and FIRST in DESC; itself when it says no such thing. */
export function withoutDefaults(element: unknown): unknown {
  const { IndexElem: column } = element as { IndexElem?: Record<string, unknown> };
  if (column === undefined) return element;
  const ascending = column.ordering === 'SORTBY_ASC';
  const usual = column.ordering === 'SORTBY_DESC' ? 'SORTBY_NULLS_FIRST' : 'SORTBY_NULLS_LAST';
  const unsaid = column.nulls_ordering === usual;
  if (!ascending && !unsaid) return element;
  const ordering = ascending ? 'SORTBY_DEFAULT' : column.ordering;
  const nulls = unsaid ? 'SORTBY_NULLS_DEFAULT' : column.nulls_ordering;
  return { IndexElem: { ...column, ordering, nulls_ordering: nulls } };
}

/** The storage parameters as the server would keep them. */
export function storageTexts(options: readonly unknown[] = []): string {
  return canonical(options.map(storageText).sort());
}

/** Storage parameters of the server's own index methods that are on or off. */
const SWITCHES: ReadonlySet<unknown> = new Set(['deduplicate_items', 'fastupdate', 'autosummarize']);

/**
 * A storage parameter as a text. `fillfactor = 70` and `fillfactor = '70'` are the same to the server, which keeps text, and so
 * are the words for on and off.
 */
export function storageText(option: unknown): string {
  const { DefElem: element } = option as { DefElem?: Record<string, unknown> };
  if (element === undefined) return canonical(option);
  const { arg, ...rest } = element;
  const value = storageValue(arg);
  return canonical({ ...rest, arg: SWITCHES.has(rest.defname) ? switchText(value) : value });
}

function switchText(value: unknown): unknown {
  const text = String(value).toLowerCase();
  if (['on', 'true', 'yes', '1'].includes(text)) return 'on';
  return ['off', 'false', 'no', '0'].includes(text) ? 'off' : value;
}

function storageValue(arg: unknown): unknown {
  if (arg === undefined) return 'true';
  const [[kind, body] = ['', {}]] = Object.entries(arg as Record<string, Record<string, unknown>>);
  switch (kind) {
    case 'Integer':
      return String(body.ival ?? 0);
    case 'Float':
      return String(body.fval);
    case 'Boolean':
      return String(body.boolval === true);
    case 'String':
      return String(body.sval ?? '');
    case 'TypeName': {
      // A bare word such as off is read as the name of a type.
      const { location: _location, typemod: _typemod, names, ...more } = body;
      const word = (names as { String?: { sval?: string } }[] | undefined)?.[0]?.String?.sval;
      return (names as unknown[]).length === 1 && Object.keys(more).length === 0 ? word : arg;
    }
    default:
      return arg;
  }
}

function inWords(part: string, a: { node: IndexStmt; sql: string }, b: { node: IndexStmt; sql: string }): string {
  return `${part}: ${asWritten(part, a)} and ${asWritten(part, b)}`;
}

/** The statement's own words for a part, on one line. */
function asWritten(part: string, { node, sql }: { node: IndexStmt; sql: string }): string {
  switch (part) {
    case 'only':
      return node.relation?.inh === true ? 'without ONLY' : 'ON ONLY';
    case 'unique':
      return node.unique === true ? 'UNIQUE' : 'not unique';
    case 'nulls not distinct':
      return node.nulls_not_distinct === true ? 'NULLS NOT DISTINCT' : 'nulls distinct';
    case 'method':
      return node.accessMethod ?? 'btree';
    default:
      return indexClauses(sql).get(part)?.replace(/\s+/g, ' ') ?? 'none';
  }
}
