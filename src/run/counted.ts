import { isPart } from './parts.ts';
import type { RunState } from './state.ts';

/**
 * Something that is counted as an index. `part`: it is on a partition, and an index of the plan is made of it. That is counted
 * apart everywhere: 58 planned indexes are 58, however many partitions their tables have. Absent in journals of old.
 */
export interface Counted {
  part?: true | undefined;
}

/** `4 indexes and 8 parts on partitions`; without parts `4 indexes`. */
export const indexesAndParts = (indexes: number, parts = 0): string => {
  const whole = `${indexes} ${indexes === 1 ? 'index' : 'indexes'}`;
  if (parts === 0) return whole;
  const apart = `${parts} ${parts === 1 ? 'part' : 'parts'} on partitions`;
  return indexes === 0 ? apart : `${whole} and ${apart}`;
};

/** How many of them are indexes of the plan, and how many are parts of those. */
export const tallied = (list: readonly Counted[]): { indexes: number; parts: number } => {
  const parts = list.filter(({ part }) => part).length;
  return { indexes: list.length - parts, parts };
};

/** These in words, parts apart. */
export const countedText = (list: readonly Counted[]): string => {
  const { indexes, parts } = tallied(list);
  return indexesAndParts(indexes, parts);
};

/** Whether what this run made of a step counts as a part. */
export const partMark = (state: Pick<RunState, 'steps'>, step: number): Counted =>
  isPart(state, step) ? { part: true } : {};

/** What this run has created and not dropped, to be counted. */
export const createdCounted = (state: RunState): Counted[] => state.created.map(({ step }) => partMark(state, step));
