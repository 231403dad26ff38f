import { parses } from './parser.ts';
import { printable } from './printable.ts';
import type { CommentPiece, Piece } from './split.ts';

/** A title that a comment gives to what follows it. */
export interface Heading {
  title: string;
  /** Offset of the title's line in the file. */
  at: number;
}

interface Line {
  at: number;
  text: string;
}

const RULER = /^[\s=\-*#~_+|<>\u2500-\u257f]*$/;
const RULER_RUN = /[=\-*#~_+\u2500-\u257f]{3,}/;
// `=== Title ===`, or a longer ruler on one side alone.
const FLANKED =
  /^[=\-*#~\u2500-\u257f]{3,}\s*(\S.*?)\s*[=\-*#~\u2500-\u257f]{3,}$|^[=\-*#~\u2500-\u257f]{4,}\s*(\S.*)$|^(\S.*?)\s*[=*#~\u2500-\u257f]{4,}$/;
const NUMBERED =
  /^(section|part|phase|step|stage|group|chapter|batch|block)\s+(?:#\s*)?(\d+(?:\.\d+)*|[ivxlc]+|[a-z])\b\s*(?:(?:of|\/)\s*\d+)?\s*([:.)\]]|[-=]+|\u2013|\u2014|)\s*(.*)$/i;
const EDGES = /^[\s=\-*#~|\u2500-\u257f]+|[\s=\-*#~|\u2500-\u257f]+$/g;
const LEADING_NUMBER = /^\d+(?:\.\d+)*[.):]\s+(?=\S)/;
const FRAME_LEFT = /^[|*#\u2502\u2551]+\s*/;
const FRAME_RIGHT = /\s*[|*#\u2502\u2551]+$/;
const LONGEST_TITLE = 120;
// Longer lines are no titles, and the patterns above need not meet them.
const LONGEST_LINE = 400;

/** The heading that a run of comments makes, if it makes one. `comments` stand on lines of their own, one after another. */
export function headingOf(comments: readonly CommentPiece[]): Heading | null {
  const lines = comments.flatMap(linesOf);
  if (lines.every(({ text }) => RULER.test(text)) || isCommentedOut(lines)) return null;
  const numbered = lines.flatMap((line) => numberedTitle(line));
  // Several in one comment are a table of contents.
  if (numbered.length > 1) return null;
  if (numbered[0] !== undefined) return numbered[0];
  const block = comments.some((comment) => comment.block);
  return ruledTitle(lines) ?? flankedTitle(lines) ?? (block ? plainTitle(lines) : null);
}

/** Gathers the comments of a file that may be one heading together: own lines, nothing between them but line ends. */
export function* commentRuns(text: string, pieces: Iterable<Piece>): Generator<Piece | CommentPiece[]> {
  let run: CommentPiece[] = [];
  for (const piece of pieces) {
    const last = run.at(-1);
    const joins =
      piece.type === 'comment' &&
      piece.ownLine &&
      !piece.block &&
      last !== undefined &&
      !last.block &&
      adjacent(text.slice(last.end, piece.start));
    if (last !== undefined && !joins) {
      yield run;
      run = [];
    }
    if (piece.type === 'comment' && piece.ownLine) run.push(piece);
    else yield piece;
  }
  if (run.length > 0) yield run;
}

function adjacent(between: string): boolean {
  return between.length < 400 && (between.match(/\n/g)?.length ?? 0) <= 1;
}

function linesOf(comment: CommentPiece): Line[] {
  if (!comment.block) {
    const body = comment.text.startsWith('---') ? comment.text : comment.text.slice(2);
    return [{ at: comment.start, text: unframed(body) }];
  }
  const lines: Line[] = [];
  const inner = comment.text.slice(2, comment.unclosed ? undefined : -2);
  let at = comment.start + 2;
  for (const raw of inner.split('\n')) {
    const lead = raw.length - raw.trimStart().length;
    lines.push({ at: at + lead, text: unframed(raw) });
    at += raw.length + 1;
  }
  return lines;
}

/** A line's text without its box: `| Title |` and ` * Title`. Rulers are left as they are. */
function unframed(raw: string): string {
  const text = raw.trim().slice(0, LONGEST_LINE);
  if (RULER.test(text)) return text;
  return text.replace(FRAME_LEFT, '').replace(FRAME_RIGHT, '');
}

function isRuler(line: Line): boolean {
  return RULER_RUN.test(line.text) && RULER.test(line.text);
}

function title(line: Line, text: string): Heading | null {
  const clean = printable(text).trim();
  if (clean === '' || clean.length > LONGEST_TITLE || !/[\p{L}\p{N}]/u.test(clean)) return null;
  return { title: clean, at: line.at };
}

function numberedTitle(line: Line): Heading[] {
  const text = line.text.replace(EDGES, '');
  const [, word = '', number = '', mark = '', rest = ''] = NUMBERED.exec(text) ?? [];
  // Without a mark it may be a sentence: `step 2 is slow`, `group a few`.
  const sure = mark !== '' || rest === '' || (word.toLowerCase() === 'section' && /^\d/.test(number));
  if (word === '' || !sure || looksLikeSql(rest)) return [];
  const found = title(line, rest === '' ? text : rest);
  return found === null ? [] : [found];
}

function withoutFlanks(text: string): string {
  const [, both, left, right] = FLANKED.exec(text) ?? [];
  return both ?? left ?? right ?? text;
}

/** The first words under a ruler, or over one. */
function ruledTitle(lines: readonly Line[]): Heading | null {
  const first = lines.findIndex(isRuler);
  if (first < 0) return null;
  const words = lines.findIndex((line) => !RULER.test(line.text));
  const line = lines[words];
  if (line === undefined || looksLikeSql(line.text)) return null;
  const near = first < words || lines.slice(words + 1).findIndex(isRuler) <= 1;
  return near ? title(line, unnumbered(withoutFlanks(line.text))) : null;
}

function flankedTitle(lines: readonly Line[]): Heading | null {
  const line = lines.find((each) => !RULER.test(each.text));
  if (line === undefined || !FLANKED.test(line.text) || looksLikeSql(line.text)) return null;
  return title(line, unnumbered(withoutFlanks(line.text)));
}

/** A block comment that begins with a short line and no sentence. */
function plainTitle(lines: readonly Line[]): Heading | null {
  const line = lines.find((each) => !RULER.test(each.text));
  if (line === undefined || line.text.length > 80 || /[.,;!?]$/.test(line.text) || looksLikeSql(line.text)) return null;
  return title(line, unnumbered(line.text));
}

function unnumbered(text: string): string {
  return text.replace(LEADING_NUMBER, '');
}

function looksLikeSql(text: string): boolean {
  return /;\s*$/.test(text) || (/[(]/.test(text) && parses(text));
}

/** A whole comment that PostgreSQL could run is a statement somebody took out, not a title. */
function isCommentedOut(lines: readonly Line[]): boolean {
  const text = lines.map((line) => line.text).join('\n');
  if (!/[(;]/.test(text) || text.length > 20_000) return false;
  return parses(text);
}
