import type { Found } from '../events.ts';

/** What was found of a step of the plan. */
interface LookedAt {
  step: number;
  found: Found | null;
}

/** The plan itself drops the index of this OID at a step before this one. */
export const isDroppedBefore = (step: number, oid: number, all: readonly LookedAt[]): boolean =>
  all.some((each) => each.step < step && each.found?.kind === 'to-drop' && each.found.oid === oid);
