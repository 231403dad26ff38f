import { lint } from './lint.ts';
import { Reader } from './reader.ts';
import type { Include, Plan, PlanOptions, Problem, SourceFile } from './types.ts';

export { type CompareOptions, type Comparison, compareIndexes } from './compare.ts';
export { describePlan } from './describe.ts';
export { describeDifference, diffPlans, type PlanDifference } from './diff.ts';
export { type Explained, explained } from './explained.ts';
export * from './ident.ts';
export { type Retarget, retargetIndex } from './index-statement.ts';
export { type PlanJson, planToJson, type StepJson } from './json.ts';
export { loadParser } from './parser.ts';
export { type Question, readQuestion } from './question.ts';
export type * from './types.ts';

/**
 * Reads the files of a plan, in order, as psql would. Never throws for what a file says: all that is wrong is in
 * `problems`. `loadParser` must have been awaited once.
 */
export function readPlan(files: readonly SourceFile[], include: Include, options: PlanOptions): Plan {
  const reader = new Reader(include, options);
  for (const file of files) reader.read(file);
  reader.finish();
  if (nothingAtAll(reader)) reader.problems.push(nothing(files));
  const { sections, validations, leftOut, problems, fingerprint } = reader;
  return {
    fingerprint: fingerprint.hex(),
    files: reader.files,
    sections,
    validations,
    leftOut,
    problems,
    findings: lint(reader),
  };
}

function nothingAtAll({ sections, validations, problems }: Reader): boolean {
  return sections.length === 0 && validations.length === 0 && problems.length === 0;
}

function nothing(files: readonly SourceFile[]): Problem {
  const file = files[0]?.path ?? '';
  const message = 'There is nothing to deploy in it: no statement at all, outside of comments.';
  return { file, line: 1, column: 1, code: 'nothing-to-deploy', what: '', message };
}
