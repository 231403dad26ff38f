import { Box } from 'ink';
import type { Layout } from '../model/layout.ts';
import type { Dialog } from '../model/ui-state.ts';
import { Rows } from '../panes/Rows.tsx';
import { boxWidth, drawBox } from './box.ts';
import type { DialogContext } from './dialog.ts';
import { kindOf } from './index.ts';

/** A question or a text in front of the panes. Its rows are filled to their full width: nothing shows through. */
export const DialogBox = ({ dialog, context, layout }: { dialog: Dialog; context: DialogContext; layout: Layout }) => {
  const view = kindOf(dialog).view(dialog, context, boxWidth(layout.body));
  const { rect, rows } = drawBox(view, layout.body);
  return (
    <Box position="absolute" left={rect.x} top={rect.y} width={rect.width} height={rect.height} overflow="hidden">
      <Rows rows={rows} width={rect.width} />
    </Box>
  );
};
