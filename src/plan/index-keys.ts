import { storageTexts, withoutDefaults } from './compare.ts';
import type { Interned } from './interned.ts';
import type { IndexStmt } from './parser.ts';
import { canonical, listText, memberTexts } from './tree.ts';

/** What indexes on one table are compared by: numbers that are the same exactly when the parts mean the same. */
export interface IndexKeys {
  columns: readonly number[];
  predicate: number;
  /** All else but table and name. */
  rest: number;
  /** It has INCLUDE columns. */
  includes: boolean;
}

/** The canonical texts of an index's node. Each is made once, for keys and fingerprint: a file may hold 100,000 of them. */
export interface IndexTexts {
  columns: readonly string[];
  /** Those of all its members, the columns among them. */
  members: ReadonlyMap<string, string>;
}

export function indexTexts({ indexParams, ...node }: IndexStmt): IndexTexts {
  const columns = (indexParams ?? []).map(canonical);
  return { columns, members: memberTexts(node).set('indexParams', listText(columns)) };
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

/** The keys of an index: to be kept, which its node and its texts are too large for. */
export function indexKeys(node: IndexStmt, { columns, members }: IndexTexts, ids: Interned): IndexKeys {
  const included = node.indexIncludingParams ?? [];
  const rest = [node.relation?.inh === true ? '' : 'ONLY'];
  for (const [member, text] of members) {
    if (member === 'options') rest.push(storageTexts(node.options));
    else if (member === 'indexIncludingParams') rest.push(canonical(included.map(withoutDefaults)));
    else if (!APART.has(member)) rest.push(member, text);
  }
  return {
    columns: (node.indexParams ?? []).map((column, at) => ids.idOf(columnText(column, columns[at]))),
    predicate: ids.idOf(members.get('whereClause') ?? ''),
    rest: ids.idOf(rest.join(' ')),
    includes: included.length > 0,
  };
}

function columnText(column: unknown, text: string | undefined): string {
  const meant = withoutDefaults(column);
  return meant === column && text !== undefined ? text : canonical(meant);
}
