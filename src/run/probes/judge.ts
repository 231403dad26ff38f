import type { TableFacts } from '../events.ts';
import { bytes } from '../format.ts';
import { noiseBetween } from './spread.ts';
import { describeTarget, queryTime } from './text.ts';
import type { AnalyzedTable, Probe, ProbeComparison, ProbeMeasurement, ProbeVerdict, SequentialScan } from './types.ts';

/** Less is read as fast whole as by an index: 128 pages. */
const SMALL_BYTES = 1024 * 1024;
const BLOCK = 8192;

/** What a judgement needs to know of the run. */
export interface ProbeContext {
  /** The plan's tables. */
  tables: readonly TableFacts[];
  /** Names of the indexes that this run built. */
  built: readonly string[];
  /** Tables that an ANALYZE was run on since the last build, because of a sequential scan. */
  analyzed: readonly AnalyzedTable[];
}

/** The table of the plan that is scanned; undefined for one that the plan has no index on. */
const tableOf = (scan: SequentialScan, tables: readonly TableFacts[]): TableFacts | undefined =>
  tables.find(({ schema, name }) => name === scan.table && (scan.schema === null || scan.schema === schema));

/** Sequential scans on tables of the plan that read more than a megabyte in all their loops: an index should have served. */
export const sequentialLeft = (
  { summary }: Pick<ProbeMeasurement, 'summary'>,
  tables: readonly TableFacts[],
): SequentialScan[] =>
  (summary?.sequential ?? []).filter((scan) => {
    const table = tableOf(scan, tables);
    if (table === undefined) return false;
    // A size that is not known is no reason to look away.
    return (scan.blocks === null ? (table.bytes ?? Number.POSITIVE_INFINITY) : scan.blocks * BLOCK) > SMALL_BYTES;
  });

/** The median, or the time limit of one that did not come to its end. */
const timeBefore = (probe: Probe, before: ProbeMeasurement | null): number | null =>
  before?.timedOut ? probe.timeoutMs : (before?.time?.median ?? null);

/** Before against after: by how much, whether it can be told from chance, and by which new index. */
export const compareProbe = (
  probe: Probe,
  before: ProbeMeasurement | null,
  after: ProbeMeasurement,
  { tables, built }: ProbeContext,
): ProbeComparison => {
  const beforeMs = timeBefore(probe, before);
  const afterMs = after.time?.median ?? null;
  const known = beforeMs !== null && afterMs !== null && beforeMs > 0 && afterMs > 0;
  const atLeast = before?.timedOut === true && afterMs !== null;
  const indexes = [...new Set((after.summary?.indexes ?? []).map(({ name }) => name))];
  return {
    beforeMs,
    afterMs,
    atLeast,
    factor: known ? beforeMs / afterMs : null,
    percent: known ? (1 - afterMs / beforeMs) * 100 : null,
    noise: atLeast ? 'beyond' : noiseBetween(before?.runs ?? [], after.runs),
    newIndexes: indexes.filter((name) => built.includes(name)),
    sequentialLeft: sequentialLeft(after, tables),
  };
};

const targetProblem = (probe: Probe, { afterMs, percent, noise }: ProbeComparison): string[] => {
  const { target } = probe;
  if (target === null) return [];
  const wanted = describeTarget(target);
  if (!probe.execute) return [`its target is ${wanted}, and it is only planned: how long it takes is not known`];
  if (afterMs === null) return [`its target is ${wanted}, and how long it takes is not known`];
  if (target.kind === 'under')
    return afterMs < target.ms ? [] : [`its target is ${wanted}, and it takes ${queryTime(afterMs)}`];
  if (percent === null) return [`its target is ${wanted}, and how long it took before is not known`];
  if (percent < target.percent) return [`its target is ${wanted}, and it is ${percent.toFixed(0)} %`];
  return noise === 'within' ? [`its target is ${wanted}, and what it gained is within the noise`] : [];
};

const indexProblem = (probe: Probe, { summary }: ProbeMeasurement): string[] => {
  const { expectedIndex } = probe;
  if (expectedIndex === null || summary === null) return [];
  const names = [...new Set(summary.indexes.map(({ name }) => name))];
  if (names.includes(expectedIndex)) return [];
  const instead = names.length === 0 ? 'no index at all' : names.join(', ');
  return [`its plan does not use ${expectedIndex}, as was expected, but ${instead}`];
};

const scanProblem = (scan: SequentialScan, { tables, analyzed }: ProbeContext): string => {
  const table = tableOf(scan, tables);
  const size = scan.blocks === null ? (table?.bytes ?? null) : scan.blocks * BLOCK;
  const rows = scan.rows === null ? '' : `, ${scan.rows} rows`;
  const read = `${scan.table} is still read whole${size === null ? '' : ` (${bytes(size)}${rows})`}`;
  const tried = analyzed.find((each) => each.table === scan.table && each.schema === table?.schema);
  if (tried === undefined) return read;
  return tried.error === null
    ? `${read}, also after an ANALYZE`
    : `${read}, and it could not be analyzed: ${tried.error.message}`;
};

const notesOf = (probe: Probe, comparison: ProbeComparison, before: ProbeMeasurement | null): string[] => {
  const { factor, noise, newIndexes, sequentialLeft: left } = comparison;
  return [
    ...(before === null && probe.execute ? ['it was not measured before'] : []),
    ...(before !== null && before.error !== null && !before.timedOut ? ['before, it could not be measured'] : []),
    ...(factor !== null && factor < 1 && noise === 'beyond' ? ['it is slower than before'] : []),
    ...(newIndexes.length === 0 ? ['its plan uses no index that this run built'] : []),
    ...(probe.sequentialAllowed ? left.map(({ table }) => `${table} is read whole, which it may be`) : []),
  ];
};

/** What a measurement after the last build says of a probe. */
export const judgeProbe = (
  probe: Probe,
  before: ProbeMeasurement | null,
  after: ProbeMeasurement,
  context: ProbeContext,
): ProbeVerdict => {
  const comparison = compareProbe(probe, before, after, context);
  const failed = after.timedOut
    ? [`it was ended by its time limit of ${queryTime(probe.timeoutMs)}`]
    : after.error === null
      ? []
      : [`it could not be measured: ${after.error.message}`];
  const problems = [
    ...failed,
    ...(failed.length > 0 ? [] : targetProblem(probe, comparison)),
    ...indexProblem(probe, after),
    ...(probe.sequentialAllowed ? [] : comparison.sequentialLeft.map((scan) => scanProblem(scan, context))),
  ];
  return {
    ok: problems.length === 0,
    problems,
    notes: failed.length > 0 ? [] : notesOf(probe, comparison, before),
    comparison,
  };
};

/**
 * The tables to analyze before a probe is called a failure: those that it still reads whole, since old statistics may be
 * why. None that was analyzed since the last build.
 */
export const worthAnalyzing = (
  probe: Probe,
  after: ProbeMeasurement,
  { tables, analyzed }: Pick<ProbeContext, 'tables' | 'analyzed'>,
): TableFacts[] => {
  if (probe.sequentialAllowed) return [];
  const scans = sequentialLeft(after, tables);
  const wanted = tables.filter((table) => scans.some((scan) => tableOf(scan, [table]) !== undefined));
  return wanted.filter(({ schema, name }) => !analyzed.some((each) => each.schema === schema && each.table === name));
};
