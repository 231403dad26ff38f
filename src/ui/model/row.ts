import stringWidth from 'string-width';

/** What a piece of text means; the theme says how that looks. Nothing is said by a tone alone. */
export type Tone = 'plain' | 'dim' | 'strong' | 'title' | 'ok' | 'info' | 'warn' | 'bad' | 'key' | 'selected';

export interface Segment {
  text: string;
  tone: Tone;
}

/** One line of the screen. */
export type Row = readonly Segment[];

export const seg = (text: string, tone: Tone = 'plain'): Segment => ({ text, tone });

export const row = (...parts: (string | Segment)[]): Row =>
  parts.map((part) => (typeof part === 'string' ? seg(part) : part));

/** Columns the text takes in a terminal. */
export const textWidth = (text: string): number => stringWidth(text);

export const rowWidth = (line: Row): number => line.reduce((width, part) => width + textWidth(part.text), 0);

export const rowText = (line: Row): string => line.map((part) => part.text).join('');

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As much of the beginning as fits into `width` columns, and what is left. */
export const splitAtWidth = (text: string, width: number): [string, string] => {
  if (textWidth(text) <= width) return [text, ''];
  let columns = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    columns += textWidth(segment);
    if (columns > width) return [text.slice(0, index), text.slice(index)];
  }
  return [text, ''];
};

/** Cut to `width` columns; an ellipsis says that something is missing. */
export const cut = (text: string, width: number): string => {
  if (textWidth(text) <= width) return text;
  return width < 1 ? '' : `${splitAtWidth(text, width - 1)[0]}…`;
};

/** Cut in the middle: names of indexes differ at their ends. */
export const cutMiddle = (text: string, width: number): string => {
  if (textWidth(text) <= width) return text;
  if (width < 5) return cut(text, width);
  const [head] = splitAtWidth(text, Math.ceil((width - 1) / 2));
  const parts = [...graphemes.segment(text)].map((part) => part.segment);
  let tail = '';
  let room = width - 1 - textWidth(head);
  for (let at = parts.length - 1; at >= 0; at--) {
    const part = parts[at] ?? '';
    room -= textWidth(part);
    if (room < 0) break;
    tail = part + tail;
  }
  return `${head}…${tail}`;
};

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - textWidth(text)));

export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - textWidth(text))) + text;

/** The row in exactly `width` columns: cut with an ellipsis, or filled with spaces. */
export const fitRow = (line: Row, width: number): Row => {
  let room = rowWidth(line) > width ? width - 1 : width;
  const cutting = room < width;
  const fitted: Segment[] = [];
  for (const part of line) {
    const [kept] = splitAtWidth(part.text, Math.max(0, room));
    if (kept !== '') fitted.push({ ...part, text: kept });
    room -= textWidth(kept);
    if (kept !== part.text) break;
  }
  if (cutting && width > 0) fitted.push(seg('…', 'dim'));
  const left = width - rowWidth(fitted);
  return left > 0 ? [...fitted, seg(' '.repeat(left))] : fitted;
};

/** `left` at the left edge and `right` at the right one; when both do not fit, the left one is cut. */
export const spread = (left: Row, right: Row, width: number): Row => {
  const rightWidth = rowWidth(right);
  if (rightWidth === 0) return fitRow(left, width);
  if (rightWidth + 4 > width) return fitRow([...left, seg('  '), ...right], width);
  return [...fitRow(left, width - rightWidth - 1), seg(' '), ...right];
};

/** The text in lines of at most `width` columns, broken between words where that is possible. */
export const wrapText = (text: string, width: number): string[] => {
  if (width < 1) return [];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    let rest = word;
    while (textWidth(rest) > width) {
      const [head, tail] = splitAtWidth(rest, width);
      // A character wider than the line itself: it has to go somewhere.
      if (head === '') break;
      lines.push(head);
      rest = tail;
    }
    line = rest;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
};

/** The row as the selected one: marked at its left edge and in one tone over its whole width. */
export const selectRow = (line: Row, width: number): Row => [
  seg(rowText(fitRow(line, width)).replace(/^ /, '>'), 'selected'),
];
