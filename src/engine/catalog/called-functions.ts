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
