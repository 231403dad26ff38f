import type { Finding } from '../../plan/types.ts';

const keyOf = ({ code, index, subject, place }: Finding): string =>
  [code, index, subject, subject === undefined && place !== undefined ? `${place.file}:${place.line}` : undefined]
    .filter((part) => part !== undefined)
    .join(' ');

/**
 * What each finding is called from look to look: its code, index and subject, and a number where that is not enough. The texts
 * are no part of it: ages and counts change while the finding is the same.
 */
export const findingKeys = (findings: readonly Finding[]): string[] => {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const key = keyOf(finding);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? key : `${key} #${times}`;
  });
};

/** The findings by their keys, in order. */
export const findingsByKey = (findings: readonly Finding[]): Map<string, Finding> => {
  const keys = findingKeys(findings);
  return new Map(findings.map((finding, at) => [keys[at] ?? '', finding]));
};

/** It stands in the way, or should be looked at first; what was waived is a warning. */
export const isOpen = ({ level }: Pick<Finding, 'level'>): boolean => level === 'blocks' || level === 'warning';
