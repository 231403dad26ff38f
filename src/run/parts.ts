import type { RunState, StepState } from './state.ts';

/** What hangs together among the steps of a run that are parts of others. */
interface Links {
  /** The parts of each step that has some, by its number. */
  parts: ReadonlyMap<number, StepState[]>;
  /** What has to be there before a part, or a step that has parts, can begin. */
  needs: ReadonlyMap<number, StepState[]>;
}

const isLeaf = ({ step }: StepState): boolean => step.kind === 'create-index' && !step.only;

const keyOf = ({ schema, name }: { schema: string | null; name: string }): string => JSON.stringify([schema, name]);

/** What a part needs, of its siblings: the leaves come first, then their parents, then one is attached to the other. */
const needsOf = (part: StepState, siblings: Siblings): StepState[] => {
  const { step } = part;
  if (step.kind === 'create-index') return step.only ? siblings.leaves : [];
  if (step.kind !== 'attach-partition') return [];
  const [parent, partition] = [keyOf(step), keyOf(step.partition)];
  const makers = [siblings.makers.get(parent), siblings.makers.get(partition)];
  // Upward: a level is attached when all is attached to it.
  return [...makers.filter((maker) => maker !== undefined), ...(siblings.attaches.get(partition) ?? [])];
};

interface Siblings {
  leaves: StepState[];
  /** By the index that they make. */
  makers: Map<string, StepState>;
  /** By the index that they attach to. */
  attaches: Map<string, StepState[]>;
}

const siblingsOf = (parts: readonly StepState[]): Siblings => ({
  leaves: parts.filter(isLeaf),
  makers: new Map(parts.flatMap((part) => (part.step.kind === 'create-index' ? [[keyOf(part.step), part]] : []))),
  attaches: Map.groupBy(
    parts.filter(({ step }) => step.kind === 'attach-partition'),
    ({ step }) => (step.kind === 'attach-partition' ? keyOf(step) : ''),
  ),
});

const linksOf = (steps: readonly StepState[]): Links => {
  const parts = new Map<number, StepState[]>();
  for (const step of steps) {
    if (step.parent === null) continue;
    const siblings = parts.get(step.parent);
    if (siblings === undefined) parts.set(step.parent, [step]);
    else siblings.push(step);
  }
  const needs = new Map<number, StepState[]>();
  for (const [whole, all] of parts) {
    const there = all.filter(({ gone }) => !gone);
    const siblings = siblingsOf(there);
    needs.set(whole, there);
    for (const part of there) needs.set(part.id, needsOf(part, siblings));
  }
  return { parts, needs };
};

/** A run's steps are never changed, only replaced: what was found out of them once holds for as long as they are there. */
const known = new WeakMap<readonly StepState[], Links>();

const linked = (steps: readonly StepState[]): Links => {
  const links = known.get(steps) ?? linksOf(steps);
  known.set(steps, links);
  return links;
};

const isThere = ({ status, gone }: StepState): boolean => gone || status === 'done' || status === 'equal';

/** The parts of a step: of an index on a partitioned table, which is made of them. Empty for any other step. */
export const partsOf = ({ steps }: Pick<RunState, 'steps'>, id: number): readonly StepState[] =>
  linked(steps).parts.get(id) ?? [];

/** What it makes is a part of an index of the plan, and not that index itself, which is made ON ONLY its table. */
export const isPart = ({ steps }: Pick<RunState, 'steps'>, id: number): boolean => {
  const step = steps[id];
  if (step === undefined || step.parent === null) return false;
  return step.tableOid === null || step.tableOid !== steps[step.parent]?.tableOid;
};

/** The steps that the plan itself has. */
export const planned = ({ steps }: Pick<RunState, 'steps'>): StepState[] =>
  steps.filter(({ parent }) => parent === null);

/** Nothing that it is made of, or made with, is missing. */
export const hasItsNeeds = ({ steps }: Pick<RunState, 'steps'>, { id }: StepState): boolean =>
  (linked(steps).needs.get(id) ?? []).every(isThere);

const stuck = new WeakMap<readonly StepState[], Map<number, boolean>>();

/** It waits for something that has failed or was left out: it cannot begin, unless an operator has that tried again. */
export const isStuck = (state: Pick<RunState, 'steps'>, step: StepState): boolean => {
  const { steps } = state;
  const asked = stuck.get(steps) ?? new Map<number, boolean>();
  stuck.set(steps, asked);
  const before = asked.get(step.id);
  if (before !== undefined) return before;
  const isFailed = (need: StepState) => need.status === 'failed' || need.status === 'skipped' || isStuck(state, need);
  const is = step.status === 'queued' && (linked(steps).needs.get(step.id) ?? []).some(isFailed);
  asked.set(step.id, is);
  return is;
};
