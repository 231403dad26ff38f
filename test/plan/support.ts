import type { CreateIndexStep, Include, Plan, PlanOptions } from '../../src/plan/index.ts';
import { loadParser, readPlan } from '../../src/plan/index.ts';

await loadParser();

const nowhere: Include = () => ({ error: 'there is no such file' });

/** Reads one script, from text or bytes, as `plan.sql`. */
export function plan(sql: string | Uint8Array, options: Partial<PlanOptions> = {}, include: Include = nowhere): Plan {
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql;
  return readPlan([{ path: 'plan.sql', bytes }], include, { makeConcurrent: false, ...options });
}

/** The indexes of a plan, in order. */
export function indexes(of: Plan): CreateIndexStep[] {
  return of.sections.flatMap(({ steps }) => steps).filter((step) => step.kind === 'create-index');
}

/** The only index of a script that must be a good plan. */
export function onlyIndex(sql: string, options: Partial<PlanOptions> = {}): CreateIndexStep {
  const read = plan(sql, options);
  const [index, ...others] = indexes(read);
  if (read.problems.length > 0 || index === undefined || others.length > 0) {
    throw new Error(`not one good index: ${JSON.stringify(read, null, 1)}`);
  }
  return index;
}

export function codes(of: Plan): string[] {
  return of.problems.map(({ code }) => code);
}

export function findingCodes(of: Plan): string[] {
  return of.findings.map(({ code }) => code);
}
