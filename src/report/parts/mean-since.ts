interface Counted {
  calls: number;
  totalMs: number;
}

/** What the calls between two readings took on average; null when the counters were reset, or nobody called. */
export const meanSince = (
  before: Counted | undefined,
  after: Counted,
  wasReset: boolean,
): { calls: number | null; meanMs: number | null } => {
  if (wasReset) return { calls: null, meanMs: null };
  const calls = after.calls - (before?.calls ?? 0);
  const total = after.totalMs - (before?.totalMs ?? 0);
  return calls > 0 && total >= 0 ? { calls, meanMs: total / calls } : { calls: Math.max(0, calls), meanMs: null };
};
