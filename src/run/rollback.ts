import type { CatalogDifferences, ListedIndex, SurveyedIndex } from './events.ts';
import type { RemovedIndex, RollbackState, RunState } from './state.ts';

type Created = Pick<RunState['created'][number], 'oid'>;

/** An index of the survey that a rollback may drop. */
export const droppable = ({ standing, kept }: SurveyedIndex): boolean => standing !== 'gone' && kept === null;

const isChosen = (rollback: RollbackState, { oid }: Created): boolean => rollback.all || rollback.oids.includes(oid);

const isLeft = (rollback: RollbackState, { oid }: Created): boolean => rollback.left.some((left) => left.oid === oid);

/** What the operator's word is about and has not been dropped yet: only ever what this run's own events say it created. */
export const isToBeDropped = (state: RunState, index: Created): boolean => {
  const { rollback } = state;
  return rollback !== null && isChosen(rollback, index) && !isLeft(rollback, index);
};

/** What the plan dropped, the operator's word is about, and is not there again yet. */
export const isToBeRebuilt = (state: RunState, index: RemovedIndex): boolean => {
  const { rollback } = state;
  return rollback !== null && (rollback.all || rollback.oids.includes(index.oid)) && !isLeft(rollback, index);
};

/** An index of the survey that a rollback builds again. */
export const rebuildable = ({ rebuild, kept }: SurveyedIndex): boolean => rebuild !== undefined && kept === null;

/**
 * How the catalog differs from what it was before the run, apart from what this run created and has not dropped, what
 * its plan dropped, and what is there again for that.
 */
export const compareCatalog = (state: RunState, now: readonly ListedIndex[]): CatalogDifferences | null => {
  const before = state.baseline?.present;
  if (before === undefined) return null;
  const then = new Map(before.map((index) => [index.oid, index]));
  const there = new Map(now.map((index) => [index.oid, index]));
  const ours = new Set([...state.created, ...state.rebuilt, ...state.reindexed].map(({ oid }) => oid));
  const replaced = [...state.rebuilt, ...state.reindexed].map(({ was }) => was);
  const dropped = new Set([...state.removed.map(({ oid }) => oid), ...replaced]);
  return {
    added: now.filter(({ oid }) => !then.has(oid) && !ours.has(oid)),
    missing: before.filter(({ oid }) => !there.has(oid) && !dropped.has(oid)),
    changed: now.filter(({ oid, valid }) => (then.get(oid)?.valid ?? valid) !== valid),
  };
};

/** How many indexes the catalog's comparison names; 0 when it is as before. */
export const differenceCount = ({ added, missing, changed }: CatalogDifferences): number =>
  added.length + missing.length + changed.length;
