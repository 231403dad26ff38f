import { storageTexts, withoutDefaults } from './compare.ts';
import type { Interned } from './interned.ts';
import type { IndexStmt } from './parser.ts';
import { canonical } from './tree.ts';

/** What indexes on one table are compared by: numbers that are the same exactly when the parts mean the same. */
export interface IndexKeys {
  columns: readonly number[];
  predicate: number;
  /** All else but table and name. */
  rest: number;
  /** It has INCLUDE columns. */
  includes: boolean;
}

/** Compared in other ways, or not at all. */
const APART: ReadonlySet<string> = new Set([
  'idxname',
  'concurrent',
  'if_not_exists',
  'relation',
  'indexParams',
  'whereClause',
]);

/** The keys of an index: to be kept, which its node is too large for. */
export function indexKeys(node: IndexStmt, ids: Interned): IndexKeys {
  const { indexParams = [], indexIncludingParams: included = [], options, whereClause } = node;
  const rest = [node.relation?.inh === true ? '' : 'ONLY'];
  for (const [member, value] of Object.entries(node)) {
    if (member === 'options') rest.push(storageTexts(options));
    else if (member === 'indexIncludingParams') rest.push(canonical(included.map(withoutDefaults)));
    else if (!APART.has(member)) rest.push(member, canonical(value));
  }
  return {
    columns: indexParams.map((column) => ids.idOf(canonical(withoutDefaults(column)))),
    predicate: ids.idOf(whereClause === undefined ? '' : canonical(whereClause)),
    rest: ids.idOf(rest.join(' ')),
    includes: included.length > 0,
  };
}
