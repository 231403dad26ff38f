import type { FeedView, Link } from '../../client/feed.ts';
import {
  type BuildProgress,
  capitalised,
  describeMeasuring,
  handOf,
  measuring,
  nextBuildAt,
  type Pause,
  QUESTIONS,
  REFUSED_WORDS,
  type RunState,
  rollbackSum,
  type StepState,
  whatIsAhead,
} from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { stepName } from '../../run/steps.ts';
import { SYMBOL } from '../theme.ts';
import { clockSince, clockTime, plural } from './format.ts';
import { readingAge } from './live.ts';
import { backendDoes, backendName } from './people.ts';
import { type Row, row, rowWidth, seg, spread, type Tone } from './row.ts';
import { waitingText } from './who.ts';
import { isActive } from './words.ts';

/** An order elsewhere is followed in half a second: one that has waited longer is worth a word. */
const ORDER_IS_LATE_MS = 3_000;

/** Something that needs the operator, the most urgent first. */
export interface Concern {
  text: string;
  tone: Tone;
  /** The key that helps, and what it does. */
  hint: string;
  /** Must be seen for as long as it lasts, also when something else is more urgent. */
  lasting: boolean;
}

const concern = (text: string, tone: Tone, hint = '', lasting = false): Concern => ({ text, tone, hint, lasting });

const nameOf = (step: StepState | undefined): string =>
  step === undefined ? 'a step' : plainText(stepName(step.step));

const linkConcerns = (link: Link, state: RunState | null, now: number): Concern[] => {
  if (link.status === 'connected' || state?.phase === 'finished') return [];
  const since = `${clockSince(link.since, now)}${link.why === null ? '' : `: ${plainText(link.why)}`}`;
  return link.status === 'lost'
    ? [concern(`no word from the engine for ${since}; reconnecting`, 'bad', '', true)]
    : [
        concern(
          `the engine is gone for ${clockSince(link.since, now)}: what it had begun is in doubt. indexdeck resume finds out`,
          'bad',
          'q leave',
          true,
        ),
      ];
};

const pauseConcern = (pause: Pause, now: number): Concern => {
  const cause = pause.gate === null ? pause.cause : `gate ${pause.gate}`;
  const hints: Partial<Record<Pause['cause'], string>> = {
    error: 'T again  S skip',
    operator: 'C continue',
    disconnect: 'C continue',
    server: 'C look again',
  };
  return concern(
    `PAUSED ${clockSince(pause.at, now)} by ${cause}: ${plainText(pause.reason)}`,
    'warn',
    hints[pause.cause] ?? '',
    true,
  );
};

/** What an abort still waits for. */
const abortConcern = (state: RunState, now: number): Concern[] => {
  if (state.phase !== 'aborting' || state.abort === null) return [];
  const count = (status: StepState['status']): number => state.steps.filter((step) => step.status === status).length;
  const waits = [
    count('building') > 0 ? `${plural(count('building'), 'build')} to end` : '',
    count('dropping') > 0 ? `${plural(count('dropping'), 'leftover')} to be dropped` : '',
    count('running') > 0 ? `${plural(count('running'), 'statement')} to end` : '',
  ].filter(Boolean);
  const why = `by ${plainText(state.abort.by)}: ${plainText(state.abort.reason)}`;
  const what = waits.length === 0 ? 'waits for the connections to close' : `waits for ${waits.join(', ')}`;
  return [concern(`ABORTING ${clockSince(state.abort.at, now)} ${what} (${why})`, 'bad', '', true)];
};

const waitConcern = (build: BuildProgress, state: RunState): Concern => {
  const [blocker] = build.blockers;
  const more = build.blockers.length > 1 ? ` and ${build.blockers.length - 1} more` : '';
  const whom = blocker === undefined ? 'nobody we can see' : `${backendName(blocker)}, ${backendDoes(blocker)}${more}`;
  const text = `waits ${clockTime(build.phaseS * 1000)} on ${whom} (${nameOf(state.steps[build.step])})`;
  return concern(text, 'warn', 'b blockers');
};

