import { Box, useWindowSize } from 'ink';
import { DialogBox } from './dialogs/DialogBox.tsx';
import { isField } from './dialogs/index.ts';
import { useKeys } from './hooks/useKeys.ts';
import { type ScreenProps, useScreen } from './hooks/useScreen.ts';
import { dialogContext } from './model/answer.ts';
import { bottomRow, headRows, noticeCount } from './model/frame.ts';
import { type Layout, layout, type Rect } from './model/layout.ts';
import { firstPane } from './model/lists.ts';
import { liveRowsWanted } from './model/live.ts';
import { metricsOf } from './model/metrics.ts';
import type { Snapshot, UiState } from './model/ui-state.ts';
import { BlockersPane, LivePane, LogPane, ProgressPane } from './panes/panes.tsx';
import { Rows } from './panes/Rows.tsx';

const at = (rect: Pick<Rect, 'x' | 'y' | 'width' | 'height'>) =>
  ({
    position: 'absolute',
    left: rect.x,
    top: rect.y,
    width: rect.width,
    height: rect.height,
    overflow: 'hidden',
  }) as const;

/** The whole screen: the head, the panes, the keys, and a dialog in front of them. */
export const App = (props: ScreenProps) => {
  const { columns, rows } = useWindowSize();
  const layoutOf = (ui: UiState, live: Snapshot): Layout =>
    layout({
      columns,
      rows,
      focus: ui.focus,
      zoomed: ui.zoomed,
      liveWanted: (width) =>
        liveRowsWanted(width, live.view.state === null ? undefined : metricsOf(live.view.state).length),
      notices: noticeCount(live),
      reading: firstPane(live.view.state) !== 'progress',
    });
  const { ui, role, live, shown, key, text } = useScreen(props, layoutOf);
  const plan = layoutOf(ui, live);
  useKeys(props.clock, isField(ui.dialog), {
    key: (stroke) => key(stroke, plan),
    text: (typed, pasted) => text(typed, pasted, plan),
  });
  const { panes } = plan;
  const input = { ui, shown };
  const head = headRows({ ui, live, shown, role, layout: plan });
  const dialog = ui.dialog?.kind === 'filter' ? null : ui.dialog;
  return (
    <Box width={plan.columns} height={plan.rows} overflow="hidden">
      <Box {...at({ x: 0, y: 0, width: plan.columns, height: head.length })}>
        <Rows rows={head} width={plan.columns} />
      </Box>
      {panes.progress && <ProgressPane {...input} rect={panes.progress} focused={ui.focus === 'progress'} />}
      {panes.live && <LivePane {...input} rect={panes.live} focused={ui.focus === 'live'} />}
      {panes.detail && <BlockersPane {...input} rect={panes.detail} focused={ui.focus === 'detail'} />}
      {panes.log && <LogPane {...input} rect={panes.log} focused={ui.focus === 'log'} wrap={plan.wrapLog} />}
      {plan.footer && (
        <Box {...at({ x: 0, y: plan.rows - 1, width: plan.columns, height: 1 })}>
          <Rows rows={[bottomRow({ ui, live, role, layout: plan })]} width={plan.columns} />
        </Box>
      )}
      {dialog !== null && plan.body.height > 0 && (
        <DialogBox dialog={dialog} layout={plan} context={dialogContext({ live, role, layout: plan })} />
      )}
    </Box>
  );
};
