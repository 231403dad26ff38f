import { type FeedView, isAbandoned } from '../../client/feed.ts';
import {
  countWords,
  jobsNow,
  planned,
  type RunState,
  rebuildsOf,
  type Sample,
  timeLeft,
  timeRange,
  wayBack,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { clockSince, clockTime, since } from './format.ts';
import { readingAge } from './live.ts';
import { cutMiddle, fitRow, type Row, row, rowWidth, type Segment, seg, spread, textWidth } from './row.ts';
import { isActive, isTerminal, runMark } from './words.ts';

/** standby: an operator’s screen while another one operates the run. */
export type Role = 'operator' | 'standby' | 'observer';

/** What this screen may do now: it was started as one or the other, and another one may have the hand. */
export const roleNow = (started: Role, { state, client }: Pick<FeedView, 'state' | 'client'>): Role =>
  started === 'operator' && state !== null && client != null && state.hand !== null && state.hand !== client
    ? 'standby'
    : started;

const ROLES: Readonly<Record<Role, Segment>> = {
  operator: seg('OPERATOR'),
  standby: seg('STANDBY', 'info'),
  observer: seg('OBSERVER', 'info'),
};

/** How long it has been going: since go, or since the start before that; it stands still at the end. */
const elapsed = (state: RunState, now: number): string =>
  clockTime(since(state.approvedAt ?? state.startedAt, state.finishedAt === null ? now : Date.parse(state.finishedAt)));

/** As many of the parts as fit, the most important first, shown in their own order. */
const fitParts = (parts: { order: number; segment: Segment }[], room: number): Row => {
  let left = room;
  const kept = parts.filter(({ segment }) => {
    const width = rowWidth([segment]) + 2;
    if (width > left) return false;
    left -= width;
    return true;
  });
  return kept
    .sort((a, b) => a.order - b.order)
    .flatMap(({ segment }, at) => (at === 0 ? [segment] : [seg('  '), segment]));
};

/** Where and what: the first row. The state and the database are the last to go when it gets narrow. */
export const statusRow = (
  { state, link }: Pick<FeedView, 'state' | 'link'>,
  role: Role,
  frozen: boolean,
  now: number,
  width: number,
): Row => {
  if (state === null)
    return fitRow(row(seg(' indexdeck', 'title'), `  ${role.toUpperCase()}  `, seg('CONNECTING', 'info')), width);
  const mark = runMark(state, isAbandoned({ state, link }));
  const right: Segment[] = [
    ...(frozen ? [seg('FROZEN', 'warn'), seg('  ')] : []),
    seg(`${mark.symbol} ${mark.word}`, mark.tone),
    seg(`  ${elapsed(state, now)} `),
  ];
  const rightWidth = rowWidth(right);
  if (rightWidth + 8 > width) return fitRow(right.slice(0, -1), width);
  const { host, database } = state.database;
  // The last part needs no gap behind it.
  const room = width - rightWidth;
  const whole = `${plainText(host)}/${plainText(database)}`;
  const where =
    textWidth(whole) <= Math.min(40, room - 3) ? whole : cutMiddle(plainText(database), Math.min(40, room - 3));
  const { environment } = state.options;
  const version = state.preflight?.server.version;
  const left = fitParts(
    [
      { order: 2, segment: seg(where, 'strong') },
      { order: 1, segment: ROLES[role] },
      ...(environment === null
        ? []
        : [
            {
              order: 3,
              segment: seg(plainText(environment).toUpperCase(), environment === 'production' ? 'bad' : 'info'),
            },
          ]),
      ...(version === undefined ? [] : [{ order: 4, segment: seg(`PG ${plainText(version).split(' ')[0]}`) }]),
      { order: 0, segment: seg('indexdeck', 'title') },
    ],
    room,
  );
  return spread([seg(' '), ...left], right, width);
};

const etaText = (state: RunState, sample: Sample | null, now: number): string => {
  const eta = timeLeft(state, sample, now);
  if (eta.kind === 'none') return '';
  return eta.kind === 'left' ? `eta ${timeRange(eta.ms)} (est)` : `eta unknown: ${eta.why}`;
};

/** How far: the second row. */
export const progressRow = (state: RunState | null, sample: Sample | null, now: number, width: number): Row => {
  if (state === null) return fitRow([], width);
  const indexes = planned(state).filter((step) => step.step.kind === 'create-index');
  const reading = readingAge(sample, now);
  const building = state.steps.filter((step) => step.status === 'building').length;
  const active = state.steps.filter(isActive).length - building;
  const started = state.sections.filter((section) => section.startedAt !== null).length;
  const begun = state.approvedAt !== null;
  const parts = [
    ` section ${begun ? started : 0}/${state.sections.length}`,
    ...countWords(indexes.filter(isTerminal).length, indexes.length, rebuildsOf(state)),
    ...(begun && state.phase !== 'finished' ? [`${building} building${active > 0 ? ` +${active} other` : ''}`] : []),
    jobsNow(state) === state.jobs ? `jobs ${state.jobs}` : `jobs ${jobsNow(state)} of ${state.jobs}`,
    ...(state.delayMs > 0 ? [`delay ${clockTime(state.delayMs)}`] : []),
  ];
  const back = wayBack(state);
  const left = row((back === null ? parts : [` ${back.join('  ')}`, `jobs ${state.jobs}`]).join('  '));
  const age = seg(state.phase === 'finished' ? '' : `${reading.text} `, reading.stale ? 'warn' : 'dim');
  const full = row(seg(etaText(state, sample, now)), '  ', age);
  // With little room the estimate goes first, then the age.
  const right = [full, row(age), []].find((one) => rowWidth(left) + rowWidth(one) + 1 <= width) ?? [];
  return spread(left, right, width);
};

/** Said in place of what needs attention while the display stands still. */
export const frozenRow = (frozenAt: number, now: number, width: number): Row => {
  const at = new Date(frozenAt).toISOString();
  const left = row(
    seg(` ! FROZEN for ${clockSince(at, now)}: what you see stands still, the deployment goes on`, 'warn'),
  );
  return spread(left, row(seg('Space go on ', 'key')), width);
};
