import { parses } from './parser.ts';
import { printable } from './printable.ts';
import type { CommentPiece, Piece } from './split.ts';

/** A title that a comment gives to what follows it. */
export interface Heading {
  title: string;
  /** Offset of the title's line in the file. */
  at: number;
  /** The lines under the title. */
  notes: string[];
}

type Title = Omit<Heading, 'notes'>;

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
/** A word and a number in any language: `Abschnitt 3: Titel`. English words in which a number may follow by chance are none. */
const ANY_NUMBERED =
  /^(\p{L}[\p{L}\p{M}'\u2019-]*)\s+(?:n[\u00ba\u00b0o]\.?\s*)?\d+(?:\.\d+)*\s*(?:\/\s*\d+\s*)?(?:[:.)\]]|\s[-\u2013\u2014])\s*(\S.*)$/iu;
const NO_HEADING_WORD =
  /^(?:lines?|see|note|notes|issue|ticket|bug|pr|version|v|postgres\w*|pg|pg\w+|tables?|columns?|rows?|todo|fixme|hack|since|after|before|in|on|at|from|to|the|a|for|about|takes?|only|than|of|and|or|with|by|index|adds?|needs?)$/i;
const CJK_NUMBERED =
  /^\u7b2c\s*[\d\u4e00-\u9fff]{1,4}?\s*[\u7ae0\u8282\u7bc0\u90e8\u6b65\u6bb5\u7bc7\u7d44\u7ec4\u56de](?:\u5206)?\s*[\uff1a:\u3001.\s\u2014-]*(.*)$/u;
const LIST_NUMBERED = /^(?:[[(]\s*\d+\s*(?:(?:\/|of)\s*\d+\s*)?[\])]\s*[:.-]?|\d+(?:\.\d+)*[.):])\s+(\S.*)$/;
/** Boxes of these say something of the script; what follows them belongs where it did before. */
const HEADS_NOTHING =
  /^(?:end(?:\s+of\b.*)?|ende|fin|done|notes?:?|usage:?|(?:how to )?roll\s?back(?:\s*[:(].*|\s+(?:script|plan|instructions?|commands?|procedure|steps?)\b.*)?)$/i;
const EDGES = /^[\s=\-*#~|\u2500-\u257f]+|[\s=\-*#~|\u2500-\u257f]+$/g;
const LEADING_NUMBER = /^\d+(?:\.\d+)*[.):]\s+(?=\S)/;
const FRAME_LEFT = /^[|*#\u2502\u2551]+\s*/;
const FRAME_RIGHT = /\s*[|*#\u2502\u2551]+$/;
const LONGEST_TITLE = 120;
const MOST_NOTES = 40;
// Longer lines are no titles, and the patterns above need not meet them.
const LONGEST_LINE = 400;

/** The heading that a run of comments makes, if it makes one. `comments` stand on lines of their own, one after another. */
export function headingOf(comments: readonly CommentPiece[]): Heading | null {
  const lines = comments.flatMap(linesOf);
  if (lines.every(({ text }) => RULER.test(text)) || isCommentedOut(lines)) return null;
  const found = titleOf(
    lines,
    comments.some((comment) => comment.block),
  );
  if (found === null || HEADS_NOTHING.test(found.title)) return null;
  return { ...found, notes: notesIn(lines.filter(({ at }) => at > found.at)) };
}

/** What a run of comments that is no heading says, line by line; nothing when it is SQL that somebody took out. */
export function notesOf(comments: readonly CommentPiece[]): string[] {
  const lines = comments.flatMap(linesOf);
  return isCommentedOut(lines) ? [] : notesIn(lines);
}

/** The heading that `\\echo` shows: `[1/3] Users ...`, `=== Users ===`, `Section 2: Users`. */
export function headingOfEcho(args: readonly string[], at: number): Heading | null {
  const text = args.join(' ').trim().slice(0, LONGEST_LINE);
  const line = { at, text: text.replace(EDGES, '').replace(/\s*(?:\.{2,}|\u2026)$/, '') };
  const flanked = FLANKED.test(text) ? title(line, line.text) : null;
  const found = [...numberedTitle(line), ...listTitle(line)][0] ?? flanked;
  return found === null || HEADS_NOTHING.test(found.title) ? null : { ...found, notes: [] };
}

function titleOf(lines: readonly Line[], block: boolean): Title | null {
  const numbered = lines.flatMap((line) => numberedTitle(line));
  // Several in one comment are a table of contents.
  if (numbered.length > 1) return null;
  if (numbered[0] !== undefined) return numbered[0];
  const listed = lines.flatMap((line) => listTitle(line));
  const first = lines.find(({ text }) => !RULER.test(text));
  const sole = listed.length === 1 && first?.at === listed[0]?.at ? listed[0] : undefined;
  return ruledTitle(lines) ?? flankedTitle(lines) ?? sole ?? (block ? plainTitle(lines) : null);
}

function notesIn(lines: readonly Line[]): string[] {
  return lines
    .filter(({ text }) => !RULER.test(text))
    .slice(0, MOST_NOTES)
    .map(({ text }) => printable(withoutFlanks(text)).trim());
}

/**
 * Gathers the comments of a file that may be one heading together: own lines, nothing between them but line ends. Those of
 * which `apart` says so stand for themselves.
 */
export function* commentRuns(
  text: string,
  pieces: Iterable<Piece>,
  apart: (comment: CommentPiece) => boolean = () => false,
): Generator<Piece | CommentPiece[]> {
  let run: CommentPiece[] = [];
  for (const piece of pieces) {
    const last = run.at(-1);
    const joins =
      piece.type === 'comment' &&
      piece.ownLine &&
      !piece.block &&
      !apart(piece) &&
      last !== undefined &&
      !last.block &&
      adjacent(text.slice(last.end, piece.start));
    if (last !== undefined && !joins) {
      yield run;
      run = [];
    }
    if (piece.type === 'comment' && piece.ownLine && !apart(piece)) run.push(piece);
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

function title(line: Line, text: string): Title | null {
  const clean = printable(text).trim();
  if (clean === '' || clean.length > LONGEST_TITLE || !/[\p{L}\p{N}]/u.test(clean)) return null;
  return { title: clean, at: line.at };
}

function numberedTitle(line: Line): Title[] {
  const text = line.text.replace(EDGES, '');
  const [, word = '', number = '', mark = '', rest = ''] = NUMBERED.exec(text) ?? [];
  if (word === '') return numberedElsewhere(line, text);
  // Without a mark it may be a sentence: `step 2 is slow`, `group a few`.
  const sure = mark !== '' || rest === '' || (word.toLowerCase() === 'section' && /^\d/.test(number));
  if (!sure || looksLikeSql(rest)) return [];
  const found = title(line, rest === '' ? text : rest);
  return found === null ? [] : [found];
}

function numberedElsewhere(line: Line, text: string): Title[] {
  const [, word = '', rest = ''] = ANY_NUMBERED.exec(text) ?? [];
  const [, cjk] = CJK_NUMBERED.exec(text) ?? [];
  const named = word === '' || NO_HEADING_WORD.test(word) ? cjk : rest;
  if (named === undefined || looksLikeSql(named) || /[.;,]$/.test(named)) return [];
  const found = title(line, named === '' ? text : named);
  return found === null ? [] : [found];
}

/** `1. Users`, `[1/3] Users`; no sentence. */
function listTitle(line: Line): Title[] {
  const [, rest = ''] = LIST_NUMBERED.exec(line.text.replace(EDGES, '')) ?? [];
  if (rest === '' || rest.length > 80 || /[.;,]$/.test(rest) || looksLikeSql(rest)) return [];
  const found = title(line, rest);
  return found === null ? [] : [found];
}

function withoutFlanks(text: string): string {
  const [, both, left, right] = FLANKED.exec(text) ?? [];
  return both ?? left ?? right ?? text;
}

/** The first words under a ruler, or over one. */
function ruledTitle(lines: readonly Line[]): Title | null {
  const first = lines.findIndex(isRuler);
  if (first < 0) return null;
  const words = lines.findIndex((line) => !RULER.test(line.text));
  const line = lines[words];
  if (line === undefined || looksLikeSql(line.text)) return null;
  const near = first < words || lines.slice(words + 1).findIndex(isRuler) <= 1;
  return near ? title(line, unnumbered(withoutFlanks(line.text))) : null;
}

function flankedTitle(lines: readonly Line[]): Title | null {
  const line = lines.find((each) => !RULER.test(each.text));
  if (line === undefined || !FLANKED.test(line.text) || looksLikeSql(line.text)) return null;
  return title(line, unnumbered(withoutFlanks(line.text)));
}

/** A block comment that begins with a short line and no sentence. */
function plainTitle(lines: readonly Line[]): Title | null {
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
