import type { Command } from './commands.ts';
import type { StepEstimate } from './estimates/estimate-indexes.ts';
import { timeLeft } from './estimates/left.ts';
import type { Range } from './estimates/range.ts';
import { handOf } from './hand.ts';
import { planned } from './parts.ts';
import { describeMeasuring, measuring } from './probes/measuring.ts';
import { respondToCommand } from './respond-command.ts';
import type { Backend, Sample, Watcher } from './samples.ts';
import { begunSections, jobsNow, nextBuildAt } from './schedule.ts';
import { REFUSED_WORDS } from './server.ts';
import type { Phase, RunState, StepStatus } from './state.ts';
import { stepName } from './steps.ts';

/** What a run is doing, in a word: its phase, or why it does not what its phase says. */
export type StateWord = Phase | 'paused' | 'engine-gone';

export const STATE_WORDS = [
  'preflight',
  'blocked',
  'ready',
  'surveyed',
  'running',
  'paused',
  'rolling-back',
  'aborting',
  'verifying',
  'finished',
  'engine-gone',
] as const satisfies readonly StateWord[];

/** `alive`: the run's engine is there, as far as anybody can see. */
export const stateWord = (state: RunState, alive: boolean): StateWord => {
  if (state.phase !== 'finished' && !alive) return 'engine-gone';
  return state.pauses.length > 0 && ['running', 'verifying', 'rolling-back'].includes(state.phase)
    ? 'paused'
    : state.phase;
};

/** Where a run stands, for who does not look at the screen: everything that is to be known in one object. Times are ISO. */
export interface RunStatus {
  run: string;
  state: StateWord;
  /** Why it is in this state. */
  reason: string;
  /** What it waits for just now, in sentences; empty when it works. */
  waitsFor: string[];
  /** What may be done next, and how; nothing else is accepted now. */
  mayDo: { what: string; how: string }[];
  database: RunState['database'];
  environment: string | null;
  startedAt: string;
  approvedAt: string | null;
  finishedAt: string | null;
  status: number | null;
  leftToDo: string[];
  /** Who operates it, and since when; null when nobody does. */
  operator: { name: string; since: string; asked: string | null } | null;
  clients: { name: string; role: string; since: string }[];
  watchers: readonly Watcher[];
  jobs: number;
  jobsNow: number;
  delayMs: number;
  indexes: Record<'total' | 'done' | 'building' | 'queued' | 'failed' | 'skipped' | 'dropped', number>;
  /** The first that is under way, or else the next; null when all are finished. */
  section: { number: number; of: number; title: string } | null;
  /** How long it will still take, without waits to come, ms; null when it is not known, and `leftUnknown` says why. */
  left: Range | null;
  leftUnknown: string | null;
  /** What each index was expected to come to. */
  estimates: (Pick<StepEstimate, 'bytes' | 'walBytes' | 'tempBytes' | 'ms'> & { index: string })[];
  /** All that are under way: several, where each stands for a table. */
  sectionsBegun: { number: number; title: string }[];
  working: {
    index: string;
    status: StepStatus;
    phase: string | null;
    percent: number | null;
    waiting: boolean | null;
  }[];
  failed: { index: string; error: string | null; advice: string | null }[];
  pauses: RunState['pauses'];
  gates: RunState['gates'];
  backup: string | null;
  /** The newest reading of the metrics; null when there is none. */
  sampleAt: string | null;
  metrics: Sample['metrics'] | null;
  /** The number of the newest event that this is made of. */
  seq: number;
}

const who = ({ pid, application, user, state, transactionS }: Backend): string => {
  const name = [application || null, user].filter(Boolean).join(', ');
  const open = transactionS === null ? '' : `, its transaction open for ${Math.round(transactionS)} s`;
  return `${pid === 0 ? 'a prepared transaction' : `pid ${pid}`}${name === '' ? '' : ` (${name})`}${state === null ? '' : `, ${state}`}${open}`;
};

