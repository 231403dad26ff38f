import type { FeedView } from '../../client/index.ts';
import { clockTime } from '../../run/format.ts';
import {
  countWords,
  describeMeasuring,
  formatOwnValue,
  isOff,
  isStuck,
  measuring,
  planned,
  REFUSED_WORDS,
  type RunState,
  rebuildsOf,
  type Sample,
  timeLeft,
  timeRange,
  wayBack,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';

const word = (state: RunState): string => {
  if (state.pauses.length > 0 && state.phase !== 'aborting') return 'PAUSED';
  return measuring(state) === null ? state.phase.toUpperCase() : 'MEASURING';
};

const share = (value: number | null, most: number | null): string =>
  most === null ? `${value ?? '?'}` : `${value ?? '?'}/${most}`;

const metrics = (
  state: RunState,
  { metrics: { lockWaiters, active, connections, maxConnections } }: Sample,
): string[] => [
  `waiting on locks ${share(lockWaiters, state.options.gates['lock-waiters'].pause)}`,
  `active ${share(active, state.options.gates.active.pause)}`,
  `connections ${share(connections, maxConnections)}`,
];

/** The config file's gates, each with the threshold that pauses, or else one that it has. */
const ownGates = ({ options }: RunState, { own }: Sample): string[] =>
  (options.ownGates ?? [])
    .filter((gate) => !isOff(gate.thresholds))
    .map((gate) => {
      const { pause, abort, warn } = gate.thresholds;
      const value = own?.[gate.name]?.value ?? null;
      const limit = pause ?? abort ?? warn ?? 0;
      return `${gate.name} ${value === null ? '?' : formatOwnValue({ unit: null }, value)}/${formatOwnValue(gate, limit)}`;
    });

/** The one thing that needs attention, if there is one. */
const attention = (state: RunState, sample: Sample | null, now: number): string[] => {
  const since = (at: string) => `for ${clockTime(now - Date.parse(at))}`;
  if (state.refusedServer !== null)
    return [`${REFUSED_WORDS[state.refusedServer.kind]} ${since(state.refusedServer.since)}: nothing begins`];
  if (state.recheckDue !== null)
    return [`another server took over ${since(state.recheckDue.since)}: it is looked at before anything begins`];
  const [pause] = state.pauses;
  if (pause !== undefined) return [`paused: ${plainText(pause.reason)}`];
  const measured = measuring(state);
  if (measured !== null) return [plainText(describeMeasuring(measured))];
  const waiting = sample?.builds.find((build) => build.waiting && build.blockers.length > 0);
  const [blocker] = waiting?.blockers ?? [];
  if (blocker === undefined) return [];
  const who = [blocker.application, blocker.user, blocker.state].filter(Boolean).map((text) => plainText(text ?? ''));
  return [`waits on pid ${blocker.pid} (${who.join(', ')})`];
};

/** How long it will still take, as a range, or why nobody can know. */
const timeToGo = (state: RunState, sample: Sample | null, now: number): string[] => {
  const left = timeLeft(state, sample, now);
  if (left.kind === 'none') return [];
  return [left.kind === 'left' ? `left ${timeRange(left.ms)} (est)` : `left unknown: ${left.why}`];
};

/** Where a run stands, in one line. */
export const statusLine = ({ state, sample, link }: FeedView, now: number): string => {
  if (state === null) return 'status: nothing is known of the run yet';
  const indexes = planned(state).filter((step) => step.step.kind === 'create-index');
  const over = indexes.filter((step) => ['done', 'equal', 'failed', 'skipped'].includes(step.status)).length;
  const failed = indexes.filter((step) => step.status === 'failed' || isStuck(state, step)).length;
  const begun = state.sections.filter((section) => section.startedAt !== null).length;
  const building = state.steps.filter((step) => step.status === 'building').length;
  const parts = [
    `status: ${word(state)} ${clockTime(now - Date.parse(state.approvedAt ?? state.startedAt))}`,
    ...(wayBack(state) ?? [
      `section ${begun}/${state.sections.length}`,
      ...countWords(over, indexes.length, rebuildsOf(state)),
      ...(failed > 0 ? [`${failed} failed`] : []),
      `${building} building`,
    ]),
    ...timeToGo(state, sample, now),
    ...(sample === null ? [] : [...metrics(state, sample), ...ownGates(state, sample)]),
    ...attention(state, sample, now),
    ...(link.status === 'connected' ? [] : [`no connection to the engine since ${link.since}: ${link.why ?? ''}`]),
  ];
  return parts.join('  ');
};
