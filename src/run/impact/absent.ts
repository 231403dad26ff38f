import type { RunEvent } from '../events.ts';
import type { MetricName } from '../samples.ts';

/** What has to be there for a metric to say anything, and what is said when it is not. */
const NEEDS: Partial<Record<MetricName, { counted: MetricName; none: string }>> = {
  replicaLagS: { counted: 'replicas', none: 'no replica' },
  retainedWalBytes: { counted: 'slots', none: 'no replication slot' },
};

/**
 * That what a metric is about was not there in the whole run, in words: its zeros are nobody's. Null where it was there at
 * some time, and where nobody has counted.
 */
export const absentMetric = (metric: MetricName, events: readonly RunEvent[]): string | null => {
  const needs = NEEDS[metric];
  if (needs === undefined) return null;
  const counts = events.flatMap((event) => {
    if (event.type === 'baseline.taken') return event.metrics?.[needs.counted] ?? [];
    return event.type === 'metrics.summarised' ? (event.metrics[needs.counted]?.max ?? []) : [];
  });
  return counts.length > 0 && counts.every((count) => count === 0) ? needs.none : null;
};
