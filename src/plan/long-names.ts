import { MAX_NAME_BYTES, truncateIdentifier } from './ident.ts';
import { scan, TOKEN } from './parser.ts';

/** Where a name of more bytes than PostgreSQL keeps may be. */
const MAYBE_LONG = /[\w$]{64}|"(?:[^"]|""){64}/;
/** The same where characters may have three bytes each; one of four is two here. */
const MAYBE_LONG_IN_UNICODE = /[\w$\u0080-\uffff]{22}|"(?:[^"]|""){22}/;
const UNICODE = /[^\u0000-\u007f]/;

/** Names in a statement that are longer than PostgreSQL keeps, as written and as cut. */
export function longNames(sql: string): { written: string; cut: string }[] {
  const maybe = UNICODE.test(sql) ? MAYBE_LONG_IN_UNICODE : MAYBE_LONG;
  if (Buffer.byteLength(sql) <= MAX_NAME_BYTES || !maybe.test(sql)) return [];
  const scanned = scan(sql);
  if (!scanned.ok) return [];
  const found = new Map<string, string>();
  for (const { type, text } of scanned.tokens) {
    if (type !== TOKEN.ident) continue;
    const name = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
    const cut = truncateIdentifier(name);
    if (cut !== name) found.set(name, cut);
  }
  return [...found].map(([written, cut]) => ({ written, cut }));
}
