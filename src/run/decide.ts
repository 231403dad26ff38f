import { reindexSql } from '../plan/reindex-statement.ts';
import { droppableParents } from './attached.ts';
import { buildStarted } from './build-intent.ts';
import { leftOutComment } from './comments.ts';
import { isMeasuring, measureAfter, measureBack, measureBefore } from './decide-probes.ts';
import { rollingBack } from './decide-rollback.ts';
import { type Action, type Effect, effectKey, type Slot, type World } from './effects.ts';
import type { EventBody } from './events.ts';
import { debris, finalReason, finalStatus, isUnsure } from './outcome.ts';
import { partsOf } from './parts.ts';
import { isLookDue } from './preflight/look-again.ts';
import { reindexCompleted, reindexStarted, takesSeveral } from './reindex.ts';
import { renaming } from './rename.ts';
import { isSettled, openSections, startable } from './schedule.ts';
import type { RunState, StepState } from './state.ts';
import { stepName } from './steps.ts';

const act = (effect: Effect, intent: EventBody | null = null): Action => ({ intent, effect });
const record = (intent: EventBody): Action => ({ intent, effect: null });

/** Hands out the free sessions, each once. One that a cancel is still meant for waits: it would hit the next statement. */
const slotKeeper = (state: RunState, world: World) => {
  const aimedAt = state.steps
    .filter((step) => world.inflight.has(`cancel:${step.id}`))
    .map((step) => step.backend?.pid);
  const free = world.slots.filter((slot) => !slot.busy && !aimedAt.includes(slot.pid));
  const take = (wanted: (slot: Slot) => boolean): Slot | null => {
    const at = free.findIndex(wanted);
    return at === -1 ? null : (free.splice(at, 1)[0] ?? null);
  };
  return {
    forBuild: () => take((slot) => slot.use === 'build'),
    forDrop: () => take((slot) => slot.use === 'build') ?? take((slot) => slot.use === 'cleanup'),
  };
};
type SlotKeeper = ReturnType<typeof slotKeeper>;

/** A server that is not, or not yet, known to be fit for work: nothing begins on it. */
const isHeld = (state: RunState): boolean => state.refusedServer !== null || state.recheckDue !== null;

const isDropDue = (state: RunState, step: StepState, now: number): boolean => {
  // Cleaning up goes on in a pause, and on a server that took over; the way back does not.
  const held =
    step.leftover?.why === 'rollback' && state.phase === 'rolling-back' && (state.pauses.length > 0 || isHeld(state));
  return !held && (step.dropRetryAt === null || Date.parse(step.dropRetryAt) <= now);
};

const dropLeftover = (step: StepState, slot: Slot): Action[] => {
  if (step.leftover === null) return [];
  const { oid, schema, name, why, record } = step.leftover;
  const intent: EventBody = {
    type: 'drop.started',
    step: step.id,
    oid,
    schema,
    name,
    why,
    pid: slot.pid,
    backendStart: slot.backendStart,
    ...(record === undefined ? {} : { record }),
  };
  return [act({ kind: 'drop', step: step.id, oid, schema, name, why, slot: slot.id }, intent)];
};

/** Effects that work for a step, and that a cancel can end. */
const WORK = ['build', 'statement', 'reconcile', 'drop'] as const;

/**
 * Drops the indexes of partitioned tables that will not be completed: they would stay invalid. Nothing is asked of what failed
 * before, and resume makes them again; what was built for them and is not attached stays.
 */
const dropIncomplete = (state: RunState, slots: SlotKeeper): Action[] =>
  droppableParents(state).flatMap(({ step, index: { oid, schema, name } }) => {
    const slot = slots.forDrop();
    if (slot === null) return [];
    const { pid, backendStart } = slot;
    const about = { step: step.id, oid, schema: schema ?? '', name, why: 'failed-build' as const };
    return [act({ kind: 'drop', ...about, slot: slot.id }, { type: 'drop.started', ...about, pid, backendStart })];
  });

