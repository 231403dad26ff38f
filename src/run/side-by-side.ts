import { diffWordsWithSpace } from 'diff';
import type { SideBySide } from '../plan/types.ts';

/** A definition, and a line to go under it with a caret under each character that the other one does not have there. */
interface Marked {
  text: string;
  carets: string;
}

/** Blanks at its ends are not worth a mark. */
const underlined = (text: string): string => {
  const [before, after] = [text.length - text.trimStart().length, text.length - text.trimEnd().length];
  if (before === text.length) return '^'.repeat(text.length);
  return `${' '.repeat(before)}${'^'.repeat(text.length - before - after)}${' '.repeat(after)}`;
};

const marked = (parts: readonly { value: string; added: boolean; removed: boolean }[], side: 'added' | 'removed') => {
  const own = parts.filter(({ added, removed }) => (!added && !removed) || (side === 'added' ? added : removed));
  return own.reduce<Marked>(
    ({ text, carets }, part) => ({
      text: text + part.value,
      carets: carets + (part[side] ? underlined(part.value) : ' '.repeat(part.value.length)),
    }),
    { text: '', carets: '' },
  );
};

/** Cut into pieces of at most `width` characters, at spaces where there are any. */
const pieces = ({ text, carets }: Marked, width: number): Marked[] => {
  const cut: Marked[] = [];
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at, at + width);
    const space = at + rest.length < text.length ? rest.lastIndexOf(' ') + 1 : 0;
    const end = at + (space > 0 ? space : rest.length);
    cut.push({ text: text.slice(at, end).trimEnd(), carets: carets.slice(at, end).trimEnd() });
    at = end;
  }
  return cut;
};

/** A definition as the server writes it, without the index's own name. */
const nameless = (definition: string): string =>
  definition.replace(/^(CREATE (?:UNIQUE )?INDEX )(?:"(?:[^"]|"")*"|\S+)(?= ON )/, '$1');

const LABELS = { planned: 'planned  ', found: 'there    ' } as const;
const INDENT = ' '.repeat(LABELS.planned.length);

/** Both definitions in lines of at most `width` columns, what differs marked beneath; `caret` tells the marks apart. */
export const sideBySideLines = ({ planned, found }: SideBySide, width: number): { text: string; caret: boolean }[] => {
  // Where nothing but the names differs, a mark under them would say that they matter.
  const sameButName = planned !== found && nameless(planned) === nameless(found);
  const parts = diffWordsWithSpace(planned, found);
  const sides = [
    [LABELS.planned, marked(parts, 'removed')],
    [LABELS.found, marked(parts, 'added')],
  ] as const;
  const lines = sides.flatMap(([label, whole]) =>
    pieces(whole, Math.max(16, width - label.length)).flatMap(({ text, carets }, at) => [
      { text: `${at === 0 ? label : INDENT}${text}`, caret: false },
      ...(carets === '' || sameButName ? [] : [{ text: `${INDENT}${carets}`, caret: true }]),
    ]),
  );
  if (!sameButName) return lines;
  const said = { text: 'the same apart from the name', carets: '' };
  return [
    ...lines,
    ...pieces(said, Math.max(16, width - INDENT.length)).map(({ text }) => ({ text: INDENT + text, caret: false })),
  ];
};
