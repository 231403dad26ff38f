import { headingOf } from '../headings.ts';
import type { Headed } from '../sections.ts';
import { type CommentPiece, split } from '../split.ts';

const RULER = `-- ${'='.repeat(70)}`;

/** A comment that the reader takes for this heading, in one of the ways to write one; the plainest when none is read back. */
export function headingComment({ title }: Headed, number: number, notes: readonly string[]): string {
  const under = notes.map((note) => `-- ${note}`.trimEnd());
  const forms = [
    [RULER, `-- SECTION ${number}: ${title}`, ...under, RULER],
    [RULER, `-- ${title}`, ...under, RULER],
    [`/* ${title} */`],
  ].map((lines) => lines.join('\n'));
  return forms.find((form) => says(form, title, notes)) ?? forms[0] ?? '';
}

function says(comment: string, title: string, notes: readonly string[]): boolean {
  const pieces = [...split(comment)];
  if (!pieces.every((piece): piece is CommentPiece => piece.type === 'comment')) return false;
  const heading = headingOf(pieces);
  return heading?.title === title && heading.notes.join('\n') === notes.join('\n');
}