/** Ends and cleans what has begun: goes on in every state, also paused and aborting. */
const tidy = (state: RunState, world: World, slots: SlotKeeper): Action[] =>
  state.steps.flatMap((step): Action[] => {
    const under = (kind: Effect['kind']) => world.inflight.has(`${kind}:${step.id}`);
    // Before anything else happens to it: a second statement must not meet the first one's backend.
    if (step.lost && !WORK.some(under)) return [act({ kind: 'reconcile', step: step.id })];
    if (step.cancel !== null && step.backend !== null && WORK.some(under))
      return under('cancel') ? [] : [act({ kind: 'cancel', step: step.id, backend: step.backend })];
    if (step.status === 'dropping' && !step.lost && !under('drop') && isDropDue(state, step, world.now)) {
      const slot = slots.forDrop();
      return slot === null ? [] : dropLeftover(step, slot);
    }
    return [];
  });

/** A step that was looked at just now: what was found says what comes next. */
const afterInspection = (state: RunState, step: StepState, slots: SlotKeeper): Action[] => {
  if (step.found === null || step.status !== 'queued') return [];
  if (step.found.kind === 'none' && step.step.kind === 'create-index') {
    const slot = slots.forBuild();
    if (slot === null) return [];
    return [act({ kind: 'build', step: step.id, slot: slot.id }, buildStarted(step, step.step, slot))];
  }
  if (step.found.kind === 'to-rename' && step.step.kind === 'rename-index') {
    const slot = slots.forBuild();
    return slot === null ? [] : [renaming(step, step.step.name, slot)];
  }
  if (step.found.kind === 'to-reindex' && step.found.index !== null) {
    const slot = slots.forBuild();
    if (slot === null) return [];
    const { index } = step.found;
    return [act({ kind: 'build', step: step.id, slot: slot.id }, reindexStarted(step, index, reindexSql(index), slot))];
  }
  if (step.found.kind === 'to-drop' && step.found.record !== null) {
    const slot = slots.forBuild();
    if (slot === null) return [];
    const { oid, schema, name, record } = step.found;
    const { pid, backendStart } = slot;
    const why = 'planned';
    const intent: EventBody = {
      type: 'drop.started',
      step: step.id,
      oid,
      schema,
      name,
      why,
      pid,
      backendStart,
      record,
    };
    return [act({ kind: 'drop', step: step.id, oid, schema, name, why, slot: slot.id }, intent)];
  }
  if (step.found.kind === 'invalid' && state.agreed.includes(step.found.oid) && step.step.kind === 'create-index') {
    const slot = slots.forDrop();
    const schema = state.tables.find((table) => table.oid === step.tableOid)?.schema;
    if (slot === null || schema === undefined) return [];
    const intent: EventBody = {
      type: 'drop.started',
      step: step.id,
      oid: step.found.oid,
      schema,
      name: step.step.name,
      why: 'agreed-leftover',
      pid: slot.pid,
      backendStart: slot.backendStart,
    };
    const { oid } = step.found;
    const { name } = step.step;
    return [act({ kind: 'drop', step: step.id, oid, schema, name, why: 'agreed-leftover', slot: slot.id }, intent)];
  }
  return [];
};

/** What stands there decides what comes next. */
const isLookedAt = ({ step: { kind } }: StepState): boolean =>
  kind === 'create-index' || kind === 'drop-index' || kind === 'rename-index' || kind === 'reindex';

const begin = (state: RunState, step: StepState, slots: SlotKeeper): Action[] => {
  const parts = partsOf(state, step.id).length;
  if (parts > 0 && takesSeveral(state, step)) return [record(reindexCompleted(state, step, stepName(step.step)))];
  if (parts > 0) return [act({ kind: 'complete', step: step.id })];
  if (isLookedAt(step)) return [act({ kind: 'inspect', step: step.id })];
  const leftOut = leftOutComment(state, step);
  if (leftOut !== null) return [record(leftOut)];
  const slot = slots.forBuild();
  if (slot === null) return [];
  const { pid, backendStart } = slot;
  const intent: EventBody = { type: 'statement.started', step: step.id, sql: step.step.sql, pid, backendStart };
  return [act({ kind: 'statement', step: step.id, slot: slot.id }, intent)];
};

