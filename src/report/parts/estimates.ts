import { estimateOf, estimateOutcome, planned, type Range, type RunState } from '../../run/index.ts';
import type { Report } from '../schema.ts';

type Estimates = NonNullable<Report['estimates']>;

/** Builds off by more than this were estimated badly. */
const FAR_OFF = 3;

/** How far off, whichever way: 1 is exact, 2 is half or twice. */
const factorOf = (estimated: Range | null, actual: number | null): number | null => {
  if (estimated === null || actual === null) return null;
  const [one, other] = [Math.max(1, estimated.mid), Math.max(1, actual)];
  return Math.max(one / other, other / one);
};

const round = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100);

const summary = (
  rows: readonly { range: Range | null; actual: number | null; factor: number | null }[],
): Estimates['sizes'] => {
  const factors = rows.flatMap(({ factor }) => factor ?? []).sort((a, b) => a - b);
  return {
    compared: factors.length,
    medianFactor: round(factors[Math.floor(factors.length / 2)] ?? null),
    withinRange: rows.filter(
      ({ range, actual }) => range !== null && actual !== null && range.low <= actual && actual <= range.high,
    ).length,
    farOff: factors.filter((factor) => factor > FAR_OFF).length,
  };
};

/** The estimates of preflight against what the builds came to; null when there were none. */
export const estimates = (state: RunState): Estimates | null => {
  if (state.estimates.length === 0) return null;
  const rows = planned(state).flatMap((step) => {
    const estimate = estimateOf(state, step.id);
    if (step.step.kind !== 'create-index' || estimate === undefined) return [];
    return [{ name: step.step.name, estimate, ...estimateOutcome(state, step) }];
  });
  const comparedWith = (range: Range | null, actual: number | null) => ({
    ...{ range, actual },
    factor: factorOf(range, actual),
  });
  const sizes = rows.map(({ bytes, actualBytes }) => comparedWith(bytes, actualBytes));
  const times = rows.map(({ ms, actualMs }) => comparedWith(ms, actualMs));
  return {
    indexes: rows.map(({ name, estimate, bytes, ms, actualBytes, actualMs }, at) => ({
      step: estimate.step + 1,
      name,
      by: estimate.by,
      estimatedBytes: bytes,
      bytes: actualBytes,
      bytesFactor: round(sizes[at]?.factor ?? null),
      estimatedMs: ms,
      workedMs: actualMs,
      msFactor: round(times[at]?.factor ?? null),
      elsewhereMs: estimate.elsewhere ?? null,
      why: estimate.why,
    })),
    sizes: summary(sizes),
    times: summary(times),
  };
};
