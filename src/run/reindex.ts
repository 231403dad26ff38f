import type { ReindexStep } from '../plan/types.ts';
import type { Slot } from './effects.ts';
import type { EventBody, ReplacedIndex } from './events.ts';
import { partsOf } from './parts.ts';
import type { ReindexedIndex, RunState, StepState } from './state.ts';

/** A step that rebuilds what is there. */
export type Reindexing = StepState & { step: ReindexStep };

export const isReindexing = (step: StepState): step is Reindexing => step.step.kind === 'reindex';

/** A step of the plan that takes several indexes, each of which is a part of it. */
export const takesSeveral = (state: Pick<RunState, 'steps'>, step: StepState): boolean =>
  isReindexing(step) && (step.step.of === 'table' || partsOf(state, step.id).length > 0);

/** Every index that the plan rebuilds by itself: those of a table, or on partitions, each. */
export const singleReindexes = (state: Pick<RunState, 'steps'>): Reindexing[] =>
  state.steps.filter(isReindexing).filter((step) => !step.gone && !takesSeveral(state, step));

/** What this step has rebuilt. */
export const reindexedBy = (state: Pick<RunState, 'reindexed'>, step: number): ReindexedIndex | undefined =>
  state.reindexed.find((index) => index.step === step);

/** This run has built it, one way or another: it is as new. */
export const isFresh = ({ created, reindexed, rebuilt }: RunState, oid: number): boolean =>
  [...created, ...reindexed, ...rebuilt].some((index) => index.oid === oid);

/** OID that the index has by now which had this one: a rebuild gives it another. */
export const oidNow = ({ reindexed }: Pick<RunState, 'reindexed'>, oid: number): number =>
  reindexed.reduce((now, index) => (index.was === now ? index.oid : now), oid);

/** What the server may call the index that it builds in the place of one of this name: the name is cut where it is long. */
export const mayBeNewOf = (name: string, candidate: string): boolean => mayBeOf(name, /^(.*)_ccnew\d*$/s, candidate);

/** What it may call the one that had this name before. */
export const mayBeOldOf = (name: string, candidate: string): boolean => mayBeOf(name, /^(.*)_ccold\d*$/s, candidate);

const mayBeOf = (name: string, pattern: RegExp, candidate: string): boolean => {
  const [, head] = pattern.exec(candidate) ?? [];
  return head !== undefined && head !== '' && name.startsWith(head);
};

/** What is recorded before this index is rebuilt for the step. */
export const reindexStarted = (step: StepState, index: ReplacedIndex, sql: string, slot: Slot): EventBody => ({
  type: 'build.started',
  step: step.id,
  attempt: step.attempt + 1,
  name: index.name,
  table: index.table,
  sql,
  pid: slot.pid,
  backendStart: slot.backendStart,
  replaces: index,
});

/** All indexes that the step takes are done with. */
export const reindexCompleted = (state: Pick<RunState, 'steps'>, step: StepState, name: string): EventBody => ({
  type: 'reindex.completed',
  step: step.id,
  name,
  rebuilt: partsOf(state, step.id).filter(({ status, gone }) => !gone && status === 'done').length,
});
