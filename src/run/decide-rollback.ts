import { attachments } from './attached.ts';
import { buildStarted } from './build-intent.ts';
import type { Action, Slot, World } from './effects.ts';
import type { EventBody } from './events.ts';
import { isRebuilding, rebuildOf } from './rebuild.ts';
import { isRenaming, isToBeUndone, renamedBy, renaming } from './rename.ts';
import { isToBeDropped, isToBeRebuilt } from './rollback.ts';
import type { RunState, StepState } from './state.ts';

/** Work of the way forth; what is built again, or renamed, belongs to the way back. */
const isForward = (step: StepState): boolean =>
  (step.status === 'building' && !isRebuilding(step)) || (step.status === 'running' && !isRenaming(step));

/** What is being built or run is stopped first: nothing is dropped beside it. */
const cancels = (state: RunState): Action[] => {
  const by = state.rollback?.by ?? '';
  return state.steps
    .filter((step) => isForward(step) && step.cancel === null)
    .map((step) => ({
      intent: { type: 'cancel.requested', step: step.id, cause: 'rollback', by, reason: 'the run is rolled back' },
      effect: null,
    }));
};

const isDropUnderWay = (step: StepState, world: World): boolean =>
  step.status === 'dropping' && world.inflight.has(`drop:${step.id}`);

const isDue = (step: StepState, now: number): boolean =>
  step.dropRetryAt === null || Date.parse(step.dropRetryAt) <= now;

/** The indexes that may be dropped now, in the plan's order: on different tables, as many as there are jobs. */
const nextDrops = (state: RunState, world: World): { step: StepState; index: RunState['created'][number] }[] => {
  const dropping = state.steps.filter((step) => step.status === 'dropping');
  let room = state.jobs - dropping.filter((step) => isDropUnderWay(step, world)).length;
  // Two on one table take the same lock; the second would wait in the first one's way.
  const held = new Set(dropping.map((step) => step.tableOid));
  const inOrder = [...state.created].sort((a, b) => a.step - b.step);
  for (const { status, tableOid } of state.steps) if (status === 'building') held.add(tableOid);
  const { parentOf } = attachments(state);
  const due = new Set(inOrder.filter((index) => isToBeDropped(state, index)).map(({ oid }) => oid));
  return inOrder.flatMap((index) => {
    // With the index of a partitioned table goes what is attached to it, which cannot be dropped by itself.
    if (due.has(parentOf.get(index.oid) ?? -1)) return [];
    const step = state.steps[index.step];
    if (room <= 0 || step?.status !== 'done' || step.oid !== index.oid || !due.has(index.oid)) return [];
    if (!isDue(step, world.now) || held.has(step.tableOid)) return [];
    if (waitsFor(state, step) !== null || isBeingRenamed(state, step.tableOid)) return [];
    room -= 1;
    held.add(step.tableOid);
    return [{ step, index }];
  });
};

const dropOf = (step: StepState, index: RunState['created'][number], slot: Slot): Action => {
  const { oid, name } = index;
  const schema = index.schema ?? '';
  const { pid, backendStart } = slot;
  const why = 'rollback';
  const intent: EventBody = { type: 'drop.started', step: step.id, oid, schema, name, why, pid, backendStart };
  return { intent, effect: { kind: 'drop', step: step.id, oid, schema, name, why, slot: slot.id } };
};

const isOver = (state: RunState): boolean =>
  !state.created.some((index) => isToBeDropped(state, index)) &&
  !state.removed.some((index) => isToBeRebuilt(state, index)) &&
  !state.steps.some((step) => ['dropping', 'building', 'running'].includes(step.status));

const tableOf = (state: RunState, index: { step: number } | undefined): number | null =>
  index === undefined ? null : (state.steps[index.step]?.tableOid ?? null);

/** Renames that have to be turned round before what they are about is dropped, or what they replaced is built again. */
const toRename = (state: RunState) =>
  state.steps.filter(isRenaming).filter((step) => {
    if (!isToBeUndone(state, step) || step.status === 'failed') return false;
    const index = renamedBy(state, step);
    // One whose drop has begun goes under the name that it has.
    if (index !== undefined && state.steps[index.step]?.status === 'dropping') return false;
    const table = tableOf(state, index);
    const old = state.removed.find(({ name, tableOid }) => name === step.step.name && tableOid === table);
    return (index !== undefined && isToBeDropped(state, index)) || (old !== undefined && isToBeRebuilt(state, old));
  });