const failureConcerns = (state: RunState): Concern[] => {
  const failed = state.steps.filter((step) => step.status === 'failed');
  const [first] = failed;
  if (first === undefined || state.phase === 'finished') return [];
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  const why = first.error?.message ?? first.note ?? first.advice ?? 'no reason given';
  const hint = state.rollback === null ? 'T again  S skip' : '';
  return [concern(`FAILED ${nameOf(first)}: ${plainText(why)}${more}`, 'bad', hint)];
};

const finishedConcern = (state: RunState): Concern[] => {
  if (state.outcome === null) return [];
  const { status, reason } = state.outcome;
  return [
    concern(`finished with status ${status}: ${plainText(reason)}`, status === 0 ? 'ok' : 'bad', 'q leave', true),
  ];
};

const beforeGo = (state: RunState): Concern[] => {
  const blocking = state.preflight?.findings.filter((finding) => finding.level === 'blocks') ?? [];
  switch (state.phase) {
    case 'preflight':
      return [concern('looking at the database; nothing is changed', 'info')];
    case 'ready': {
      if (state.checklist.failed !== null)
        return [
          concern(
            `no go: the last look came to nothing: ${plainText(state.checklist.failed.error.message)}`,
            'warn',
            'r look again',
          ),
        ];
      const where = `${plainText(state.database.host)}/${plainText(state.database.database)}`;
      return [concern(`${capitalised(whatIsAhead(state))} on ${where}?`, 'strong', 'y build  n leave')];
    }
    case 'surveyed': {
      const where = `${plainText(state.database.host)}/${plainText(state.database.database)}`;
      const sum = rollbackSum(state.survey?.indexes ?? []);
      return [concern(`Drop ${sum}, from ${where}?`, 'strong', 'D drop  n leave')];
    }
    case 'blocked': {
      if (state.preflightError !== null)
        return [concern(`could not look: ${plainText(state.preflightError.error.message)}`, 'bad', 'r look again')];
      return [
        concern(
          `${plural(blocking.length, 'finding blocks', 'findings block')}: nothing was changed`,
          'bad',
          'r look again',
        ),
      ];
    }
    default:
      return [];
  }
};

/** A server that nothing may begin on, and since when. */
const serverConcerns = (state: RunState, now: number): Concern[] => {
  if (state.phase === 'finished') return [];
  const { refusedServer, recheckDue } = state;
  if (refusedServer !== null) {
    const since = clockSince(refusedServer.since, now);
    return [
      concern(
        `${since} ${REFUSED_WORDS[refusedServer.kind]}: nothing begins, and nothing is sent to it`,
        'bad',
        '',
        true,
      ),
    ];
  }
  if (recheckDue === null) return [];
  const since = clockSince(recheckDue.since, now);
  return [concern(`${since} another server took over: nothing begins until it was looked at`, 'warn', '', true)];
};

/** What is being asked of others, who has the hand, and orders that nobody has followed yet. */
const peopleConcerns = ({ state, client: me, waiting = [] }: FeedView, now: number): Concern[] => {
  if (state === null || state.phase === 'finished') return [];
  const asked = state.clients.flatMap(({ id, name, asking }) =>
    asking === null || id === me
      ? []
      : [
          concern(
            `${plainText(name)} is being asked ${QUESTIONS[asking.question]}, for ${clockSince(asking.since, now)}`,
            ['restore', 'rollback', 'abort'].includes(asking.question) ? 'warn' : 'info',
            '',
            asking.question === 'restore',
          ),
        ],
  );
  const [order] = waiting;
  const more = waiting.length > 1 ? ` (and ${waiting.length - 1} more)` : '';
  const late = order !== undefined && now - Date.parse(order.at) > ORDER_IS_LATE_MS;
  const waits = late ? [concern(`not followed yet: ${waitingText(order, now)}${more}`, 'warn', 'W take back')] : [];
  const hand = handOf(state);
  const isStandby = me != null && hand !== null && hand.id !== me;
  const mine = state.clients.some(({ id, role }) => id === me && role === 'operator');
  return [
    ...asked,
    ...waits,
    ...(isStandby && mine
      ? [concern(`${plainText(hand.name)} operates this run; this screen stands by`, 'info', 'H take over', true)]
      : []),
  ];
};

