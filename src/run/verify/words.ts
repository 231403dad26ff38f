import { indexesAndParts } from '../counted.ts';
import type { VerifyResult } from '../events.ts';

/** One for each index: that of a partitioned table is looked at for the plan's step and for the part that makes it. */
const oneEach = (results: readonly VerifyResult[]): VerifyResult[] => {
  const kept = new Map<number, VerifyResult>();
  for (const result of results) {
    const before = result.oid === null ? undefined : kept.get(result.oid);
    // What is wrong is not passed over.
    if (result.oid !== null && (before === undefined || (before.ok && !result.ok))) kept.set(result.oid, result);
  }
  return results.filter((result) => result.oid === null || kept.get(result.oid) === result);
};

/** The results by what they are about. What the plan has dropped is no index that has to be there. */
export const sortResults = (
  results: readonly VerifyResult[],
): { planned: VerifyResult[]; parts: VerifyResult[]; dropped: VerifyResult[] } => {
  const all = oneEach(results);
  return {
    planned: all.filter(({ part, dropped }) => !part && !dropped),
    parts: all.filter(({ part, dropped }) => part && !dropped),
    dropped: all.filter(({ dropped }) => dropped),
  };
};

/** How many more there are than before, or how many fewer. */
export const moreOrFewer = (difference: number): string =>
  difference < 0 ? `${-difference} fewer` : `${difference} more`;

/** What was found in order, without the verdict on it. */
export const verifiedWords = (results: readonly VerifyResult[]): string => {
  const { planned, parts, dropped } = sortResults(results);
  const there = planned.length + parts.length;
  const built = `${indexesAndParts(planned.length, parts.length)}, all there, valid, and as planned`;
  const gone = `${dropped.length} that the plan dropped, ${dropped.length === 1 ? 'gone' : 'all gone'}`;
  return [...(there > 0 || dropped.length === 0 ? [built] : []), ...(dropped.length > 0 ? [gone] : [])].join('; ');
};

/** `1 of 4 indexes, 2 of 8 parts on partitions`: of each kind only what has failed. */
export const failedWords = (results: readonly VerifyResult[]): string => {
  const { planned, parts, dropped } = sortResults(results);
  const of = (some: readonly VerifyResult[], one: string, many: string): string[] => {
    const bad = some.filter(({ ok }) => !ok).length;
    return bad === 0 ? [] : [`${bad} of ${some.length} ${some.length === 1 ? one : many}`];
  };
  return [
    ...of(planned, 'index', 'indexes'),
    ...of(parts, 'part on partitions', 'parts on partitions'),
    ...of(dropped, 'index that the plan dropped', 'indexes that the plan dropped'),
  ].join(', ');
};
