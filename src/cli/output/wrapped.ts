import { textWidth, wrapText } from '../../ui/model/row.ts';

/** A label and its gap may be this wide for what follows to be set in under the text. */
const WIDEST_LABEL = 13;

/** Where the text behind a label such as `  WARNING  ` begins; null when there is none. */
const labelOf = (line: string): number | null => {
  const label = /^ *\S+ {2,}/.exec(line)?.[0].length ?? null;
  return label !== null && label <= WIDEST_LABEL ? label : null;
};

/** The line in lines of at most `width` columns, broken between words, what follows set in; null: no terminal, left whole. */
export const wrapLine = (line: string, width: number | null): string[] => {
  if (width === null || textWidth(line) <= width) return [line];
  const lead = labelOf(line) ?? line.length - line.trimStart().length;
  const hang = labelOf(line) === null ? lead + 4 : lead;
  const text = line.slice(lead);
  const [first = ''] = wrapText(text, Math.max(1, width - lead));
  const more = wrapText(text.slice(first.length).trimStart(), Math.max(1, width - hang));
  return [line.slice(0, lead) + first, ...more.map((each) => ' '.repeat(hang) + each)];
};
