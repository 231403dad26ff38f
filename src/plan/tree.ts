/** A value in the parser's tree: plain JSON. */
export type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };

/** Where the parser says something stood: no part of what a statement means. */
const PLACES: ReadonlySet<string> = new Set([
  'location',
  'name_location',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
  'stmt_location',
  'stmt_len',
]);

/** Visits every object of a tree with the key it hangs on. Not recursive: a tree may be thousands of levels deep. */
export function walk(root: unknown, visit: (key: string, node: Record<string, unknown>) => void): void {
  const stack: [string, unknown][] = [['', root]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [key, value] = next;
    if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) stack.push([key, value[i]]);
    } else if (typeof value === 'object' && value !== null) {
      const node = value as Record<string, unknown>;
      visit(key, node);
      for (const name of Object.keys(node).reverse()) stack.push([name, node[name]]);
    }
  }
}

/** One text for all trees that mean the same: places left out, keys in order. Not recursive either. */
export function canonical(root: unknown): string {
  const out: string[] = [];
  const stack: { text?: string; value?: unknown }[] = [{ value: root }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.text !== undefined) {
      out.push(next.text);
    } else if (Array.isArray(next.value)) {
      stack.push({ text: ']' });
      for (let i = next.value.length - 1; i >= 0; i--) stack.push({ text: ',' }, { value: next.value[i] });
      stack.push({ text: '[' });
    } else if (typeof next.value === 'object' && next.value !== null) {
      const node = next.value as Record<string, unknown>;
      const keys = Object.keys(node).filter((key) => !PLACES.has(key) && node[key] !== undefined);
      stack.push({ text: '}' });
      for (const key of keys.sort().reverse()) {
        stack.push({ text: ',' }, { value: node[key] }, { text: `${JSON.stringify(key)}:` });
      }
      stack.push({ text: '{' });
    } else {
      out.push(JSON.stringify(next.value ?? null));
    }
  }
  return out.join('');
}

/** The strings of a list of String nodes, such as a qualified name. */
export function names(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    const text = (item as { String?: { sval?: string } }).String;
    return text === undefined ? [] : [text.sval ?? ''];
  });
}
