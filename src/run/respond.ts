import type { EventBody } from './events.ts';
import { duration } from './format.ts';
import type { GateSignal } from './gates/evaluate.ts';
import type { Input, Response } from './inputs.ts';
import { lookedAgain, withSummary } from './preflight/look-again.ts';
import { buildEnded, completed, dropEnded, inspected, statementEnded } from './respond-build.ts';
import { respondToCommand } from './respond-command.ts';
import { analyzed, probed } from './respond-probes.ts';
import { rollbackChecked } from './respond-rollback.ts';
import { lostSteps, rechecked, serverSeen } from './respond-server.ts';
import { surveyed } from './respond-survey.ts';
import { statementsRead, verified } from './respond-verify.ts';
import type { Sample } from './samples.ts';
import type { RunState, StepState } from './state.ts';

const INDEXDECK = 'indexdeck';

const isAlive = (state: RunState): boolean => ['running', 'verifying', 'rolling-back'].includes(state.phase);

/** OID of the index that is being made. A rebuild is called by that of the old one up to its first wait (tried on 15 and 18). */
const isNewOid = (step: StepState, oid: number): boolean => step.oid === null && step.replaces?.oid !== oid;

/** What a sample tells about a build for the record: its index's OID, and each phase it enters. */
const sampled = (state: RunState, sample: Sample): EventBody[] =>
  sample.builds.flatMap((build): EventBody[] => {
    const step = state.steps[build.step];
    if (
      build.work === 'drop' ||
      build.work === 'analyze' ||
      step?.status !== 'building' ||
      step.backend?.pid !== build.pid
    )
      return [];
    const events: EventBody[] = [];
    if (build.indexOid !== null && isNewOid(step, build.indexOid))
      events.push({ type: 'index.identified', step: step.id, oid: build.indexOid });
    if (build.phase !== null && build.phase !== step.phase?.name) {
      const { phase, phaseNo, phases } = build;
      events.push({ type: 'build.phase_entered', step: step.id, phase, phaseNo, phases });
    }
    return events;
  });

const gateLevel = (state: RunState, signal: Extract<GateSignal, { kind: 'level' }>): EventBody[] => {
  const { gate, level, value, threshold, reason } = signal;
  const by = `gate ${gate}`;
  const paused = state.pauses.some((pause) => pause.cause === 'gate' && pause.gate === gate);
  const lifted: EventBody[] =
    paused && state.options.autoContinue && (level === null || level === 'warn')
      ? [{ type: 'run.continued', cause: 'gate', gate, by }]
      : [];
  if (level === null) return [{ type: 'gate.cleared', gate, value }, ...lifted];
  const tripped: EventBody = { type: 'gate.tripped', gate, level, value, threshold, reason };
  if (level === 'warn') return [tripped, ...lifted];
  if (!isAlive(state)) return [tripped];
  if (level === 'abort') return [tripped, { type: 'abort.started', by, reason }];
  return paused ? [tripped] : [tripped, { type: 'run.paused', cause: 'gate', gate, by, reason }];
};

const gateCancels = (state: RunState, signal: Extract<GateSignal, { kind: 'cancel-build' }>): EventBody[] => {
  const step = state.steps[signal.step];
  const working = step?.status === 'building' || step?.status === 'dropping' || step?.status === 'running';
  if (step === undefined || !working || step.cancel !== null) return [];
  const by = 'gate blocked-by-us';
  return [{ type: 'cancel.requested', step: step.id, cause: 'gate', by, reason: signal.reason }];
};

const clientLeft = (state: RunState, input: Extract<Input, { kind: 'client-left' }>): EventBody[] => {
  const client = state.clients.find((each) => each.id === input.client);
  if (client === undefined) return [];
  const { id, role, name } = client;
  const left: EventBody = { type: 'client.left', client: id, role, name, vanished: input.vanished };
  const others = state.clients.some((each) => each.id !== id && each.role === 'operator');
  if (!input.vanished || role !== 'operator' || others || state.phase === 'finished' || state.phase === 'aborting')
    return [left];
  const reason = `the screen of ${name} vanished`;
  // Before go nothing has begun, and nobody is left to say go.
  if (state.approvedAt === null || state.options.onDisconnect === 'abort')
    return [left, { type: 'abort.started', by: INDEXDECK, reason }];
  if (state.options.onDisconnect === 'continue' || state.pauses.some((pause) => pause.cause === 'disconnect'))
    return [left];
  return [left, { type: 'run.paused', cause: 'disconnect', gate: null, by: INDEXDECK, reason }];
};

/**
 * A pause, or a question before go, that nobody is there to answer ends the engine after a while. An operator's screen that
 * is there may take all the time it wants, and a gate's pause lifts by itself.
 */
const gaveUp = (state: RunState, now: number): EventBody[] => {
  if (state.unattendedSince === null) return [];
  const alone = Date.parse(state.unattendedSince);
  const waiting = state.pauses
    .filter((pause) => pause.cause !== 'gate' && pause.cause !== 'connection' && pause.until === null)
    .map((pause) => Math.max(alone, Date.parse(pause.at)));
  // What looks find on their own is no answer.
  const asked = state.phase === 'surveyed' ? state.at : (state.checklist.since ?? state.at);
  if (['ready', 'surveyed', 'blocked'].includes(state.phase)) waiting.push(Math.max(alone, Date.parse(asked)));
  if (state.phase === 'aborting' || state.phase === 'finished' || waiting.length === 0) return [];
  if (now - Math.min(...waiting) < state.options.giveUpMs) return [];
  return [{ type: 'abort.started', by: INDEXDECK, reason: `nobody answered for ${duration(state.options.giveUpMs)}` }];
};

