import { KEYWORDS } from './keywords.ts';

/** PostgreSQL cuts names to this many bytes. */
export const MAX_NAME_BYTES = 63;

const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** A name as SQL text: quoted unless it is plain lower case and no keyword, as the server's quote_ident does. */
export function quoteIdent(name: string): string {
  if (name === '') throw new Error('A name in PostgreSQL has at least one character.');
  refuseNul(name);
  if (PLAIN.test(name) && !KEYWORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** `schema.name`, or the name alone when the schema is null. */
export function quoteQualified(schema: string | null, name: string): string {
  return schema === null ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
}

/** A string as an SQL literal, right whatever `standard_conforming_strings` says, as the server's quote_literal does. */
export function quoteLiteral(value: string): string {
  refuseNul(value);
  const doubled = value.replaceAll("'", "''");
  return value.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** The name cut to 63 bytes as the server does, never inside a character. */
export function truncateIdentifier(name: string): string {
  return clipBytes(name, MAX_NAME_BYTES);
}

/** As many whole characters of `text` as fit in `limit` bytes. */
export function clipBytes(text: string, limit: number): string {
  let bytes = 0;
  let end = 0;
  for (const char of text) {
    bytes += Buffer.byteLength(char);
    if (bytes > limit) return text.slice(0, end);
    end += char.length;
  }
  return text;
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new Error('PostgreSQL text cannot hold a NUL character.');
}
