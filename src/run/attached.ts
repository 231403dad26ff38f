import type { IndexName } from '../plan/attach.ts';
import { partsOf } from './parts.ts';
import type { RunState, StepState } from './state.ts';

type Created = RunState['created'][number];

/** What this run may have attached to what, as far as its own events say: an attach that was begun counts. */
export interface Attachments {
  /** OID of the index that this one is attached to, by its own OID; both of this run. */
  parentOf: ReadonlyMap<number, number>;
  /** Indexes of this run that others, which it did not make, are attached to. */
  withOthers: ReadonlySet<number>;
}

const finder = (created: readonly Created[]): ((name: IndexName) => Created | undefined) => {
  const byName = Map.groupBy(created, ({ name }) => name);
  return ({ schema, name }) => byName.get(name)?.find((index) => schema === null || index.schema === schema);
};

export const attachments = ({ steps, created }: Pick<RunState, 'steps' | 'created'>): Attachments => {
  const find = finder(created);
  const parentOf = new Map<number, number>();
  const withOthers = new Set<number>();
  for (const { step, attempt, status } of steps) {
    if (step.kind !== 'attach-partition' || attempt === 0) continue;
    const parent = find(step);
    const partition = find(step.partition);
    if (parent === undefined) continue;
    if (partition !== undefined) parentOf.set(partition.oid, parent.oid);
    else if (status === 'done') withOthers.add(parent.oid);
  }
  return { parentOf, withOthers };
};

/** OIDs of all that is attached to the index of this OID, also by way of others. */
export const attachedUnder = ({ parentOf }: Attachments, oid: number): Set<number> => {
  const under = new Set<number>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [child, parent] of parentOf)
      if (!under.has(child) && (parent === oid || under.has(parent))) grown = Boolean(under.add(child));
  }
  return under;
};

/** Whether all that the plan attaches to the index of this step is attached. */
const isAllAttached = ({ steps }: RunState, { step: made }: StepState): boolean =>
  steps.every(({ step, status, gone }) => {
    if (step.kind !== 'attach-partition' || made.kind !== 'create-index' || step.name !== made.name) return true;
    const elsewhere = step.schema !== null && made.schema !== null && step.schema !== made.schema;
    return elsewhere || gone || status === 'done' || status === 'equal';
  });

/** An index of a partitioned table that this run made and has not completed; `index`: as it is on record. */
export interface IncompleteParent {
  step: StepState;
  index: Created;
}

/**
 * Indexes of partitioned tables that this run made, and that serve no query, since not all that belongs to them is attached.
 * None may be there when the run ends. The outer ones first: with one goes all that is attached to it.
 */
export const incompleteParents = (state: RunState): IncompleteParent[] =>
  state.created
    .flatMap((index): IncompleteParent[] => {
      const step = state.steps[index.step];
      if (step?.step.kind !== 'create-index' || !step.step.only || step.status !== 'done') return [];
      if (step.completeAlone) return [];
      const whole = step.parent === null ? null : state.steps[step.parent];
      const isWholeThere = !whole || whole.status === 'done' || whole.status === 'equal';
      // One that is made anew for a whole that was complete has its own attaches before it.
      const complete = isWholeThere && isAllAttached(state, step);
      // What the plan does not attach shows when it is verified.
      const lacks = state.verify?.results.some(({ step: id, invalid }) => id === step.id && invalid === true) === true;
      return complete && !lacks ? [] : [{ step, index }];
    })
    .sort((a, b) => a.step.id - b.step.id);

/** Those of them that can be dropped: of what would go with them, all is this run's own. */
export const droppableParents = (state: RunState): IncompleteParent[] => {
  // What was verified as it is, is left to a person.
  const incomplete = state.verify === null ? incompleteParents(state) : [];
  if (incomplete.length === 0) return [];
  const found = attachments(state);
  const isClean = ({ step, index }: IncompleteParent): boolean => {
    const all = [index.oid, ...attachedUnder(found, index.oid)];
    return !step.kept && !all.some((oid) => found.withOthers.has(oid));
  };
  return incomplete.filter((each) => isClean(each) && !found.parentOf.has(each.index.oid));
};

/** How many of its parts are there, and how many it has. */
export const partsDone = (state: Pick<RunState, 'steps'>, id: number): { done: number; of: number } => {
  const parts = partsOf(state, id).filter(({ gone }) => !gone);
  return { done: parts.filter(({ status }) => status === 'done' || status === 'equal').length, of: parts.length };
};
