import { isLeftOutComment } from './comments.ts';
import type { RunEvent } from './events.ts';
import { anew } from './evolve-build.ts';
import { forgetAfter } from './evolve-probes.ts';
import { formerEnd } from './former.ts';
import { NO_CHECKLIST } from './preflight/checklist.ts';
import { isTerminal } from './schedule.ts';
import type { RunState, StepState } from './state.ts';

type Resumed = Extract<RunEvent, { type: 'run.resumed' }>;

const ORPHANED = 'its engine is gone';

/** What failed stays so; an index that could not be dropped is tried again once the operator has said so. */
const toBeRolledBack = (step: StepState): StepState =>
  step.leftover === null
    ? step
    : { ...step, status: 'dropping', lost: step.status === 'dropping', dropFailures: 0, dropRetryAt: null };

/** What the engine before had under way is in doubt; what it had given up is tried again. */
const stepTakenUp = (step: StepState, event: Resumed): StepState => {
  const fresh: StepState = {
    ...step,
    found: null,
    phase: null,
    cancel: null,
    kept: false,
    retryAt: null,
    passingFailures: 0,
  };
  const again: StepState = { ...fresh, error: null, advice: null, note: null, dropFailures: 0, dropRetryAt: null };
  // What a failed build left goes first.
  const leftover = anew(step);
  if (event.purpose === 'rollback' && (step.status === 'dropping' || step.status === 'failed'))
    return toBeRolledBack(fresh);
  switch (step.status) {
    case 'building': {
      const { operator: by } = event;
      return { ...fresh, lost: true, cancel: event.endOrphans ? { cause: 'orphan', by, reason: ORPHANED } : null };
    }
    case 'running':
      return { ...fresh, lost: true };
    case 'dropping':
      return { ...again, lost: true, leftover };
    case 'done':
      return { ...fresh, dropFailures: 0, dropRetryAt: null };
    case 'failed':
      return { ...again, status: leftover === null ? 'queued' : 'dropping', leftover };
    case 'skipped':
      // Whether its index is made is to be seen once more, unless all is to go.
      return isLeftOutComment(step) && event.purpose !== 'rollback' ? { ...again, status: 'queued' } : fresh;
    default:
      return fresh;
  }
};

/**
 * The run in the hands of a new engine: as before its go, with what was built, and nothing in force that the engine or the
 * operators before had ordered. What was verified is verified anew.
 */
export const takenUp = (state: RunState, event: Resumed): Partial<RunState> => {
  const steps = state.steps.map((step) => stepTakenUp(step, event));
  return {
    version: event.version,
    phase: 'preflight',
    resumedAt: event.at,
    approvedAt: null,
    finishedAt: null,
    database: event.database,
    operator: event.operator,
    options: event.options,
    jobs: event.options.jobs,
    delayMs: event.options.delayMs ?? 0,
    preflight: null,
    preflightError: null,
    checklist: NO_CHECKLIST,
    agreed: [],
    steps,
    sections: state.sections.map((section, index) => ({
      ...section,
      finishedAt: steps.every((step) => step.section !== index || isTerminal(step) || step.gone)
        ? section.finishedAt
        : null,
    })),
    pauses: [],
    abort: null,
    gates: [],
    lostConnections: [],
    ledgerFailed: null,
    // Which server it was stays known: another one must not be taken for it.
    refusedServer: null,
    recheckDue: null,
    clients: [],
    ending: [],
    hand: null,
    unattendedSince: event.at,
    purpose: event.purpose ?? 'deploy',
    surveying: false,
    survey: null,
    rollback: null,
    verify: null,
    ...forgetAfter(state),
    validations: state.validations.map((validation) => ({ ...validation, result: null })),
    outcome: null,
    former: event.purpose === 'rollback' ? formerEnd(state) : null,
    turnedBack: null,
  };
};
