import type { Actor, Command, OrderSource } from './commands.ts';
import { commentsOn } from './comments.ts';
import type { EventBody } from './events.ts';
import { duration } from './format.ts';
import { asked, notInHand, takeOver } from './hand.ts';
import type { Response } from './inputs.ts';
import { invalidLeftovers, shownDrops } from './leftovers.ts';
import { setDelay, setGate, setJobs } from './order-change.ts';
import { endSession } from './order-end-session.ts';
import { orderRollback, orderSurvey } from './order-rollback.ts';
import { notAtWork } from './phases.ts';
import type { RunState, StepState } from './state.ts';
import { accept, refuse, type Verdict } from './verdict.ts';

const go = (state: RunState, command: Extract<Command, { type: 'go' }>, by: Actor): Verdict => {
  if (state.phase === 'blocked') return refuse('preflight blocks: mend what it names, then look again');
  if (state.phase !== 'ready') return refuse(`not now: the run is in ${state.phase}`);
  const { failed } = state.checklist;
  if (failed !== null)
    return refuse(`the last look came to nothing (${failed.error.message}): look again, and say go to what it finds`);
  if (state.options.environment === 'production' && command.confirm !== state.database.database)
    return refuse(`production asks for the name of the database, ${state.database.database}, to be typed`);
  const { drops } = command;
  if (drops !== undefined && drops.join() !== shownDrops(state).join())
    return refuse('what the plan drops has changed since it was shown: look at it, then say go again');
  const invalid = invalidLeftovers(state).map(({ oid }) => oid);
  const agreed = state.options.replaceInvalid ? invalid : invalid.filter((oid) => command.replaceInvalid.includes(oid));
  return accept('go', { type: 'run.approved', by, replaceInvalid: agreed });
};

const resume = (state: RunState, by: Actor): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  if (state.pauses.length === 0) return refuse('the run is not paused');
  const held = state.pauses.filter(
    (pause) =>
      pause.cause === 'connection' ||
      (pause.cause === 'server' && state.refusedServer !== null) ||
      (pause.cause === 'gate' && state.gates.some((gate) => gate.gate === pause.gate && gate.level !== 'warn')),
  );
  const lifted = state.pauses.filter((pause) => !held.includes(pause));
  if (lifted.length === 0) {
    if (held.some((pause) => pause.cause === 'server'))
      return refuse('the server that answers is not the one of this run: lead the connection back to it, or abort');
    const names = held.map((pause) => (pause.gate === null ? 'the advisory lock' : `gate ${pause.gate}`)).join(', ');
    return refuse(`${names} still holds the run; it goes on by itself when that clears`);
  }
  const events = lifted.map(({ cause, gate }): EventBody => ({ type: 'run.continued', cause, gate, by }));
  return accept(held.length === 0 ? 'going on' : 'your pause is lifted; a gate still holds the run', ...events);
};

const stepAt = (state: RunState, id: number): StepState | string => state.steps[id] ?? `there is no step ${id + 1}`;

/** The pause that a failure caused is over once no failure is left undecided. */
const errorSettled = (state: RunState, settled: StepState, by: Actor): EventBody[] => {
  const others = state.steps.some((step) => step.id !== settled.id && step.status === 'failed');
  const paused = state.pauses.some((pause) => pause.cause === 'error');
  return paused && !others ? [{ type: 'run.continued', cause: 'error', gate: null, by }] : [];
};

const nameOf = (step: StepState): string => ('name' in step.step ? step.step.name : step.step.kind);

const settle = (state: RunState, command: Extract<Command, { type: 'skip' | 'retry' }>, by: Actor): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  if (state.rollback !== null) return refuse('the run is being rolled back: nothing is built any more');
  const step = stepAt(state, command.step);
  if (typeof step === 'string') return refuse(step);
  const again = command.type === 'retry';
  if (step.status !== 'failed') return refuse(`step ${step.id + 1} has not failed`);
  // What somebody else left may stay as it was.
  if (step.leftover !== null && step.leftover.why !== 'agreed-leftover' && !again)
    return refuse('what its failed build left could not be dropped yet: try it again');
  const events: EventBody[] = again
    ? [step, ...commentsOn(state, step)].map((each) => ({
        type: 'index.requeued',
        step: each.id,
        name: nameOf(each),
        by,
      }))
    : [{ type: 'index.skipped', step: step.id, name: nameOf(step), reason: 'operator', oid: null, by }];
  return accept(again ? 'to be tried again' : 'left out', ...events, ...errorSettled(state, step, by));
};

