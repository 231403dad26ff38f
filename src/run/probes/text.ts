import type { ProbeComparison, ProbeMeasured, ProbeTarget } from './types.ts';

/** A time of a query: three digits, in the unit that reads best. */
export const queryTime = (ms: number): string => {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return ms >= 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`;
};

const times = (factor: number): string => `${factor >= 10 ? factor.toFixed(0) : factor.toFixed(1)}x`;

const rounded = (percent: number): string =>
  percent >= 99 && percent < 100 ? `${(Math.floor(percent * 10) / 10).toFixed(1)} %` : `${percent.toFixed(0)} %`;

export const describeTarget = (target: ProbeTarget): string =>
  target.kind === 'faster' ? `at least ${target.percent} % faster` : `under ${queryTime(target.ms)}`;

/** Before, after, and by how much; says so when nothing, or only the least, is known of it. */
export const describeComparison = ({ beforeMs, afterMs, atLeast, factor, percent, noise }: ProbeComparison): string => {
  const before = beforeMs === null ? 'not measured' : `${atLeast ? 'over ' : ''}${queryTime(beforeMs)}`;
  const after = afterMs === null ? 'not measured' : queryTime(afterMs);
  const both = `${before} -> ${after}`;
  if (factor === null || percent === null) return both;
  if (noise === 'within') return `${both}, a difference within the noise`;
  const least = atLeast ? 'at least ' : '';
  const sum =
    percent >= 0
      ? `${least}${rounded(percent)} faster (${times(factor)})`
      : `SLOWER, it takes ${times(1 / factor)} as long`;
  return `${both}, ${sum}${noise === 'unknown' ? ', by too few runs to tell it from chance' : ''}`;
};

/** How its plan reads the tables: the indexes it uses, and what it reads whole. */
export const describePlanUse = ({ summary }: Pick<ProbeMeasured, 'summary'>): string => {
  if (summary === null) return 'no plan';
  const indexes = [...new Set(summary.indexes.map(({ name }) => name))];
  const whole = [...new Set(summary.sequential.map(({ table }) => table))];
  const parts = [
    indexes.length > 0 ? `by ${indexes.join(', ')}` : '',
    whole.length > 0 ? `${whole.join(', ')} read whole` : '',
  ].filter(Boolean);
  return parts.length === 0 ? summary.top : parts.join('; ');
};

/** When it was measured, in words. */
export const WHEN: Readonly<Record<ProbeMeasured['when'], string>> = {
  before: 'before',
  after: 'after',
  'rolled-back': 'after the rollback',
};

/** One measurement as a line, without the probe's name. Not stripped of control characters. */
export const describeMeasured = (measured: ProbeMeasured): string => {
  const { error, timedOut, time, runs, when, verdict } = measured;
  const at = WHEN[when];
  if (timedOut) return `${at}: ended by its time limit`;
  if (error !== null) return `${at}: not measured: ${error.message}`;
  const use = describePlanUse(measured);
  const spread =
    time === null
      ? 'planned, not run'
      : `${queryTime(time.median)} (${queryTime(time.min)} to ${queryTime(time.max)}, ${runs.length} ${runs.length === 1 ? 'run' : 'runs'})`;
  return `${at}: ${spread}, ${use}${when === 'after' && verdict === null ? '; it is analyzed and measured again' : ''}`;
};

/** What came of a probe in the end, as a line. Not stripped either. */
export const describeProbe = ({
  before = null,
  after,
}: {
  before?: ProbeMeasured | null;
  after: ProbeMeasured | null;
}): string => {
  if (after === null) return before === null ? 'not measured' : `${describeMeasured(before)}; not measured after`;
  if (after.verdict === null) return describeMeasured(after);
  const { ok, problems, notes, comparison } = after.verdict;
  const gained = comparison.newIndexes.length === 0 ? '' : `, uses ${comparison.newIndexes.join(', ')}`;
  const said = [...problems, ...notes];
  const more = said.length === 0 ? '' : `: ${said.join('; ')}`;
  return `${ok ? '' : 'FAILED, '}${describeComparison(comparison)}${gained}${more}`;
};
