import type { RunState, StepState } from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Drop = NonNullable<Report['drops']>[number];

const OUTCOMES: Record<StepState['status'], Drop['outcome']> = {
  done: 'dropped',
  rebuilt: 'built again',
  equal: 'was not there',
  failed: 'failed',
  skipped: 'skipped',
  dropped: 'unknown',
  queued: 'not dropped',
  building: 'unknown',
  dropping: 'unknown',
  running: 'unknown',
};

/** What became of each index that the plan drops, with the definition that it is built again by. */
export const drops = (state: RunState): Drop[] =>
  state.steps.flatMap((step): Drop[] => {
    if (step.step.kind !== 'drop-index') return [];
    const gone = [...state.removed, ...state.rebuilt].find((index) => index.step === step.id);
    const record = gone?.record ?? step.leftover?.record;
    const checked = state.verify?.results.find((result) => result.step === step.id);
    return [
      {
        step: step.id + 1,
        section: step.section + 1,
        name: step.step.name,
        schema: gone?.schema ?? step.leftover?.schema ?? step.step.schema,
        table: record?.table ?? null,
        outcome: OUTCOMES[step.status],
        oid: gone === undefined ? (step.leftover?.oid ?? null) : 'was' in gone ? gone.was : gone.oid,
        bytes: record?.bytes ?? null,
        scans: record?.scans ?? null,
        definition: record?.definition ?? null,
        verified: checked?.ok ?? null,
        note: step.error?.message ?? step.note,
      },
    ];
  });