/** A section begins when its turn comes; a table's, of which there may be hundreds, with the first of its steps. */
const beginning = (state: RunState, open: readonly number[], next: readonly StepState[]): number[] =>
  open.filter((index) => {
    const section = state.sections[index];
    if (section === undefined || section.startedAt !== null) return false;
    return !section.byTable || isOver(state, index) || next.some((step) => step.section === index);
  });

const isOver = (state: RunState, section: number): boolean =>
  state.steps.every((step) => step.section !== section || isSettled(state, step));

const ofSection = (state: RunState, type: 'section.started' | 'section.finished', section: number): Action =>
  record({ type, section, title: state.sections[section]?.title ?? '' });

const advance = (state: RunState, world: World, slots: SlotKeeper): Action[] => {
  const open = openSections(state);
  const next = startable(state, open, world.now, world.inflight);
  // The snapshot of a query would hold up every build.
  const measuring = isMeasuring(state, world);
  const over = measuring
    ? []
    : open.filter((index) => state.sections[index]?.startedAt !== null && isOver(state, index));
  const turns = [
    ...over.map((section) => ofSection(state, 'section.finished', section)),
    ...beginning(state, open, next).map((section) => ofSection(state, 'section.started', section)),
  ];
  if (measuring || turns.length > 0) return turns;
  const inspected = state.steps
    .filter((step) => open.includes(step.section))
    .flatMap((step) => afterInspection(state, step, slots));
  return [...inspected, ...next.flatMap((step) => begin(state, step, slots))];
};

/** Looks at the server that took over, once nothing of ours is under way that would change what is seen. */
const recheck = (state: RunState, world: World): Action[] => {
  if (state.recheckDue === null || state.recheckDue.failed) return [];
  if (state.refusedServer !== null || !world.lockHeld) return [];
  // A drop of a rollback that has not begun waits for this look.
  const isBusy = ({ status, lost, leftover }: StepState) =>
    status === 'building' || status === 'running' || (status === 'dropping' && (lost || leftover?.why !== 'rollback'));
  return isActing(world) || state.steps.some(isBusy) ? [] : [act({ kind: 'recheck' })];
};

const finish = (state: RunState): Action[] => [
  act({ kind: 'finish', status: finalStatus(state), reason: finalReason(state), leftToDo: debris(state) }),
];

const conclude = (state: RunState, world: World): Action[] => {
  if (state.verify === null) return [act({ kind: 'verify' })];
  const measured = measureAfter(state, world);
  if (measured !== null) return measured;
  const open = state.validations.findIndex((validation) => validation.result === null);
  return open === -1 ? finish(state) : [act({ kind: 'validate', validation: open })];
};

/** Effects that change something: the end waits for them. A look that is under way is simply not finished. */
const ACTS: ReadonlySet<string> = new Set<Effect['kind']>(['build', 'reconcile', 'cancel', 'drop', 'statement']);

const isActing = (world: World): boolean => [...world.inflight].some((key) => ACTS.has(key.split(':')[0] ?? ''));

/** How long an abort waits for its own cleaning before it hurries. */
const ABORT_PATIENCE_MS = 60_000;
/**
 * And for a drop of a rollback, which is done in a moment unless it waits for somebody: cancelling it at once would leave its
 * index invalid for nothing.
 */
const ABORT_DROP_MS = 5_000;

const cancelDrop = (step: StepState): Action =>
  record({
    type: 'cancel.requested',
    step: step.id,
    cause: 'abort',
    by: 'indexdeck',
    reason: 'dropping it keeps the abort waiting',
  });

