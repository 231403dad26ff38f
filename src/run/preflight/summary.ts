import type { Finding, Level, Plan } from '../../plan/types.ts';
import type { Found, PreflightFacts } from '../events.ts';
import type { StepState } from '../state.ts';
import { runnableSteps } from '../steps.ts';
import { isDroppedBefore } from './dropped-before.ts';
import { type AheadEstimate, estimateAhead } from './estimate.ts';

/** What preflight comes to, on one screen. */
export interface PreflightSummary {
  indexes: {
    planned: number;
    /** Null while the database was not looked at. */
    toBuild: number | null;
    /** There already, valid and as planned. */
    present: number | null;
    /** Invalid leftovers in their place. */
    toReplace: number | null;
    /** Something else has the name or the place: another index, another build, no table. */
    inTheWay: number | null;
    /** Built by this run before it was taken up again. */
    built: number;
  };
  /** What the plan drops; absent when it drops nothing, and in journals of old. */
  drops?: {
    planned: number;
    /** Null while the database was not looked at. */
    toDrop: number | null;
    /** Not there: nothing to drop. */
    absent: number | null;
    /** Something speaks against dropping it, or the name is not an index's. */
    barred: number | null;
    /** Dropped by this run before it was taken up again. */
    dropped: number;
  };
  /** What the plan rebuilds; absent when it rebuilds nothing, and in journals of old. */
  rebuilds?: {
    /** Statements. */
    planned: number;
    /** Indexes, those of tables and partitions each; null while the database was not looked at. */
    indexes: number | null;
  };
  tables: number;
  /** Of these tables together, as the catalog estimates it; null when not known. */
  tableBytes: number | null;
  sections: number;
  jobs: number;
  estimate: AheadEstimate;
  /** How many findings of each level; what was waived is counted apart. */
  findings: Readonly<Record<Level | 'waived', number>>;
  /** Codes, each once. */
  blocks: string[];
  warns: string[];
  waived: string[];
}

export interface SummaryInput {
  plan: Plan;
  /** Null: the database could not be looked at. */
  preflight: PreflightFacts | null;
  findings: readonly Finding[];
  jobs: number;
  /** The steps of a run that is taken up again. */
  steps?: readonly StepState[];
}

const IN_THE_WAY: ReadonlySet<Found['kind']> = new Set(['different', 'building', 'other-relation', 'no-table']);

/** What becomes of the steps that drop something. */
const dropsOf = ({ plan, preflight, steps }: SummaryInput): Pick<PreflightSummary, 'drops'> => {
  const drops = runnableSteps(plan).flatMap(({ step }, id) => (step.kind === 'drop-index' ? [id] : []));
  if (drops.length === 0) return {};
  const dropped = drops.filter((id) => steps?.[id]?.status === 'done');
  const ahead = new Set(drops.filter((id) => !dropped.includes(id)));
  const found = (preflight?.steps ?? []).flatMap((each) =>
    each.found !== null && ahead.has(each.step) ? [each.found] : [],
  );
  const count = (is: (found: Found) => boolean): number | null =>
    found.length === 0 && ahead.size > 0 ? null : found.filter(is).length;
  const isFree = (each: Found) => each.kind === 'to-drop' && each.problem === null;
  return {
    drops: {
      planned: drops.length,
      toDrop: count(isFree),
      absent: count(({ kind }) => kind === 'none'),
      barred: count((each) => each.kind !== 'none' && !isFree(each)),
      dropped: dropped.length,
    },
  };
};

/** What the steps come to that rebuild something. */
const rebuildsAhead = ({ plan, preflight }: SummaryInput): Pick<PreflightSummary, 'rebuilds'> => {
  const ids = runnableSteps(plan).flatMap(({ step }, id) => (step.kind === 'reindex' ? [id] : []));
  if (ids.length === 0) return {};
  const wanted = new Set(ids);
  const single = (preflight?.steps ?? []).filter(({ step, found }) => wanted.has(step) && found?.kind === 'to-reindex');
  const parts = (preflight?.parts ?? []).flatMap(({ step, parts }) => (wanted.has(step) ? parts : []));
  return { rebuilds: { planned: ids.length, indexes: preflight === null ? null : single.length + parts.length } };
};

const codes = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ code }) => code))];

const sumOf = (sizes: readonly (number | null)[]): number | null =>
  sizes.length === 0 || sizes.some((size) => size === null) ? null : sizes.reduce<number>((a, b) => a + (b ?? 0), 0);

/** What will be built, what is there, what blocks and what warns. Pure. */
export const preflightSummary = (input: SummaryInput): PreflightSummary => {
  const { plan, preflight, findings, jobs, steps } = input;
  const creates = runnableSteps(plan).flatMap(({ step }, id) => (step.kind === 'create-index' ? [{ id, step }] : []));
  const built = creates.filter(({ id }) => steps?.[id]?.status === 'done');
  const ahead = new Set(creates.flatMap(({ id }) => (steps?.[id]?.status === 'done' ? [] : [id])));
  const kinds = (preflight?.steps ?? []).flatMap(({ step, found }, _, all) => {
    if (found === null || !ahead.has(step)) return [];
    return 'oid' in found && isDroppedBefore(step, found.oid, all) ? ['none' as const] : [found.kind];
  });
  const count = (is: (kind: Found['kind']) => boolean): number | null =>
    kinds.length === 0 && ahead.size > 0 ? null : kinds.filter(is).length;
  const waived = findings.filter((finding) => finding.waived);
  const at = (level: Level) => findings.filter((finding) => finding.level === level && !finding.waived);
  const named = new Set(creates.map(({ step }) => `${step.schema ?? ''}.${step.table}`));
  return {
    indexes: {
      planned: creates.length,
      toBuild: count((kind) => kind === 'none' || kind === 'incomplete'),
      present: count((kind) => kind === 'equal'),
      toReplace: count((kind) => kind === 'invalid'),
      inTheWay: count((kind) => IN_THE_WAY.has(kind)),
      built: built.length,
    },
    ...dropsOf(input),
    ...rebuildsAhead(input),
    tables: preflight === null || preflight.tables.length === 0 ? named.size : preflight.tables.length,
    tableBytes: sumOf((preflight?.tables ?? []).map(({ bytes }) => bytes)),
    sections: plan.sections.length,
    jobs,
    estimate: estimateAhead(preflight, plan, jobs),
    findings: {
      blocks: at('blocks').length,
      warning: at('warning').length,
      note: at('note').length,
      ok: at('ok').length,
      waived: waived.length,
    },
    blocks: codes(at('blocks')),
    warns: codes(at('warning')),
    waived: codes(waived),
  };
};
