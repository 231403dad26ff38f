import { storageText, withoutDefaults } from './compare.ts';
import { elementsOf, parseIndex } from './index-statement.ts';
import { canonical } from './tree.ts';

/** An index by what queries get of it. Of indexes on one table, texts are the same exactly when the parts are. */
export interface QueryShape {
  method: string;
  unique: boolean;
  nullsDistinct: boolean;
  /** Column or expression with operator class, collation and order. */
  keys: string[];
  /** Of plain key columns the name, of expressions null. */
  names: (string | null)[];
  /** Names of the INCLUDE columns. */
  included: string[];
  predicate: string;
  storage: string;
}

/**
 * The shape of an index as its definition says it; null when that cannot be read. What the server left out of its own texts
 * (pg_get_indexdef) is the default, so shapes of these compare as the catalog's rows would.
 */
export function queryShape(definition: string): QueryShape | null {
  const node = parseIndex(definition);
  if (node === null) return null;
  const { indexIncludingParams = [], indexParams = [], options = [], whereClause } = node;
  return {
    method: node.accessMethod ?? 'btree',
    unique: node.unique === true,
    nullsDistinct: node.nulls_not_distinct !== true,
    keys: indexParams.map((column) => canonical(withoutDefaults(column))),
    names: elementsOf(indexParams).map(({ name = null }) => name),
    included: elementsOf(indexIncludingParams).flatMap(({ name = [] }) => name),
    predicate: whereClause === undefined ? '' : canonical(whereClause),
    storage: options.map(storageText).sort().join(),
  };
}

/**
 * What makes an index needless beside another one on the same table, if anything: `same`: it has the same keys, predicate and
 * INCLUDE columns; `leading`: it is a B-tree whose keys begin those of the other, which also holds what it includes. One that
 * is UNIQUE guards something that only another unique one on the very same keys guards as well.
 */
export function coveredBy(index: QueryShape, other: QueryShape): 'same' | 'leading' | null {
  if (index.method !== other.method || index.predicate !== other.predicate) return null;
  if (!index.keys.every((key, at) => key === other.keys[at])) return null;
  const sameKeys = index.keys.length === other.keys.length;
  if (index.unique && !(other.unique && sameKeys && index.nullsDistinct === other.nullsDistinct)) return null;
  const held = [...other.included, ...(index.method === 'btree' ? other.names : [])];
  if (!index.included.every((name) => held.includes(name))) return null;
  if (sameKeys && index.included.length === other.included.length) return 'same';
  return index.method === 'btree' ? 'leading' : null;
}
