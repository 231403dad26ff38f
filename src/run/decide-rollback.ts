import { attachments } from './attached.ts';
import type { Action, Slot, World } from './effects.ts';
import type { EventBody } from './events.ts';
import { isToBeDropped } from './rollback.ts';
import type { RunState, StepState } from './state.ts';

/** What is being built or run is stopped first: nothing is dropped beside it. */
const cancels = (state: RunState): Action[] => {
  const by = state.rollback?.by ?? '';
  return state.steps
    .filter((step) => (step.status === 'building' || step.status === 'running') && step.cancel === null)
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
  const { parentOf } = attachments(state);
  const due = new Set(inOrder.filter((index) => isToBeDropped(state, index)).map(({ oid }) => oid));
  return inOrder.flatMap((index) => {
    // With the index of a partitioned table goes what is attached to it, which cannot be dropped by itself.
    if (due.has(parentOf.get(index.oid) ?? -1)) return [];
    const step = state.steps[index.step];
    if (room <= 0 || step?.status !== 'done' || step.oid !== index.oid || !due.has(index.oid)) return [];
    if (!isDue(step, world.now) || held.has(step.tableOid)) return [];
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
  !state.steps.some((step) => step.status === 'dropping');

/**
 * The way back: stops what runs, cleans up after it (`tidied`), then drops what was chosen, and looks whether the catalog is
 * as before. A pause holds what has not begun, and so does a server that is not known to be fit for work: `held` is then what
 * there is to do about it. `null` when all is done.
 */
export const rollingBack = (
  state: RunState,
  world: World,
  { tidied, held, forDrop }: { tidied(): Action[]; held: Action[] | null; forDrop(): Slot | null },
): Action[] | null => {
  if (state.rollback?.finishedAt !== null) return null;
  const stopping = cancels(state);
  if (stopping.length > 0) return stopping;
  const cleaning = tidied();
  if (held !== null) return [...cleaning, ...held];
  const busy = state.steps.some((step) => step.status === 'building' || step.status === 'running');
  if (busy || state.pauses.length > 0 || !world.lockHeld) return cleaning;
  if (isOver(state)) return [...cleaning, { intent: null, effect: { kind: 'check-rollback' } }];
  const drops = nextDrops(state, world).flatMap(({ step, index }) => {
    const slot = forDrop();
    return slot === null ? [] : [dropOf(step, index, slot)];
  });
  return [...cleaning, ...drops];
};
