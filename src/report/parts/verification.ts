import { impactOf, type RunEvent, type RunState } from '../../run/index.ts';
import type { Report } from '../schema.ts';

type State = Report['before'];

/** The database before the run. */
export const before = (events: readonly RunEvent[]): State => {
  const taken = events.find((event) => event.type === 'baseline.taken');
  if (taken === undefined) return null;
  const { at, schemas, indexes, idxIndexes, databaseBytes, active, connections, rollbacksPerS } = taken;
  return { at, schemas, indexes, idxIndexes, databaseBytes, active, connections, rollbacksPerS };
};

/** And after: indexes as the verification counted them, the sessions as they were last summarised. */
export const after = (events: readonly RunEvent[], { baseline }: RunState): State => {
  const verified = events.findLast((event) => event.type === 'verify.finished');
  if (verified?.type !== 'verify.finished') return null;
  const last = events.findLast((event) => event.type === 'metrics.summarised');
  const { active, connections, rollbacksPerS } = last?.type === 'metrics.summarised' ? last.metrics : {};
  const rounded = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value));
  return {
    at: verified.at,
    schemas: baseline?.schemas ?? [],
    indexes: verified.counts?.after.indexes ?? null,
    idxIndexes: verified.counts?.after.idxIndexes ?? null,
    databaseBytes: verified.databaseBytes ?? null,
    active: rounded(active?.mean),
    connections: rounded(connections?.mean),
    rollbacksPerS: rollbacksPerS?.mean ?? null,
  };
};

/** What the verification came to besides each index's own result. */
export const verification = (events: readonly RunEvent[]): Report['verification'] => {
  const verified = events.findLast((event) => event.type === 'verify.finished');
  if (verified?.type !== 'verify.finished') return null;
  const { at, ok, verdict = null, rule = null, counts = null, critical = [] } = verified;
  return { at, ok, verdict, rule, difference: counts?.difference ?? null, critical };
};

/** How production fared. */
export const impact = (events: readonly RunEvent[]): Report['impact'] => {
  const { verdict, lines } = impactOf(events);
  return {
    verdict,
    lines: lines.map(({ metric, title, unit, baseline, worst, moment, verdict: its, rule, absent }) => ({
      metric,
      title,
      unit,
      baseline,
      worst,
      at: moment?.at ?? null,
      section: moment?.section?.title ?? null,
      builds: moment?.builds ?? [],
      verdict: its,
      rule,
      ...(absent === undefined ? {} : { absent }),
    })),
  };
};
