import {
  isStuck,
  leavesOf,
  partsOf,
  planned,
  type RunState,
  type StepState,
  stepName,
  workedOn,
} from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Index = Report['indexes'][number];
type Section = Report['sections'][number];

const isIndex = ({ step }: StepState): boolean => step.kind === 'create-index';

export const OUTCOMES: Record<StepState['status'], Index['outcome']> = {
  done: 'built',
  equal: 'equal',
  failed: 'failed',
  skipped: 'skipped',
  dropped: 'dropped',
  rebuilt: 'unknown',
  queued: 'not built',
  building: 'unknown',
  dropping: 'unknown',
  running: 'unknown',
};

export const took = ({ startedAt, finishedAt }: StepState): number | null =>
  startedAt === null || finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));

export const schemaOf = (state: RunState, { tableOid, step }: StepState): string | null =>
  state.tables.find(({ oid }) => oid === tableOid)?.schema ?? (step.kind === 'create-index' ? step.schema : null);

/** Why an index of a partitioned table is not there: the first of its parts that is not. */
const lacking = (state: RunState, { id }: StepState): string | null => {
  const failed = partsOf(state, id).find(({ status, gone }) => !gone && (status === 'failed' || status === 'skipped'));
  return failed === undefined
    ? null
    : `${stepName(failed.step)}: ${failed.error?.message ?? failed.note ?? failed.status}`;
};

/** Of an index on a partitioned table: the partitions that got one. */
const tableBytesOf = (state: RunState, step: StepState): number | null => {
  const built = leavesOf(state, step.id).filter(({ status }) => status === 'done');
  const sizes = (built.length === 0 ? [step] : built).map(
    ({ tableOid }) => state.tables.find(({ oid }) => oid === tableOid)?.bytes ?? null,
  );
  return sizes.includes(null) ? null : sizes.reduce<number>((all, size) => all + (size ?? 0), 0);
};

/** What became of each planned index. */
export const indexes = (state: RunState): Index[] =>
  planned(state).flatMap((step): Index[] => {
    if (step.step.kind !== 'create-index') return [];
    const checked = state.verify?.results.find((result) => result.step === step.id);
    return [
      {
        step: step.id + 1,
        section: step.section + 1,
        name: step.step.name,
        schema: schemaOf(state, step),
        table: step.step.table,
        outcome: isStuck(state, step) ? 'failed' : OUTCOMES[step.status],
        attempts: step.attempt,
        startedAt: step.startedAt,
        finishedAt: step.finishedAt,
        durationMs: took(step),
        atMost: step.unwatched,
        workedMs: workedOn(state, step),
        bytes: checked?.bytes ?? step.bytes,
        tableBytes: tableBytesOf(state, step),
        oid: checked?.oid ?? step.oid,
        // What was verified before it was dropped again says nothing of now.
        verified: step.status === 'dropped' || checked === undefined ? null : checked.ok,
        problems: step.status === 'dropped' ? [] : (checked?.problems ?? []),
        note: isStuck(state, step) ? lacking(state, step) : (step.error?.message ?? step.note),
      },
    ];
  });

/** ANALYZE, COMMENT and ATTACH PARTITION of the sections. */
export const statements = (state: RunState): Report['statements'] =>
  planned(state)
    .filter((step) => !isIndex(step) && step.step.kind !== 'drop-index' && step.step.kind !== 'reindex')
    .map((step) => ({
      step: step.id + 1,
      section: step.section + 1,
      what: stepName(step.step),
      outcome: step.status === 'queued' ? 'not run' : step.status,
    }));

export const sections = (state: RunState): Section[] =>
  state.sections.map(({ title, steps, startedAt, finishedAt }, at) => {
    const all = steps.flatMap((id) => state.steps[id] ?? []).filter((step) => isIndex(step) && step.parent === null);
    // One that lacks a part has failed with it.
    const standing = (step: StepState) => (isStuck(state, step) ? 'failed' : step.status);
    const count = (status: StepState['status']) => all.filter((step) => standing(step) === status).length;
    const [built, equal, failed, skipped, dropped] = (['done', 'equal', 'failed', 'skipped', 'dropped'] as const).map(
      count,
    ) as [number, number, number, number, number];
    const open = all.length - built - equal - failed - skipped - dropped;
    const number = at + 1;
    return {
      number,
      title,
      startedAt,
      finishedAt,
      planned: all.length,
      built,
      equal,
      failed,
      skipped,
      dropped,
      open,
    };
  });
