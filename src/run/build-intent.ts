import type { CreateIndexStep } from '../plan/types.ts';
import type { Slot } from './effects.ts';
import type { EventBody } from './events.ts';
import type { StepState } from './state.ts';

/** What is recorded before this index is built for the step. */
export const buildStarted = (step: StepState, create: CreateIndexStep, slot: Slot): EventBody => ({
  type: 'build.started',
  step: step.id,
  attempt: step.attempt + 1,
  name: create.name,
  table: create.table,
  sql: create.buildSql,
  pid: slot.pid,
  backendStart: slot.backendStart,
});
