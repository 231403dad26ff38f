import { isReindexing, singleReindexes } from './reindex.ts';
import type { RunState } from './state.ts';

/** How many indexes the plan rebuilds, and how many of them are done with. */
export interface Rebuilds {
  done: number;
  /** Those of a table are known once the database was looked at. */
  total: number;
}

/** Each index is counted, also where a table or a partitioned index was named; null where the plan rebuilds none. */
export const rebuildsOf = (state: Pick<RunState, 'steps'>): Rebuilds | null => {
  if (!state.steps.some(isReindexing)) return null;
  const each = singleReindexes(state);
  return { done: each.filter(({ status }) => status === 'done').length, total: each.length };
};

/** `index 3/4`, `rebuilt 1/2`: how far a plan is with what it builds and what it rebuilds, for a line of status. */
export const countWords = (over: number, creates: number, rebuilds: Rebuilds | null): string[] => [
  ...(creates > 0 || rebuilds === null ? [`index ${over}/${creates}`] : []),
  ...(rebuilds === null ? [] : [`rebuilt ${rebuilds.done}/${rebuilds.total}`]),
];
