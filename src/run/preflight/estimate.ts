import type { Plan } from '../../plan/types.ts';
import type { Range } from '../estimates/range.ts';
import { estimateTotals } from '../estimates/totals.ts';
import type { PreflightFacts } from '../events.ts';
import { turnOf } from '../schedule.ts';
import { runnableSteps } from '../steps.ts';

/** How long the builds take, without waits, and how large the indexes become; null: not known. */
export interface AheadEstimate {
  ms: Range | null;
  bytes: Range | null;
  /** Indexes of which it is not known; they are in neither. */
  unknownTimes: number;
  unknownSizes: number;
}

/** What preflight knows of time and size: the one place that the summary takes them from. */
export const estimateAhead = (
  preflight: Pick<PreflightFacts, 'estimates' | 'steps'> | null,
  plan: Plan,
  jobs: number,
): AheadEstimate => {
  const estimates = preflight?.estimates ?? [];
  const steps = runnableSteps(plan);
  const tables = new Map(preflight?.steps.map(({ step, tableOid }) => [step, tableOid]));
  const { ms, bytes, unknownTimes, unknownSizes } = estimateTotals(
    estimates,
    (step) => ({
      section: turnOf(plan.sections, steps[step]?.section ?? 0),
      table: tables.get(step) ?? `step ${step}`,
    }),
    jobs,
  );
  return {
    ms: unknownTimes === estimates.length ? null : ms,
    bytes: unknownSizes === estimates.length ? null : bytes,
    unknownTimes,
    unknownSizes,
  };
};
