import { isStuck, type RunState, type StepState, singleReindexes } from '../../run/index.ts';
import type { Report } from '../schema.ts';
import { took } from './indexes.ts';

type Reindex = NonNullable<Report['reindexes']>[number];

const OUTCOMES: Record<StepState['status'], Reindex['outcome']> = {
  done: 'rebuilt',
  equal: 'nothing to do',
  failed: 'failed',
  skipped: 'skipped',
  queued: 'not rebuilt',
  rebuilt: 'unknown',
  dropped: 'unknown',
  building: 'unknown',
  dropping: 'unknown',
  running: 'unknown',
};

/** What became of each index that the plan rebuilds: of a REINDEX that takes several, each of them. */
export const reindexes = (state: RunState): Reindex[] =>
  singleReindexes(state).map((step): Reindex => {
    const { replaces } = step;
    const checked = state.verify?.results.find((result) => result.step === step.id);
    return {
      step: (step.parent ?? step.id) + 1,
      section: step.section + 1,
      name: step.step.name,
      schema: replaces?.schema ?? step.step.schema,
      table: replaces?.table ?? null,
      // It has its name from then on; what the server left of the old one is told of elsewhere.
      outcome: state.reindexed.some((index) => index.step === step.id) ? 'rebuilt' : outcomeOf(state, step),
      attempts: step.attempt,
      durationMs: took(step),
      oidBefore: replaces?.oid ?? null,
      oid: checked?.oid ?? step.oid,
      bytesBefore: replaces?.bytes ?? null,
      bytes: checked?.bytes ?? step.bytes,
      definition: replaces?.definition ?? null,
      verified: checked?.ok ?? null,
      note: checked === undefined || checked.ok ? (step.error?.message ?? step.note) : checked.problems.join('; '),
    };
  });

const outcomeOf = (state: RunState, step: StepState): Reindex['outcome'] =>
  isStuck(state, step) ? 'failed' : OUTCOMES[step.status];
