import type { Rect } from '../model/layout.ts';
import { cut, fitRow, type Row, row, seg, textWidth, wrapText } from '../model/row.ts';
import { SYMBOL } from '../theme.ts';
import type { DialogView } from './dialog.ts';

const WIDEST = 96;

/** Columns inside the box for a body of this width. */
export const boxWidth = (body: Rect): number => Math.max(1, Math.min(WIDEST, body.width) - 4);

const framed = (line: Row, width: number): Row => [seg('│ ', 'dim'), ...fitRow(line, width), seg(' │', 'dim')];

const edge = (left: string, right: string, title: string, width: number, view: DialogView): Row => {
  const text = title === '' ? '' : ` ${cut(title, width - 4)} `;
  const rule = SYMBOL.rule.repeat(Math.max(0, width + 2 - 1 - textWidth(text)));
  return [seg(`${left}${SYMBOL.rule}`, 'dim'), seg(text, view.tone), seg(`${rule}${right}`, 'dim')];
};

/**
 * The dialog as rows and where they go. What can be pressed is always there: with little room first the frame goes,
 * then the text.
 */
export const drawBox = (view: DialogView, body: Rect): { rect: Rect; rows: Row[] } => {
  const inside = boxWidth(body);
  const answers = wrapText(view.answers, inside).map((text) => row(seg(text, 'key')));
  if (body.height < answers.length + 4 || inside < 16) {
    const plain = wrapText(view.answers, body.width).map((text) => row(seg(text, 'key')));
    const title = row(seg(view.title, view.tone));
    const room = Math.max(0, body.height - plain.length - 1);
    const rows =
      body.height <= 1 ? plain.slice(0, 1) : [title, ...view.rows.slice(view.top, view.top + room), ...plain];
    const shown = rows.slice(0, Math.max(1, body.height)).map((line) => fitRow(line, body.width));
    return { rect: { ...body, height: shown.length }, rows: shown };
  }
  const room = body.height - answers.length - 3;
  const top = Math.max(0, Math.min(view.top, view.rows.length - room));
  const text = view.rows.slice(top, top + room);
  const below = view.rows.length - top - text.length;
  const more = top > 0 || below > 0 ? `${top} above, ${below} below` : '';
  const rows: Row[] = [
    edge('┌', '┐', view.title, inside, view),
    ...text.map((line) => framed(line, inside)),
    framed(row(seg(more, 'dim')), inside),
    ...answers.map((line) => framed(line, inside)),
    edge('└', '┘', '', inside, view),
  ];
  const width = inside + 4;
  const x = body.x + Math.floor((body.width - width) / 2);
  const y = body.y + Math.floor((body.height - rows.length) / 2);
  return { rect: { x, y, width, height: rows.length, titled: false }, rows };
};