const waits = (state: RunState, sample: Sample | null, now: number): string[] => {
  if (state.phase === 'ready') return ['an operator’s go'];
  if (state.phase === 'surveyed') return ['an operator’s word to drop'];
  const found: string[] = [];
  if (state.refusedServer !== null) found.push(REFUSED_WORDS[state.refusedServer.kind]);
  if (state.recheckDue !== null) found.push('another server took over and has to be looked at');
  for (const { cause, gate, until } of state.pauses) {
    const lifts =
      cause === 'operator' || cause === 'error' || cause === 'disconnect' ? 'an operator lifts the pause' : null;
    found.push(until !== null ? `the pause ends by itself at ${until}` : (lifts ?? `${gate ?? cause} clears`));
  }
  for (const build of state.phase === 'finished' ? [] : (sample?.builds ?? [])) {
    const step = state.steps[build.step];
    if (!build.waiting || step === undefined) continue;
    const names = build.blockers.map(who).join('; ');
    found.push(`${stepName(step.step)} waits for ${names === '' ? 'somebody who cannot be seen' : names}`);
  }
  const next = nextBuildAt(state);
  if (state.phase === 'running' && next !== null && next > now)
    found.push(`the delay between builds, until ${new Date(next).toISOString()}`);
  return found;
};

const reasonOf = (state: RunState, alive: boolean): string => {
  if (state.outcome !== null) return state.outcome.reason;
  if (!alive) return 'the engine is gone before the run had ended: what it had begun is in doubt';
  if (state.abort !== null) return state.abort.reason;
  if (state.preflightError !== null) return `preflight could not look: ${state.preflightError.error.message}`;
  const blocking = state.preflight?.findings.filter(({ level }) => level === 'blocks') ?? [];
  if (state.phase === 'blocked') return blocking.map(({ what }) => what).join(' ');
  const { failed } = state.checklist;
  if (state.phase === 'ready' && failed !== null) return `the last look came to nothing: ${failed.error.message}`;
  const [pause] = state.pauses;
  if (pause !== undefined) return `${pause.gate ?? pause.cause}: ${pause.reason} (${pause.by})`;
  const measured = measuring(state);
  if (measured !== null) return describeMeasuring(measured);
  const words: Partial<Record<Phase, string>> = {
    preflight: 'looking at the database; nothing is changed',
    ready: 'preflight found nothing that blocks',
    surveyed: 'what a rollback would drop is known',
    running: 'building',
    verifying: 'all sections are done; checking them against the plan',
    'rolling-back': 'dropping what this run made',
  };
  return words[state.phase] ?? state.phase;
};

/** What can be ordered with a command of this program, and how. */
const ORDERS: readonly { command: Command; what: string; how: (run: string) => string }[] = [
  { command: { type: 'go', replaceInvalid: [], confirm: null }, what: 'go', how: (run) => `indexdeck attach ${run}` },
  { command: { type: 'pause' }, what: 'pause', how: (run) => `indexdeck pause ${run}` },
  { command: { type: 'continue' }, what: 'continue', how: (run) => `indexdeck continue ${run}` },
  { command: { type: 'abort' }, what: 'abort', how: (run) => `indexdeck abort ${run}` },
  { command: { type: 'survey' }, what: 'roll back', how: (run) => `indexdeck rollback ${run}` },
];

const may = (state: RunState, alive: boolean, now: number): RunStatus['mayDo'] => {
  const { run, outcome, options } = state;
  const backup =
    options.backup === null
      ? []
      : [{ what: 'restore', how: `indexdeck restore --backup ${options.backup.id ?? options.backup.path}` }];
  if (outcome === null && alive) {
    // Production wants the name typed: that it will be right is not for us to doubt here.
    const named = (command: Command): Command =>
      command.type === 'go' ? { ...command, confirm: state.database.database } : command;
    const orders = ORDERS.filter(
      ({ command }) => respondToCommand(state, named(command), { by: '', now, from: undefined }).reply?.ok,
    );
    const failed = state.steps.some(({ status }) => status === 'failed');
    const atScreen =
      failed && state.phase === 'running'
        ? [{ what: 'try again or skip what failed', how: `indexdeck attach ${run}` }]
        : [];
    return [...orders.map(({ what, how }) => ({ what, how: how(run) })), ...atScreen];
  }
  const goesOn = outcome === null || ![0, 3].includes(outcome.status);
  return [
    ...(goesOn && !state.rolledBack ? [{ what: 'go on', how: `indexdeck resume ${run}` }] : []),
    ...(state.created.length + state.removed.length > 0 || outcome === null
      ? [{ what: 'roll back', how: `indexdeck rollback ${run}` }]
      : []),
    ...backup,
  ];
};

