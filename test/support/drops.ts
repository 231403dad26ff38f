import type { DropIndexStep } from '../../src/plan/types.ts';

/** A step that drops an index, with everything that a test does not care about filled in. */
export const dropIndex = (name: string, more: Partial<DropIndexStep> = {}): DropIndexStep => ({
  ...{ file: 'plan.sql', line: 1, column: 1, settings: [], searchPath: null },
  kind: 'drop-index',
  sql: `DROP INDEX CONCURRENTLY ${name}`,
  schema: null,
  name,
  concurrently: true,
  madeConcurrent: false,
  ifExists: false,
  ...more,
});