const aborting = (state: RunState, world: World, slots: SlotKeeper): Action[] => {
  const busy = state.steps.filter((step) => ['building', 'running', 'dropping'].includes(step.status));
  const cancels = busy
    .filter((step) => step.status !== 'dropping' && step.cancel === null && state.abort !== null)
    .map((step) =>
      record({
        type: 'cancel.requested',
        step: step.id,
        cause: 'abort',
        by: state.abort?.by ?? '',
        reason: state.abort?.reason ?? '',
      }),
    );
  const waitedMs = state.abort === null ? 0 : world.now - Date.parse(state.abort.at);
  const late = waitedMs > ABORT_PATIENCE_MS;
  if (busy.length === 0 && !isActing(world)) {
    if (droppableParents(state).length > 0 && !(late && world.slots.length === 0)) return dropIncomplete(state, slots);
    // What was built may be half built in the server that took over.
    if (!isUnsure(state) || state.recheckDue?.failed || late) return finish(state);
    return recheck(state, world);
  }
  // Nothing is sent to a server that is not ours: what is left on the other one, its operator has to look at.
  if (state.refusedServer?.kind === 'another-server' && world.slots.length === 0) return finish(state);
  // Nobody is there to clean up with: what is left is work for later, and status 5 says so.
  if (late && world.slots.length === 0) return finish(state);
  // A drop that waits behind somebody must not hold the abort: it is tried a few times more, and then left to a person.
  const isLate = (step: StepState) =>
    waitedMs > (step.leftover?.why === 'rollback' ? ABORT_DROP_MS : ABORT_PATIENCE_MS);
  const stuck = busy.filter((step) => step.status === 'dropping' && step.cancel === null && isLate(step));
  return [...cancels, ...stuck.filter((step) => world.inflight.has(`drop:${step.id}`)).map((step) => cancelDrop(step))];
};

const decideAll = (state: RunState, world: World): Action[] => {
  const slots = slotKeeper(state, world);
  switch (state.phase) {
    case 'preflight':
      // They share a session.
      return state.surveying || world.inflight.has('look') ? [] : [act({ kind: 'preflight' })];
    case 'blocked':
      if (!state.options.interactive) return finish(state);
      return isLookDue(state, world) ? [act({ kind: 'look' })] : [];
    case 'ready':
      return isLookDue(state, world) ? [act({ kind: 'look' })] : [];
    case 'surveyed':
    case 'finished':
      return [];
    case 'running': {
      // They share a session, and what is built would wait for a look that reads.
      if (state.baseline === null) return world.inflight.has('look') ? [] : [act({ kind: 'baseline' })];
      const tidied = tidy(state, world, slots);
      if (isHeld(state)) return [...tidied, ...recheck(state, world)];
      const mayBegin = state.pauses.length === 0 && world.lockHeld;
      if (!mayBegin) return tidied;
      const measured = measureBefore(state);
      if (measured === null) return [...tidied, ...advance(state, world, slots)];
      // What is still being cleaned up would be measured too.
      return tidied.length > 0 || isActing(world) ? tidied : measured;
    }
    case 'rolling-back': {
      const tidied = () => tidy(state, world, slots);
      const held = isHeld(state) ? recheck(state, world) : null;
      const { forDrop, forBuild } = slots;
      return rollingBack(state, world, { tidied, held, forDrop, forBuild }) ?? measureBack(state) ?? finish(state);
    }
    case 'aborting': {
      // Nobody said go to this engine: it has begun nothing, and touches nothing.
      if (state.approvedAt === null) return finish(state);
      const cancels = aborting(state, world, slots);
      return cancels.length > 0 ? cancels : tidy(state, world, slots);
    }
    case 'verifying': {
      const tidied = tidy(state, world, slots);
      if (isHeld(state)) return [...tidied, ...recheck(state, world)];
      if (tidied.length > 0 || state.pauses.length > 0) return tidied;
      // What cannot be completed any more is cleaned up before anything is verified.
      if (droppableParents(state).length > 0) return dropIncomplete(state, slots);
      return state.steps.some(({ status }) => status === 'dropping') ? [] : conclude(state, world);
    }
  }
};

/**
 * What to do next, given all that is known: pure, and the only place that starts anything. An action's intent is
 * recorded before its effect begins; the engine asks again after every event, until nothing is left to do.
 */
export const decide = (state: RunState, world: World): Action[] =>
  [
    ...(state.surveying && state.phase !== 'finished' ? [act({ kind: 'survey' })] : []),
    ...(state.phase === 'finished' || world.inflight.has('finish') ? [] : state.ending).map(({ pid, backendStart }) =>
      act({ kind: 'end-session', pid, backendStart }),
    ),
    ...decideAll(state, world),
  ].filter(({ effect }) => effect === null || !world.inflight.has(effectKey(effect)));