/** All that needs somebody, the most urgent first; never empty. */
export const concerns = (view: FeedView, now: number): Concern[] => {
  const { state, sample, link } = view;
  if (state === null) {
    const waiting = concern('waiting for the first word of the engine', 'info');
    return [...linkConcerns(link, state, now), waiting];
  }
  const atWork = state.approvedAt !== null && state.phase !== 'finished';
  const waits = atWork ? (sample?.builds.filter((build) => build.waiting && build.blockers.length > 0) ?? []) : [];
  const gates = state.phase === 'finished' ? [] : state.gates;
  const pausedBy = new Set(state.pauses.map((pause) => pause.gate));
  const reading = readingAge(sample, now);
  const lost = state.lostConnections.map(({ session, since, error }) =>
    concern(
      `connection lost ${clockSince(since, now)} (${plainText(session)}): ${plainText(error.message)}; reconnecting`,
      'bad',
      '',
      true,
    ),
  );
  const ledger =
    state.ledgerFailed === null || state.phase === 'finished'
      ? []
      : [
          concern(
            `ledger not written ${clockSince(state.ledgerFailed.since, now)}: ${plainText(state.ledgerFailed.error.message)}`,
            'warn',
          ),
        ];
  const found = [
    ...linkConcerns(link, state, now),
    ...finishedConcern(state),
    ...serverConcerns(state, now),
    ...lost,
    ...abortConcern(state, now),
    ...beforeGo(state),
    ...state.pauses.map((pause) => pauseConcern(pause, now)),
    ...gates
      .filter((gate) => gate.level !== 'warn' && !pausedBy.has(gate.gate))
      .map((gate) =>
        concern(`gate ${gate.gate} (${gate.level}) ${clockSince(gate.at, now)}: ${plainText(gate.reason)}`, 'bad'),
      ),
    ...waits.sort((a, b) => b.phaseS - a.phaseS).map((build) => waitConcern(build, state)),
    ...failureConcerns(state),
    ...peopleConcerns(view, now),
    ...gates
      .filter((gate) => gate.level === 'warn')
      .map((gate) =>
        concern(`gate ${gate.gate} (warn) ${clockSince(gate.at, now)}: ${plainText(gate.reason)}`, 'warn'),
      ),
    ...ledger,
    ...(reading.stale && state.phase !== 'finished' ? [concern(reading.text, 'warn')] : []),
  ];
  return found.length > 0 ? found : [concern(calm(state, now), 'dim')];
};

const calm = (state: RunState, now: number): string => {
  const measured = measuring(state);
  if (measured !== null) return plainText(describeMeasuring(measured));
  if (state.phase === 'running' && state.baseline === null) return 'taking the baseline; nothing is built before';
  if (state.phase === 'verifying') return 'checking every index against the plan';
  if (state.phase === 'rolling-back') return 'dropping what this run made; nothing needs you';
  const next = nextBuildAt(state);
  if (state.steps.some(isActive)) return 'nothing needs you';
  return next !== null && next > now
    ? `nothing needs you: the next index begins in ${clockTime(next - now)} (delay)`
    : 'nothing is being built right now';
};

/** The row for the one thing that needs somebody. `more` counts what stands nowhere else. */
export const concernRow = (item: Concern, more: number, width: number, observer: boolean): Row => {
  const alarm = item.tone === 'bad' || item.tone === 'warn';
  const left = row(seg(` ${alarm ? `${SYMBOL.alarm} ` : ''}${item.text}`, item.tone));
  // An observer has no key that changes anything: none is offered.
  const hint = observer && /[A-Z]|^[ynr] /.test(item.hint) && item.hint !== 'q leave' ? '' : item.hint;
  const rest = seg(more > 0 ? `+${more} more  ` : '', 'warn');
  const right = row(rest, seg(hint === '' ? '' : `${hint} `, 'key'));
  // On a narrow screen the reason is worth more than the keys, which stand below anyway.
  return spread(left, width < 60 && rowWidth(left) + rowWidth(right) > width ? row(rest) : right, width);
};
