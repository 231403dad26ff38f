import { isAbandoned } from '../../client/feed.ts';
import { kindOf } from '../dialogs/index.ts';
import { SYMBOL } from '../theme.ts';
import { dialogContext } from './answer.ts';
import { type Concern, concernRow, concerns } from './attention.ts';
import { footerRow } from './footer.ts';
import { frozenRow, progressRow, type Role, statusRow } from './header.ts';
import type { Layout } from './layout.ts';
import { hasWayBack } from './rollback.ts';
import { fitRow, type Row, row, seg, spread } from './row.ts';
import type { Snapshot, UiState } from './ui-state.ts';
import { ownWaiting } from './who.ts';

/** What is around the panes is drawn from this. */
export interface FrameInput {
  ui: UiState;
  live: Snapshot;
  shown: Snapshot;
  role: Role;
  layout: Layout;
}

const all = ({ view, now }: Snapshot): Concern[] => concerns(view, now);

/** Reasons that must be seen for as long as they last, besides the first of all. */
export const noticeCount = (live: Snapshot): number =>
  all(live)
    .slice(1)
    .filter((item) => item.lasting).length;

/** The rows on top. They show how things are now, also while the display below stands still. */
export const headRows = ({ ui, live, shown, role, layout }: FrameInput): Row[] => {
  const { columns, head } = layout;
  const { sample } = live.view;
  const [first, ...others] = all(live);
  const lasting = others.filter((item) => item.lasting).slice(0, head.notices);
  const rows: Row[] = [];
  if (head.status) rows.push(statusRow(live.view, role, ui.frozen !== null, live.now, columns));
  if (head.progress)
    rows.push(progressRow(shown.view.state, ui.frozen === null ? sample : shown.view.sample, live.now, columns));
  if (head.attention) rows.push(attentionRow(ui, live, first, others.length - lasting.length, role, columns));
  for (const item of lasting) rows.push(concernRow(item, 0, columns, role === 'observer'));
  return rows;
};

const attentionRow = (
  ui: UiState,
  live: Snapshot,
  first: Concern | undefined,
  more: number,
  role: Role,
  width: number,
): Row => {
  const { notice, frozen } = ui;
  if (notice !== null && notice.until > live.now) {
    const alarm = notice.tone === 'warn' ? `${SYMBOL.alarm} ` : '';
    return fitRow(row(seg(` ${alarm}${notice.text}`, notice.tone)), width);
  }
  if (frozen !== null) return frozenRow(frozen.now, live.now, width);
  return first === undefined ? fitRow([], width) : concernRow(first, more, width, role === 'observer');
};

/** The last row: the keys, or what is typed into the filter. */
export const bottomRow = ({ ui, live, role, layout }: Omit<FrameInput, 'shown'>): Row => {
  const { columns } = layout;
  const { state } = live.view;
  if (ui.dialog !== null && (ui.dialog.kind === 'filter' || layout.body.height < 1)) {
    const view = kindOf(ui.dialog).view(ui.dialog, dialogContext({ live, role, layout }), columns);
    const left = ui.dialog.kind === 'filter' ? (view.rows[0] ?? []) : row(view.title);
    return spread(left, row(seg(`${view.answers} `, 'key')), columns);
  }
  if (ui.dialog !== null)
    return fitRow(
      row(seg(` ${kindOf(ui.dialog).view(ui.dialog, dialogContext({ live, role, layout }), columns).answers}`, 'key')),
      columns,
    );
  const steps = state?.steps ?? [];
  return footerRow(
    {
      phase: state?.phase ?? null,
      // What nobody would hear is not offered.
      role: isAbandoned(live.view) ? 'observer' : role,
      failed: steps.some((step) => step.status === 'failed'),
      building: steps.some((step) => step.status === 'building'),
      paused: (state?.pauses.length ?? 0) > 0,
      waiting: ownWaiting(live.view).length > 0,
      droppable: state !== null && hasWayBack(state),
    },
    columns,
  );
};