/** Where a run stands. Pure; `now` in milliseconds since the epoch. */
export const statusOf = (
  state: RunState,
  { sample, alive, now }: { sample: Sample | null; alive: boolean; now: number },
): RunStatus => {
  const creates = planned(state).filter(({ step }) => step.kind === 'create-index');
  const count = (...statuses: StepStatus[]): number => creates.filter(({ status }) => statuses.includes(status)).length;
  const begun = begunSections(state);
  const at = begun[0] ?? state.sections.findIndex(({ finishedAt }) => finishedAt === null);
  const section = state.sections[at];
  const hand = handOf(state);
  const busy = state.steps.filter(({ status }) => ['building', 'dropping', 'running'].includes(status));
  const { outcome } = state;
  const left = alive ? timeLeft(state, sample, now) : ({ kind: 'none' } as const);
  return {
    run: state.run,
    state: stateWord(state, alive),
    reason: reasonOf(state, alive),
    waitsFor: alive ? waits(state, sample, now) : [],
    mayDo: may(state, alive, now),
    database: state.database,
    environment: state.options.environment,
    startedAt: state.startedAt,
    approvedAt: state.approvedAt,
    finishedAt: state.finishedAt,
    status: outcome?.status ?? null,
    leftToDo: outcome?.leftToDo ?? [],
    operator:
      hand === null || !alive ? null : { name: hand.name, since: hand.since, asked: hand.asking?.question ?? null },
    clients: alive ? state.clients.map(({ name, role, since }) => ({ name, role, since })) : [],
    watchers: (sample?.watchers ?? []).filter(({ run }) => run === state.run),
    jobs: state.jobs,
    jobsNow: jobsNow(state),
    delayMs: state.delayMs,
    indexes: {
      total: creates.length,
      done: count('done', 'equal'),
      building: count('building'),
      queued: count('queued'),
      failed: count('failed'),
      skipped: count('skipped'),
      dropped: count('dropped'),
    },
    section: section === undefined ? null : { number: at + 1, of: state.sections.length, title: section.title },
    left: left.kind === 'left' ? left.ms : null,
    leftUnknown: left.kind === 'unknown' ? left.why : null,
    estimates: state.estimates.flatMap(({ step: id, bytes, walBytes, tempBytes, ms }) => {
      const step = state.steps[id];
      // What a part is expected to come to is in its whole.
      return step === undefined || step.parent !== null
        ? []
        : [{ index: stepName(step.step), bytes, walBytes, tempBytes, ms }];
    }),
    sectionsBegun: begun.map((index) => ({ number: index + 1, title: state.sections[index]?.title ?? '' })),
    working: busy.map((step) => {
      const live = sample?.builds.find((build) => build.step === step.id);
      const phase = live?.phase ?? step.phase?.name ?? null;
      const { status } = step;
      return {
        index: stepName(step.step),
        status,
        phase,
        percent: live?.percent ?? null,
        waiting: live?.waiting ?? null,
      };
    }),
    failed: state.steps
      .filter(({ status }) => status === 'failed')
      .map((step) => ({ index: stepName(step.step), error: step.error?.message ?? null, advice: step.advice })),
    pauses: state.pauses,
    gates: state.gates,
    backup: state.options.backup?.id ?? state.options.backup?.path ?? null,
    sampleAt: sample?.at ?? null,
    metrics: sample?.metrics ?? null,
    seq: state.seq,
  };
};
