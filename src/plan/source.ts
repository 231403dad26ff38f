import { excerpt } from './excerpt.ts';
import type { Place, Problem, SourceFile } from './types.ts';

/** A file's text, decoded, with the places in it. */
export interface Source {
  path: string;
  text: string;
  /** Line and column of an offset. Cheapest when asked in rising order. */
  place(at: number): Place;
  /** The text around an offset with a caret under it, as lines. */
  excerpt(at: number): string[];
}

const BOM = [0xef, 0xbb, 0xbf];

/** Decodes a file, or says why it is no text that PostgreSQL could read. */
export function decode(file: SourceFile): Source | Problem {
  const bytes = startsWith(file.bytes, BOM) ? file.bytes.subarray(BOM.length) : file.bytes;
  const wide = wideEncoding(bytes);
  if (wide !== null) {
    return problem(file, bytes, 0, 'encoding-utf16', `The file is ${wide}. Save it as UTF-8 and read it again.`);
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    return problem(file, bytes, nul, 'nul-byte', 'There is a NUL byte here, which SQL cannot hold. Remove it.');
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const place = placer(file.path, text);
    return { path: file.path, text, place, excerpt: (at) => excerpt(text, at, place(at).line) };
  } catch {
    const at = firstInvalid(bytes);
    const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0');
    const message = `The file is not valid UTF-8: byte 0x${byte} here (Latin-1 or Windows-1252, perhaps). Save it as UTF-8.`;
    return problem(file, bytes, at, 'encoding-invalid', message);
  }
}

function startsWith(bytes: Uint8Array, prefix: number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}

/** UTF-16 and UTF-32 tell themselves by their mark, or, without one, UTF-16 by a NUL as every second byte of ASCII. */
function wideEncoding(bytes: Uint8Array): string | null {
  if (startsWith(bytes, [0xff, 0xfe, 0, 0])) return 'UTF-32 (little-endian)';
  if (startsWith(bytes, [0, 0, 0xfe, 0xff])) return 'UTF-32 (big-endian)';
  if (startsWith(bytes, [0xff, 0xfe])) return 'UTF-16 (little-endian)';
  if (startsWith(bytes, [0xfe, 0xff])) return 'UTF-16 (big-endian)';
  if (bytes.length < 4) return null;
  const [a, b, c, d] = bytes;
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'UTF-16 (little-endian, without a byte-order mark)';
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'UTF-16 (big-endian, without a byte-order mark)';
  return null;
}

/** Offset of the first byte that is no part of a valid UTF-8 character. */
function firstInvalid(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // Decoding as a stream forgives a character that is merely cut off, so the longest good prefix can be halved for.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decodes(bytes.subarray(0, middle), true)) low = middle;
    else high = middle - 1;
  }
  while (low > 0 && !decodes(bytes.subarray(0, low), false)) low--;
  return low;
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}

function problem(file: SourceFile, bytes: Uint8Array, at: number, code: string, message: string): Problem {
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, at));
  return { ...placer(file.path, before)(before.length), code, what: '', message };
}

function placer(file: string, text: string): (at: number) => Place {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  let last = { at: 0, line: 0, column: 1 };
  return (at) => {
    if (at < last.at) last = { at: 0, line: 0, column: 1 };
    const line = lineOf(starts, at);
    const from = line === last.line ? last.at : (starts[line] ?? 0);
    const column = (line === last.line ? last.column : 1) + characters(text, from, at);
    last = { at, line, column };
    return { file, line: line + 1, column };
  };
}

function lineOf(starts: number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function characters(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) count++;
  return count;
}