const nextRenames = (state: RunState, world: World, forBuild: () => Slot | null): Action[] =>
  toRename(state).flatMap((step): Action[] => {
    if (step.status === 'running' || (step.retryAt !== null && Date.parse(step.retryAt) > world.now)) return [];
    if (step.found === null) return [{ intent: null, effect: { kind: 'inspect', step: step.id } }];
    const slot = forBuild();
    return slot === null ? [] : [renaming(step, step.step.from, slot)];
  });

/** A name on this table is still to be turned round. */
const isBeingRenamed = (state: RunState, tableOid: number | null): boolean =>
  toRename(state).some((step) => tableOf(state, renamedBy(state, step)) === tableOid);

/**
 * On a table where something is built again the way back goes in the order of the way forth turned round: what took an index's
 * name goes before that is built again, and what came in its place stays until it is there. `null`: nothing is in the way.
 */
const waitsFor = (state: RunState, { id, tableOid }: StepState): StepState | null => {
  const onTable = (index: { step: number }): boolean => state.steps[index.step]?.tableOid === tableOid;
  const rebuilds = state.removed.filter((index) => onTable(index) && isToBeRebuilt(state, index));
  const drops = state.created.filter((index) => onTable(index) && isToBeDropped(state, index));
  const isRebuild = rebuilds.some(({ step }) => step === id);
  // One that could not get its passing name again stands in the way, whenever it was built.
  const name = isRebuild ? rebuilds.find(({ step }) => step === id)?.name : undefined;
  const inTheWay = drops.find((index) => index.name === name);
  if (inTheWay !== undefined) return state.steps[inTheWay.step] ?? null;
  const blockers = isRebuild ? [...rebuilds, ...drops] : rebuilds.filter((index) => !isOwnName(state, id, index.name));
  const later = blockers.find(({ step }) => step > id);
  return later === undefined ? null : (state.steps[later.step] ?? null);
};

/** This step's index has that very name. */
const isOwnName = (state: RunState, id: number, name: string): boolean =>
  state.created.some((index) => index.step === id && index.name === name);

/** What the plan dropped and may be built again now: looked at first, then built. */
const nextRebuilds = (state: RunState, world: World, forBuild: () => Slot | null): Action[] => {
  const busy = state.steps.filter(({ status }) => status === 'dropping' || status === 'building');
  const held = new Set(busy.map((step) => step.tableOid));
  let room = state.jobs - busy.length;
  return [...state.removed].reverse().flatMap((index): Action[] => {
    const step = state.steps[index.step];
    if (step === undefined || room <= 0 || !isToBeRebuilt(state, index) || held.has(step.tableOid)) return [];
    if (step.status === 'building' || waitsFor(state, step) || isBeingRenamed(state, step.tableOid)) return [];
    if (step.retryAt !== null && Date.parse(step.retryAt) > world.now) return [];
    room -= 1;
    held.add(step.tableOid);
    if (step.found === null) return [{ intent: null, effect: { kind: 'inspect', step: step.id } }];
    const create = rebuildOf(state, step);
    const slot = create === null || step.found.kind !== 'none' ? null : forBuild();
    if (create === null || slot === null) return [];
    return [{ intent: buildStarted(step, create, slot), effect: { kind: 'build', step: step.id, slot: slot.id } }];
  });
};

/**
 * The way back: stops what runs, cleans up after it (`tidied`), then drops what was chosen, builds again
 * what the plan dropped, and looks whether the catalog is
 * as before. A pause holds what has not begun, and so does a server that is not known to be fit for work: `held` is then what
 * there is to do about it. `null` when all is done.
 */
export const rollingBack = (
  state: RunState,
  world: World,
  {
    tidied,
    held,
    forDrop,
    forBuild,
  }: { tidied(): Action[]; held: Action[] | null; forDrop(): Slot | null; forBuild(): Slot | null },
): Action[] | null => {
  if (state.rollback?.finishedAt !== null) return null;
  const stopping = cancels(state);
  if (stopping.length > 0) return stopping;
  const cleaning = tidied();
  if (held !== null) return [...cleaning, ...held];
  const busy = state.steps.some(isForward);
  if (busy || state.pauses.length > 0 || !world.lockHeld) return cleaning;
  if (isOver(state)) return [...cleaning, { intent: null, effect: { kind: 'check-rollback' } }];
  const drops = nextDrops(state, world).flatMap(({ step, index }) => {
    const slot = forDrop();
    return slot === null ? [] : [dropOf(step, index, slot)];
  });
  return [...cleaning, ...nextRenames(state, world, forBuild), ...drops, ...nextRebuilds(state, world, forBuild)];
};
