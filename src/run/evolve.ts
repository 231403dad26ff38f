import type { Finding } from '../plan/types.ts';
import { estimatesByStep } from './estimates/of-step.ts';
import type { PreflightFacts, RunEvent } from './events.ts';
import { evolveBuild, isBuildEvent } from './evolve-build.ts';
import { evolveHand, isHandEvent } from './evolve-hand.ts';
import { withParts } from './evolve-parts.ts';
import { evolveProbes, isProbeEvent, notMeasured } from './evolve-probes.ts';
import { takenUp } from './evolve-resume.ts';
import { evolveRollback, isRollbackEvent } from './evolve-rollback.ts';
import { turnedBack } from './former.ts';
import { withGate } from './gates/with-gate.ts';
import { newStep } from './new-step.ts';
import { changedFacts } from './preflight/change.ts';
import { checklistChanged, checklistLooked, NO_CHECKLIST } from './preflight/checklist.ts';
import { isRefused, needsLook } from './server.ts';
import type { Pause, RunState, StepState } from './state.ts';
import { runnableSteps } from './steps.ts';

type Started = Extract<RunEvent, { type: 'run.started' }>;

/** The state after the first event of a run, which must be `run.started`. */
export const initialState = (event: RunEvent): RunState => {
  if (event.type !== 'run.started') throw new Error(`a run begins with run.started, not with ${event.type}`);
  const started: Started = event;
  const steps = runnableSteps(started.plan).map(({ section, step }, id) => newStep(id, section, step));
  return {
    run: event.run,
    seq: event.seq,
    at: event.at,
    version: started.version,
    phase: 'preflight',
    startedAt: event.at,
    resumedAt: null,
    approvedAt: null,
    finishedAt: null,
    plan: started.plan,
    sources: started.sources ?? [],
    database: started.database,
    operator: started.operator,
    // Journals of earlier versions know of no backup.
    options: { ...started.options, backup: started.options.backup ?? null },
    jobs: started.options.jobs,
    delayMs: started.options.delayMs ?? 0,
    preflight: null,
    preflightError: null,
    checklist: NO_CHECKLIST,
    tables: [],
    estimates: [],
    baseline: null,
    agreed: [],
    steps,
    sections: started.plan.sections.map((section, index) => ({
      title: section.title,
      line: section.line,
      byTable: section.byTable === true,
      steps: steps.filter((step) => step.section === index).map((step) => step.id),
      startedAt: null,
      finishedAt: null,
    })),
    pauses: [],
    abort: null,
    gates: [],
    lostConnections: [],
    ledgerFailed: null,
    server: null,
    refusedServer: null,
    recheckDue: null,
    clients: [],
    ending: [],
    hand: null,
    unattendedSince: event.at,
    created: [],
    removed: [],
    rebuilt: [],
    reindexed: [],
    purpose: 'deploy',
    surveying: false,
    survey: null,
    rollback: null,
    rolledBack: false,
    verify: null,
    ...notMeasured(started.options),
    validations: started.plan.validations.map(({ line, file, kind, sql }) => ({ line, file, kind, sql, result: null })),
    outcome: null,
    former: null,
    turnedBack: null,
  };
};

const samePause = (a: Pick<Pause, 'cause' | 'gate'>, b: Pick<Pause, 'cause' | 'gate'>): boolean =>
  a.cause === b.cause && a.gate === b.gate;

/** Where the run stands after a look. */
const judged = (state: RunState, findings: readonly Finding[]): Partial<RunState> => {
  const blocked = findings.some((finding) => finding.level === 'blocks');
  const surveying = !blocked && state.purpose === 'rollback';
  return { phase: blocked ? 'blocked' : surveying ? 'preflight' : 'ready', surveying };
};

