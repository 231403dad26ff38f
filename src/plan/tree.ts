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

type Visit = (key: string, node: Record<string, unknown>) => void;

/** Recursion is several times as fast as a stack of one's own, and safe up to this depth: a tree may be thousands deep. */
const MOST_DEPTH = 200;

/** Visits every object of a tree with the key it hangs on, each before what is in it. */
export function walk(root: unknown, visit: Visit): void {
  walkFrom('', root, visit, 0);
}

function walkFrom(key: string, value: unknown, visit: Visit, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MOST_DEPTH) {
    walkDeep(key, value, visit);
  } else if (Array.isArray(value)) {
    for (const item of value) walkFrom(key, item, visit, depth + 1);
  } else {
    const node = value as Record<string, unknown>;
    visit(key, node);
    for (const name in node) walkFrom(name, node[name], visit, depth + 1);
  }
}

function walkDeep(from: string, root: unknown, visit: Visit): void {
  const stack: [string, unknown][] = [[from, root]];
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

/** One text for all trees that mean the same: places left out, keys in order. */
export function canonical(root: unknown): string {
  return textOf(root, 0);
}

const PLAIN = /^[\w ]*$/;

function textOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (depth > MOST_DEPTH) return deep(value);
  if (Array.isArray(value)) {
    let list = '[';
    for (const item of value) list += `${textOf(item, depth + 1)},`;
    return `${list}]`;
  }
  const node = value as Record<string, unknown>;
  let out = '{';
  for (const key of sorted(Object.keys(node))) {
    if (node[key] === undefined) continue;
    const head = headOf(key);
    if (head !== null) out += `${head}${textOf(node[key], depth + 1)},`;
  }
  return `${out}}`;
}

const heads = new Map<string, string | null>();

/** How a member begins; null when it is a place. The parser has a few hundred of them: each is made once. */
function headOf(key: string): string | null {
  const known = heads.get(key);
  if (known !== undefined) return known;
  const head = PLACES.has(key) ? null : `"${key}":`;
  heads.set(key, head);
  return head;
}

/** Sorts a few keys in place: for so few, insertion is several times as fast as sort(). */
function sorted(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? '';
    let at = i;
    for (; at > 0 && (keys[at - 1] ?? '') > key; at--) keys[at] = keys[at - 1] ?? '';
    keys[at] = key;
  }
  return keys;
}

function deep(root: unknown): string {
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
        stack.push({ text: ',' }, { value: node[key] }, { text: `"${key}":` });
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
