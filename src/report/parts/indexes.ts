import { type RunState, type StepState, stepName, workedMs } from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Index = Report['indexes'][number];
type Section = Report['sections'][number];

const isIndex = ({ step }: StepState): boolean => step.kind === 'create-index';

const OUTCOMES: Record<StepState['status'], Index['outcome']> = {
  done: 'built',
  equal: 'equal',
  failed: 'failed',
  skipped: 'skipped',
  dropped: 'dropped',
  queued: 'not built',
  building: 'unknown',
  dropping: 'unknown',
  running: 'unknown',
};

const took = ({ startedAt, finishedAt }: StepState): number | null =>
  startedAt === null || finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));

const schemaOf = (state: RunState, { tableOid, step }: StepState): string | null =>
  state.tables.find(({ oid }) => oid === tableOid)?.schema ?? (step.kind === 'create-index' ? step.schema : null);

/** What became of each planned index. */
export const indexes = (state: RunState): Index[] =>
  state.steps.flatMap((step): Index[] => {
    if (step.step.kind !== 'create-index') return [];
    const checked = state.verify?.results.find((result) => result.step === step.id);
    return [
      {
        step: step.id + 1,
        section: step.section + 1,
        name: step.step.name,
        schema: schemaOf(state, step),
        table: step.step.table,
        outcome: OUTCOMES[step.status],
        attempts: step.attempt,
        startedAt: step.startedAt,
        finishedAt: step.finishedAt,
        durationMs: took(step),
        atMost: step.unwatched,
        workedMs: step.finishedAt === null ? null : workedMs(step, Date.parse(step.finishedAt)),
        bytes: checked?.bytes ?? step.bytes,
        tableBytes: state.tables.find(({ oid }) => oid === step.tableOid)?.bytes ?? null,
        oid: checked?.oid ?? step.oid,
        // What was verified before it was dropped again says nothing of now.
        verified: step.status === 'dropped' || checked === undefined ? null : checked.ok,
        problems: step.status === 'dropped' ? [] : (checked?.problems ?? []),
        note: step.error?.message ?? step.note,
      },
    ];
  });

/** ANALYZE and COMMENT of the sections. */
export const statements = (state: RunState): Report['statements'] =>
  state.steps
    .filter((step) => !isIndex(step))
    .map((step) => ({
      step: step.id + 1,
      section: step.section + 1,
      what: stepName(step.step),
      outcome: step.status === 'queued' ? 'not run' : step.status,
    }));

export const sections = (state: RunState): Section[] =>
  state.sections.map(({ title, steps, startedAt, finishedAt }, at) => {
    const planned = steps.flatMap((id) => state.steps[id] ?? []).filter(isIndex);
    const count = (status: StepState['status']) => planned.filter((step) => step.status === status).length;
    const [built, equal, failed, skipped, dropped] = (['done', 'equal', 'failed', 'skipped', 'dropped'] as const).map(
      count,
    ) as [number, number, number, number, number];
    const open = planned.length - built - equal - failed - skipped - dropped;
    const number = at + 1;
    return {
      number,
      title,
      startedAt,
      finishedAt,
      planned: planned.length,
      built,
      equal,
      failed,
      skipped,
      dropped,
      open,
    };
  });