/** A pause that was given an end lifts by itself: whoever ordered it said so. */
const overdue = (state: RunState, now: number): EventBody[] =>
  state.pauses
    .filter(({ until }) => until !== null && Date.parse(until) <= now)
    .map(({ cause, gate }) => ({ type: 'run.continued', cause, gate, by: INDEXDECK }));

/** Without the advisory lock nothing new may begin: that is a pause, and it lifts when the lock is held again. */
const lockSeen = (state: RunState, held: boolean): EventBody[] => {
  const paused = state.pauses.some((pause) => pause.cause === 'connection');
  if (!isAlive(state) || held !== paused) return [];
  if (held) return [{ type: 'run.continued', cause: 'connection', gate: null, by: INDEXDECK }];
  const reason = 'the advisory lock is lost with its connection: nothing new begins until it is held again';
  return [{ type: 'run.paused', cause: 'connection', gate: null, by: INDEXDECK, reason }];
};

const connectionLost = (state: RunState, input: Extract<Input, { kind: 'connection-lost' }>): EventBody[] =>
  state.phase === 'finished' || state.lostConnections.some((lost) => lost.session === input.session)
    ? []
    : [{ type: 'connection.lost', session: input.session, error: input.error }];

const facts = (state: RunState, input: Exclude<Input, { kind: 'command' }>, now: number): EventBody[] => {
  switch (input.kind) {
    case 'preflighted':
      return state.phase === 'preflight'
        ? [
            { type: 'preflight.finished', ...withSummary(state, input.facts) },
            ...(state.resumedAt === null ? [] : lostSteps(state, input.facts.steps)),
          ]
        : [];
    case 'preflight-failed':
      return state.phase === 'preflight'
        ? [{ type: 'preflight.failed', error: input.error, advice: input.advice }]
        : [];
    case 'looked':
      return lookedAgain(state, input, now);
    case 'baselined':
      return [{ type: 'baseline.taken', ...input.baseline }, ...statementsRead(input.statements)];
    case 'inspected':
      return inspected(state, input, now);
    case 'completed':
      return completed(state, input, now);
    case 'build-ended':
      return buildEnded(state, input, now);
    case 'identified': {
      const step = state.steps[input.step];
      if (step?.status !== 'building' || !isNewOid(step, input.oid)) return [];
      return [{ type: 'index.identified', step: input.step, oid: input.oid }];
    }
    case 'dropped':
      return dropEnded(state, input, now);
    case 'surveyed':
      return surveyed(state, input, now);
    case 'rollback-checked':
      return rollbackChecked(state, input);
    case 'statement-ended':
      return statementEnded(state, input, now);
    case 'sampled':
      return sampled(state, input.sample);
    case 'gate':
      return input.signal.kind === 'level' ? gateLevel(state, input.signal) : gateCancels(state, input.signal);
    case 'summarised':
      return [input.summary];
    case 'verified':
      return verified(state, input);
    case 'probed':
      return probed(state, input);
    case 'analyzed':
      return analyzed(state, input);
    case 'validated':
      return state.phase === 'verifying' ? [input.result] : [];
    case 'lock':
      return lockSeen(state, input.held);
    case 'client-joined':
      return [{ type: 'client.joined', client: input.client, role: input.role, name: input.name }];
    case 'client-left':
      return clientLeft(state, input);
    case 'session-ended': {
      const { pid, ended, why } = input;
      const ordered = state.ending.find((each) => each.pid === pid);
      if (ordered === undefined) return [];
      const { backendStart, who } = ordered;
      return [{ type: 'session.ended', pid, backendStart, who, ended, why }];
    }
    case 'connection-lost':
      return connectionLost(state, input);
    case 'connection-restored':
      return state.lostConnections.some((lost) => lost.session === input.session)
        ? [{ type: 'connection.restored', session: input.session, afterMs: input.afterMs }]
        : [];
    case 'ledger-failed':
      return state.ledgerFailed === null ? [{ type: 'ledger.failed', error: input.error, advice: input.advice }] : [];
    case 'ledger-restored':
      return state.ledgerFailed === null ? [] : [{ type: 'ledger.restored', afterMs: input.afterMs }];
    case 'server-seen':
      return serverSeen(state, input);
    case 'rechecked':
      return rechecked(state, input);
    case 'record-kept':
      return input.results.map(({ what, where, problem }) =>
        problem === null ? { type: 'record.kept', what, where } : { type: 'record.failed', what, where, problem },
      );
    case 'closed': {
      const { status, reason, leftToDo } = input;
      return [{ type: 'run.finished', status, reason, leftToDo }];
    }
    case 'order-dropped': {
      const { command, by, order, how, why } = input;
      return [{ type: 'command.dropped', command, by, order, how, why }];
    }
    case 'tick':
      return [...overdue(state, now), ...gaveUp(state, now)];
  }
};

/** What follows from an input: pure. `now` in milliseconds since the epoch. Nothing follows once the run is finished. */
export const respond = (state: RunState, input: Input, now: number): Response => {
  if (input.kind === 'command') {
    const { command, by, from } = input;
    return respondToCommand(state, command, { by, now, from });
  }
  return { events: state.phase === 'finished' ? [] : facts(state, input, now), reply: null };
};
