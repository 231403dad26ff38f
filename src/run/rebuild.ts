import type { CreateIndexStep } from '../plan/types.ts';
import { describeFound } from './describe.ts';
import type { EventBody, Found } from './events.ts';
import type { RemovedIndex, RunState, StepState } from './state.ts';

/** An index that the plan dropped is built only on the way back. */
export const isRebuilding = ({ step }: StepState): boolean => step.kind === 'drop-index';

export const removedBy = (state: RunState, step: number): RemovedIndex | undefined =>
  state.removed.find((index) => index.step === step);

/** What the plan dropped at this step, as an index to be built; null when it has dropped nothing, or it is there again. */
export const rebuildOf = (state: RunState, { id, step }: StepState): CreateIndexStep | null => {
  const removed = removedBy(state, id);
  if (removed === undefined || step.kind !== 'drop-index') return null;
  const { schema, name, record } = removed;
  const { file, line, column } = step;
  return {
    ...{ file, line, column, schema, name, searchPath: null },
    kind: 'create-index',
    table: record.table,
    sql: record.rebuildSql,
    buildSql: record.rebuildSql,
    // pg_get_indexdef says nothing of a tablespace.
    settings: [{ name: 'default_tablespace', value: record.tablespace ?? '' }],
    nameIsDefault: false,
    unique: /^CREATE UNIQUE /.test(record.rebuildSql),
    concurrently: true,
    madeConcurrent: false,
    ifNotExists: false,
    method: / USING (\w+) /.exec(record.rebuildSql)?.[1] ?? 'btree',
    partialOrExpression: true,
    only: false,
  };
};

/** What stands where a dropped index is to be built again, right before. */
export const rebuildLookedAt = (state: RunState, step: StepState, found: Found): EventBody[] => {
  const removed = removedBy(state, step.id);
  if (removed === undefined || step.status === 'building' || step.leftover !== null) return [];
  const seen: EventBody = { type: 'index.inspected', step: step.id, found };
  if (found.kind === 'none') return [seen];
  const { oid, schema, name } = removed;
  const why = `it is not built again: ${describeFound(found)}`;
  return [seen, { type: 'index.kept', step: step.id, oid, schema, name, why, gone: false }];
};