const cancelBuild = (state: RunState, id: number, by: Actor): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  const step = stepAt(state, id);
  if (typeof step === 'string') return refuse(step);
  if (step.status !== 'building') return refuse(`step ${step.id + 1} is not being built`);
  if (step.cancel !== null) return refuse('it is being cancelled already');
  return accept('cancelling', {
    type: 'cancel.requested',
    step: id,
    cause: 'operator',
    by,
    reason: 'by an operator’s word',
  });
};

const abort = (state: RunState, reason: string | undefined, by: Actor): Verdict => {
  if (state.phase === 'finished') return refuse('the run is finished');
  if (state.phase === 'aborting') return refuse('the run is being aborted already');
  return accept('aborting', { type: 'abort.started', by, reason: reason ?? 'ordered' });
};

const pause = (state: RunState, command: Extract<Command, { type: 'pause' }>, by: Actor, now: number): Verdict => {
  const no = notAtWork(state);
  if (no !== null) return refuse(no);
  const { reason = 'ordered', forMs } = command;
  const already = state.pauses.find((each) => each.cause === 'operator');
  // One with an end can be given another, or none.
  if (already !== undefined && already.until === null && forMs === undefined)
    return refuse(`paused already by ${already.by}`);
  const until = forMs === undefined ? {} : { until: new Date(now + forMs).toISOString() };
  const event: EventBody = { type: 'run.paused', cause: 'operator', gate: null, by, reason, ...until };
  const end = forMs === undefined ? '' : `; it goes on by itself in ${duration(forMs)}`;
  return accept(`paused: nothing new begins, what runs goes on to its end${end}`, event);
};

/** What an order is judged by, besides the state. */
interface Given {
  by: Actor;
  now: number;
  from: OrderSource | undefined;
}

const judge = (state: RunState, command: Command, { by, now, from }: Given): Verdict => {
  const no = notInHand(state, command, from);
  if (no !== null) return refuse(no);
  switch (command.type) {
    case 'go':
      return go(state, command, by);
    case 'recheck':
      return ['blocked', 'ready', 'surveyed'].includes(state.phase)
        ? accept('looking again')
        : refuse('looking again is for before go');
    case 'pause':
      return pause(state, command, by, now);
    case 'continue':
      return resume(state, by);
    case 'abort':
      return abort(state, command.reason, by);
    case 'skip':
    case 'retry':
      return settle(state, command, by);
    case 'cancel-build':
      return cancelBuild(state, command.step, by);
    case 'set-jobs':
      return setJobs(state, command.jobs, by);
    case 'set-delay':
      return setDelay(state, command.delayMs, by);
    case 'set-gate':
      return setGate(state, command, by);
    case 'end-session':
      return endSession(state, command, by);
    case 'take-over':
      return takeOver(state, from);
    case 'asking':
      return accept('noted');
    case 'survey':
      return orderSurvey(state);
    case 'roll-back':
      return orderRollback(state, command, by);
  }
};

/** What an order leads to: it is on record whether it was followed or refused. `now` in milliseconds since the epoch. */
export const respondToCommand = (state: RunState, command: Command, given: Given): Response => {
  const { by, from } = given;
  if (command.type === 'asking')
    return {
      events: state.phase === 'finished' ? [] : asked(state, command.question, from),
      reply: { ok: true, why: 'noted' },
    };
  const verdict = judge(state, command, given);
  const order = from?.order == null ? {} : { order: from.order };
  if ('refused' in verdict) {
    const why = verdict.refused;
    const refused: EventBody = { type: 'command.refused', command, by, why, ...order };
    return { events: state.phase === 'finished' ? [] : [refused], reply: { ok: false, why } };
  }
  return {
    events: [{ type: 'command.received', command, by, ...order }, ...verdict.events],
    reply: { ok: true, why: verdict.done },
  };
};