const lookedAt = (state: RunState, facts: PreflightFacts, isShown = true): Partial<RunState> => {
  const { findings, server, tables, steps, settings, parts, estimates = [] } = facts;
  const tableOf = new Map(steps.map((step) => [step.step, step.tableOid]));
  const foundOf = new Map(steps.map((step) => [step.step, step.found]));
  // What a server that took over has in its place nobody was shown.
  const shown = (step: StepState): number | null => {
    if (!isShown || step.step.kind !== 'drop-index') return step.shown;
    const found = foundOf.get(step.id);
    return found?.kind === 'to-drop' ? found.oid : null;
  };
  const looked = state.steps.map((step) => ({
    ...step,
    tableOid: tableOf.get(step.id) ?? step.tableOid,
    shown: shown(step),
  }));
  const withFound = withParts({ steps: looked, sections: state.sections }, parts ?? [], parts !== undefined);
  const newest = estimatesByStep(estimates, withFound);
  const again = new Set(newest.map(({ step }) => step));
  return {
    preflight: {
      findings,
      server,
      tables,
      steps,
      settings,
      ...(parts && { parts }),
      ...(facts.estimates && { estimates }),
    },
    preflightError: null,
    tables,
    // What is built already keeps the estimate that it was begun with.
    estimates: [...state.estimates.filter((old) => !again.has(old.step)), ...newest],
    ...withFound,
  };
};

/** What was seen before a pause may have changed since: each step is looked at again. */
const forgetInspections = (state: RunState): StepState[] =>
  state.steps.map((step) => (step.found === null ? step : { ...step, found: null }));

const sectionTimes = (
  state: RunState,
  index: number,
  times: { startedAt?: string; finishedAt?: string },
): Partial<RunState> => ({
  sections: state.sections.map((section, at) => (at === index ? { ...section, ...times } : section)),
});

const serverChanged = (
  state: RunState,
  { kind, to, at }: Extract<RunEvent, { type: 'server.changed' }>,
): Partial<RunState> => {
  if (isRefused(kind)) return { refusedServer: { kind, since: state.refusedServer?.since ?? at } };
  return {
    server: to,
    refusedServer: null,
    recheckDue: needsLook(kind) ? { since: at, failed: false } : state.recheckDue,
    steps: forgetInspections(state),
  };
};

const finished = (
  state: RunState,
  { at, status, reason, leftToDo }: Extract<RunEvent, { type: 'run.finished' }>,
): Partial<RunState> => {
  const over: Partial<RunState> = { phase: 'finished', pauses: [], former: null };
  // Earlier versions recorded how the engine had ended, as if it were the run's end.
  const asBefore = state.former?.outcome.status === status ? state.former : null;
  return asBefore === null
    ? { ...over, finishedAt: at, outcome: { status, reason, leftToDo } }
    : { ...over, ...turnedBack(state, asBefore) };
};

