import type { Baseline, ListedIndex, RunOptions, VerifyResult } from '../events.ts';
import type { CriticalIndex, IndexCounts, VerifyCounts } from './types.ts';
import { sortResults } from './words.ts';

const isIdx = ({ name }: ListedIndex): boolean => name.startsWith('idx_');

const countsOf = (present: readonly ListedIndex[]): IndexCounts => ({
  indexes: present.length,
  idxIndexes: present.filter(isIdx).length,
});

/** Whether an index that is named by hand, with its schema or without, is there and valid. */
const critical = (name: string, present: readonly ListedIndex[]): CriticalIndex => {
  const named = present.filter((index) => name === index.name || name === `${index.schema}.${index.name}`);
  const problem =
    named.length === 0
      ? 'it is not there'
      : named.every(({ valid }) => !valid)
        ? 'it is there and not valid: queries do not use it'
        : null;
  return { name, ok: problem === null, problem };
};

interface Verdict {
  verdict: VerifyCounts['verdict'];
  rule: string;
}

const byThresholds = (difference: number | null, { pass, review }: { pass: number; review: number }): Verdict => {
  const rule = `at least ${pass} more idx_% indexes than before pass, ${review} are to be reviewed, fewer fail`;
  if (difference === null) return { verdict: 'fail', rule: `${rule}: how many there were before is not known` };
  const is = `${rule}: it is ${difference}`;
  return { rule: is, verdict: difference >= pass ? 'pass' : difference >= review ? 'review' : 'fail' };
};

/**
 * What the counts, the critical indexes and the thresholds say beside each index's own result (runbook row 9). `present`: the
 * indexes of the baseline's schemas now.
 */
export const judgeVerify = (
  results: readonly VerifyResult[],
  present: readonly ListedIndex[],
  baseline: Pick<Baseline, 'indexes' | 'idxIndexes'> | null,
  options: Pick<RunOptions, 'critical' | 'thresholds'>,
): VerifyCounts => {
  const after = countsOf(present);
  const counts =
    baseline === null
      ? null
      : {
          before: { indexes: baseline.indexes, idxIndexes: baseline.idxIndexes },
          after,
          difference: {
            indexes: after.indexes - baseline.indexes,
            idxIndexes: after.idxIndexes - baseline.idxIndexes,
          },
        };
  const named = (options.critical ?? []).map((name) => critical(name, present));
  const about = { counts, critical: named };
  const missing = named.filter(({ ok }) => !ok);
  if (missing.length > 0)
    return {
      ...about,
      verdict: 'fail',
      rule: `critical indexes must be there: ${missing.map(({ name, problem }) => `${name}: ${problem}`).join('; ')}`,
    };
  const { planned, parts, dropped } = sortResults(results);
  const gone = dropped.length === 0 ? '' : `, and the ${dropped.length} that the plan dropped be gone`;
  const made = parts.length === 0 ? '' : ` and their ${parts.length} parts on partitions`;
  const all = `every one of the ${planned.length} planned indexes${made} must be verified${gone}`;
  const bad = results.filter(({ ok }) => !ok).length;
  if (bad > 0) return { ...about, verdict: 'fail', rule: `${all}: ${bad} ${bad === 1 ? 'is' : 'are'} not` };
  if (options.thresholds === undefined) return { ...about, verdict: 'pass', rule: `${all}: all are` };
  return { ...about, ...byThresholds(counts?.difference.idxIndexes ?? null, options.thresholds) };
};
