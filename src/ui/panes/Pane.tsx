import { Box } from 'ink';
import { PANES, type Pane as PaneName, type Rect } from '../model/layout.ts';
import { cut, type Row, row, seg, textWidth } from '../model/row.ts';
import { SYMBOL } from '../theme.ts';
import { Rows } from './Rows.tsx';

/** The title of a pane as a ruling: its number and name, in brackets where the keys go, and a word at the right. */
export const titleRow = (pane: PaneName, title: string, focused: boolean, right: string, width: number): Row => {
  const name = `${PANES.indexOf(pane) + 1} ${title}`;
  const left = cut(focused ? `${SYMBOL.rule}[${name}]` : `${SYMBOL.rule} ${name} `, width);
  const room = width - textWidth(left);
  const end = right === '' || textWidth(right) + 4 > room ? '' : ` ${right} ${SYMBOL.rule}`;
  const rule = SYMBOL.rule.repeat(Math.max(0, room - textWidth(end)));
  return row(seg(left, focused ? 'title' : 'plain'), seg(rule, 'dim'), seg(end, 'dim'));
};

export interface PaneProps {
  pane: PaneName;
  title: string;
  rect: Rect;
  focused: boolean;
  /** A word at the right of the title. */
  right: string;
  rows: readonly Row[];
}

/** One pane at its place: never more rows than it has. */
export const Pane = ({ pane, title, rect, focused, right, rows }: PaneProps) => {
  const head = rect.titled ? [titleRow(pane, title, focused, right, rect.width)] : [];
  return (
    <Box position="absolute" left={rect.x} top={rect.y} width={rect.width} height={rect.height} overflow="hidden">
      <Rows rows={[...head, ...rows].slice(0, rect.height)} width={rect.width} />
    </Box>
  );
};
