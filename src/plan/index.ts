import { planOf } from './plan-of.ts';
import { Reader } from './reader.ts';
import type { Include, Plan, PlanOptions, SourceFile } from './types.ts';

export { type CompareOptions, type Comparison, compareIndexes } from './compare.ts';
export { describePlan, problemLines } from './describe.ts';
export { describeDifference, diffPlans, type PlanDifference } from './diff.ts';
export { type Explained, explained } from './explained.ts';
export { compareNatural, sqitchOrder } from './file-order.ts';
export * from './ident.ts';
export { type Retarget, retargetIndex } from './index-statement.ts';
export { type PlanJson, planToJson, type StepJson } from './json.ts';
export { loadParser } from './parser.ts';
export { attachStep, columnsOf, partitionIndex, partitionIndexNames } from './partition-index.ts';
export { type Question, readQuestion } from './question.ts';
export { type Formatted, formatPlan, planDiffers, type Repair, type Repaired, repairPlan } from './rewrite/index.ts';
export type * from './types.ts';

/**
 * Reads the files of a plan, in order, as psql would. Never throws for what a file says: all that is wrong is in
 * `problems`. `loadParser` must have been awaited once.
 */
export function readPlan(files: readonly SourceFile[], include: Include, options: PlanOptions): Plan {
  return planOf(new Reader(include, options), files, options);
}
