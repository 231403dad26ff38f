import { estimateOutcome, partsOf, planned, type RunState, type StepState } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { OUTCOMES, schemaOf, took } from './indexes.ts';

type Part = NonNullable<Report['partitions']>[number];

const whatOf = ({ step }: StepState): Part['what'] => {
  if (step.kind !== 'create-index') return 'attach';
  return step.only ? 'parent' : 'index';
};

const partOf = (state: RunState, whole: StepState, part: StepState): Part[] => {
  const { step } = part;
  if (part.gone || (step.kind !== 'create-index' && step.kind !== 'attach-partition')) return [];
  const table = state.tables.find(({ oid }) => oid === part.tableOid);
  const what = whatOf(part);
  const came = what === 'index' ? estimateOutcome(state, part) : null;
  return [
    {
      step: part.id + 1,
      partOf: whole.id + 1,
      what,
      name: step.kind === 'create-index' ? step.name : step.partition.name,
      schema: step.kind === 'create-index' ? schemaOf(state, part) : step.partition.schema,
      table: table?.name ?? null,
      outcome: step.kind === 'attach-partition' && part.status === 'done' ? 'attached' : OUTCOMES[part.status],
      attempts: part.attempt,
      durationMs: took(part),
      workedMs: came?.actualMs ?? null,
      bytes: part.bytes,
      estimatedBytes: came?.bytes ?? null,
      estimatedMs: came?.ms ?? null,
      note: part.error?.message ?? part.note,
    },
  ];
};

/** What the indexes on partitioned tables were made of, in the order in which it is done. */
export const partitions = (state: RunState): Part[] =>
  planned(state).flatMap((whole) => partsOf(state, whole.id).flatMap((part) => partOf(state, whole, part)));
