import { loadParser, parseStatement } from '../../plan/parser.ts';
import { names, walk } from '../../plan/tree.ts';
import type { NamedFunction } from '../../queries/functions_named.ts';

/** The functions that a statement names, each once. `(x).f` may be a call of f(x), so it counts. Throws on no SQL. */
export async function calledFunctions(sql: string): Promise<NamedFunction[]> {
  await loadParser();
  const parsed = parseStatement(sql);
  if (!parsed.ok) throw new Error(`Not one statement: ${parsed.error.message}`);
  const found = new Map<string, NamedFunction>();
  walk(parsed.statement, (key, node) => {
    if (key !== 'FuncCall' && key !== 'A_Indirection') return;
    const path = key === 'FuncCall' ? names(node.funcname) : names(node.indirection).slice(-1);
    const name = path.at(-1);
    if (name === undefined) return;
    const schema = path.length > 1 ? (path.at(-2) ?? null) : null;
    found.set(JSON.stringify([schema, name]), { schema, name });
  });
  return [...found.values()];
}

/** The tables and views that a statement names, each once; names of WITH queries may be among them. Throws on no SQL. */
export async function namedRelations(sql: string): Promise<NamedFunction[]> {
  await loadParser();
  const parsed = parseStatement(sql);
  if (!parsed.ok) throw new Error(`Not one statement: ${parsed.error.message}`);
  return relationsIn(parsed.statement);
}

/** The same of a statement that was parsed. */
export function relationsIn(statement: unknown): NamedFunction[] {
  const found = new Map<string, NamedFunction>();
  walk(statement, (key, node) => {
    if (typeof node.relname !== 'string' || (key !== 'RangeVar' && key !== 'relation')) return;
    const relation = { schema: typeof node.schemaname === 'string' ? node.schemaname : null, name: node.relname };
    found.set(JSON.stringify(relation), relation);
  });
  return [...found.values()];
}