/** What the event changes, apart from `seq` and `at`. Exhaustive: a new event does not compile until it is here. */
const change = (state: RunState, event: RunEvent): Partial<RunState> => {
  if (isBuildEvent(event)) return evolveBuild(state, event);
  if (isRollbackEvent(event)) return evolveRollback(state, event);
  if (isProbeEvent(event)) return evolveProbes(state, event);
  if (isHandEvent(event)) return evolveHand(state, event);
  switch (event.type) {
    case 'run.started':
      throw new Error('run.started begins a run, and there is one already');
    case 'run.resumed':
      return takenUp(state, event);
    case 'preflight.finished': {
      const before = state.preflight?.findings ?? null;
      return {
        ...lookedAt(state, event),
        checklist: checklistLooked(state.checklist, before, event.findings, event.at),
        ...judged(state, event.findings),
      };
    }
    case 'preflight.changed': {
      if (state.preflight === null) throw new Error('preflight.changed before preflight.finished');
      const after = changedFacts(state.preflight, event);
      return {
        ...lookedAt(state, after),
        checklist: checklistChanged(state.checklist, state.preflight.findings, after.findings, event.at),
        ...judged(state, after.findings),
      };
    }
    case 'look.failed':
      return { checklist: { ...state.checklist, failed: { since: event.at, error: event.error } } };
    case 'preflight.failed':
      return {
        phase: 'blocked',
        preflightError: { error: event.error, advice: event.advice },
        checklist: { ...state.checklist, since: state.checklist.since ?? event.at },
      };
    case 'run.approved':
      return {
        phase: state.sections.every((section) => section.finishedAt !== null) ? 'verifying' : 'running',
        approvedAt: event.at,
        agreed: event.replaceInvalid,
      };
    case 'baseline.taken': {
      const { seq: _seq, at: _at, run: _run, type: _type, ...baseline } = event;
      return { baseline };
    }
    case 'command.received':
      if (event.command.type === 'recheck') return { phase: 'preflight' };
      return event.command.type === 'survey' ? { surveying: true, survey: null } : {};
    case 'command.refused':
    case 'command.dropped':
    case 'metrics.summarised':
    case 'record.kept':
    case 'record.failed':
      return {};
    case 'section.started':
      return sectionTimes(state, event.section, { startedAt: event.at });
    case 'section.finished': {
      const sections = sectionTimes(state, event.section, { finishedAt: event.at });
      const open = sections.sections?.some((section) => section.finishedAt === null);
      return open || state.phase !== 'running' ? sections : { ...sections, phase: 'verifying' };
    }
    case 'gate.tripped': {
      const { gate, level, value, threshold, reason, at } = event;
      const others = state.gates.filter((tripped) => tripped.gate !== gate);
      return { gates: [...others, { gate, level, value, threshold, reason, at }] };
    }
    case 'gate.cleared':
      return { gates: state.gates.filter((tripped) => tripped.gate !== event.gate) };
    case 'run.paused': {
      const { cause, gate, by, reason, at, until = null } = event;
      return {
        pauses: [...state.pauses.filter((pause) => !samePause(pause, event)), { cause, gate, by, reason, at, until }],
        steps: forgetInspections(state),
      };
    }
    case 'run.continued':
      return {
        pauses: state.pauses.filter((pause) => !samePause(pause, event)),
        steps: forgetInspections(state),
        // Whatever was mended on the server: it is looked at before anything begins.
        recheckDue: event.cause === 'server' ? { since: event.at, failed: false } : state.recheckDue,
      };
    case 'abort.started':
      return {
        phase: state.phase === 'finished' ? 'finished' : 'aborting',
        abort: { by: event.by, reason: event.reason, at: event.at },
        // Whoever asked before: what is being cancelled now ends with the run.
        steps: state.steps.map((step) =>
          step.cancel === null ? step : { ...step, cancel: { ...step.cancel, cause: 'abort' } },
        ),
      };
    case 'jobs.changed':
      return { jobs: event.to };
    case 'session.end_ordered': {
      const { pid, backendStart, who, by } = event;
      return { ending: [...state.ending, { pid, backendStart, who, by }] };
    }
    case 'session.ended':
      return { ending: state.ending.filter(({ pid }) => pid !== event.pid) };
    case 'delay.changed':
      return { delayMs: event.toMs };
    case 'gate.changed':
      return { options: withGate(state.options, event.gate, event.to) };
    case 'connection.lost':
      return {
        lostConnections: [
          ...state.lostConnections.filter((lost) => lost.session !== event.session),
          { session: event.session, since: event.at, error: event.error },
        ],
      };
    case 'connection.restored':
      return { lostConnections: state.lostConnections.filter((lost) => lost.session !== event.session) };
    case 'ledger.failed':
      return { ledgerFailed: { since: event.at, error: event.error } };
    case 'ledger.restored':
      return { ledgerFailed: null };
    case 'server.identified':
      return { server: event.server };
    case 'server.changed':
      return serverChanged(state, event);
    case 'recheck.finished':
      return { ...lookedAt(state, event, false), recheckDue: null };
    case 'recheck.failed':
      return { recheckDue: { since: state.recheckDue?.since ?? event.at, failed: true } };
    case 'verify.finished': {
      const { seq: _seq, at: _at, run: _run, type: _type, ...verify } = event;
      return { verify };
    }
    case 'validation.finished': {
      // Several may stand on one line. They are run in order, so it is the first of them without a result.
      const which = state.validations.findIndex(
        ({ line, file, result }) => line === event.line && file === event.file && result === null,
      );
      return {
        validations: state.validations.map((validation, at) =>
          at === which ? { ...validation, result: event } : validation,
        ),
      };
    }
    case 'run.finished':
      return finished(state, event);
  }
};

/** The state after one more event. Pure; throws on a gap in `seq`, which would make the state a guess. */
export const evolve = (state: RunState, event: RunEvent): RunState => {
  if (event.seq !== state.seq + 1) throw new Error(`event ${event.seq} does not follow event ${state.seq}`);
  return { ...state, ...change(state, event), seq: event.seq, at: event.at };
};

/** The state after these events, from the first on; null when there are none. */
export const replay = (events: readonly RunEvent[]): RunState | null => {
  const [first, ...rest] = events;
  return first === undefined ? null : rest.reduce(evolve, initialState(first));
};
