import type { GateLevel, GateThresholds } from '../gates/types.ts';

/** none: as before the run. slight: more, and nothing that stopped the run. impact: it stopped the run, or somebody was hurt. */
export type ImpactVerdict = 'none' | 'slight' | 'impact' | 'unknown';

export interface Judged {
  verdict: ImpactVerdict;
  /** The rule that gave it, as a sentence with its numbers. */
  rule: string;
}

/** All that the verdict on a metric goes by; numbers in the metric's own unit. */
export interface Seen {
  baseline: number | null;
  /** Null when it was never read. */
  worst: number | null;
  /** Of its gate, in the same unit; null when there is none, or it is off. */
  thresholds: GateThresholds | null;
  /** The worst level that its gate has tripped on in the run. */
  tripped: GateLevel | null;
  /** Less is worse, as of free space. */
  below: boolean;
  format(value: number): string;
}

/** More than before by less than this is no more: counts go up and down by themselves. */
const AS_BEFORE = 1.5;
const TWICE = 2;

const isPast = (value: number, threshold: number, below: boolean): boolean =>
  below ? value <= threshold : value >= threshold;

/** Where nobody has said what is too much, only what was before can tell. */
const byBaseline = ({ baseline, worst, format }: Seen & { worst: number }): Judged => {
  if (baseline === null)
    return { verdict: 'unknown', rule: 'there is neither a threshold nor a baseline to judge it by' };
  return worst > Math.max(TWICE * baseline, baseline + 1)
    ? { verdict: 'slight', rule: `it was over twice its baseline of ${format(baseline)}` }
    : { verdict: 'none', rule: `it stayed under twice its baseline of ${format(baseline)}` };
};

/** The verdict on one metric: by its gate where that has spoken, by its warning threshold, or by the baseline. */
export const judgeMetric = (seen: Seen): Judged => {
  const { baseline, worst, thresholds, tripped, below, format } = seen;
  if (worst === null) return { verdict: 'unknown', rule: 'it could not be read' };
  if (tripped === 'pause' || tripped === 'abort')
    return { verdict: 'impact', rule: `its gate tripped (${tripped})${limits(thresholds, tripped, format)}` };
  if (!below && baseline !== null && baseline > 0 && worst <= baseline * AS_BEFORE && tripped === null)
    return { verdict: 'none', rule: `it was never over ${AS_BEFORE} times its baseline of ${format(baseline)}` };
  const warn = thresholds?.warn ?? thresholds?.pause ?? thresholds?.abort ?? null;
  if (warn === null) return byBaseline({ ...seen, worst });
  const side = below ? 'under' : 'over';
  return isPast(worst, warn, below)
    ? { verdict: 'slight', rule: `it reached ${format(warn)}, where its gate warns, and never stopped the run` }
    : { verdict: 'none', rule: `it was never ${side} ${format(warn)}, where its gate would warn` };
};

const limits = (thresholds: GateThresholds | null, level: 'pause' | 'abort', format: Seen['format']): string => {
  const limit = thresholds?.[level] ?? null;
  return limit === null ? '' : `: its threshold is ${format(limit)}`;
};

/** A wait for a build of ours that lasts longer than this is no hiccup: the gate cancels such a build. */
const LONG_WAIT_S = 5;

/**
 * The verdict on waits for our own builders. `longestS` null: how long is not on record. `cancelled`: a build was cancelled
 * for it.
 */
export const judgeWaits = (sessions: number | null, longestS: number | null, cancelled: boolean): Judged => {
  if (sessions === null) return { verdict: 'unknown', rule: 'who waits for whom could not be read' };
  if (cancelled) return { verdict: 'impact', rule: 'a build was cancelled since others waited for it' };
  if (sessions === 0)
    return { verdict: 'none', rule: 'no reading, one a second, has seen a session wait for a build of this run' };
  if (longestS === null)
    return { verdict: 'slight', rule: 'sessions waited for builds; for how long is not on record' };
  return longestS >= LONG_WAIT_S
    ? {
        verdict: 'impact',
        rule: `a session waited ${longestS.toFixed(1)} s for a build; ${LONG_WAIT_S} s are too long`,
      }
    : { verdict: 'slight', rule: `no session waited ${LONG_WAIT_S} s or longer for a build` };
};

const ORDER: readonly ImpactVerdict[] = ['impact', 'slight', 'none'];

/** The worst of them; what is unknown counts only when nothing else is known. */
export const worstOf = (verdicts: readonly ImpactVerdict[]): ImpactVerdict =>
  ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';
