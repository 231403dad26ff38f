import type { StepEstimate } from './estimate-indexes.ts';
import { makespan, type Work } from './makespan.ts';
import { combine, type Range, sum, ZERO } from './range.ts';

/** What the builds come to together. */
export interface EstimateTotals {
  indexes: number;
  bytes: Range;
  walBytes: Range;
  /** The most that builds at the same time have in temporary files. */
  tempBytes: Range;
  ms: Range;
  elsewhere: Range | null;
  /** Indexes whose size, or time, is not known: they are not in the sums. */
  unknownSizes: number;
  unknownTimes: number;
}

const known = (ranges: readonly (Range | null | undefined)[]): Range[] => ranges.filter((one) => one != null);

const most =
  (jobs: number) =>
  (values: number[]): number =>
    values
      .toSorted((a, b) => b - a)
      .slice(0, Math.max(1, jobs))
      .reduce((all, value) => all + value, 0);

/** The partitions of one table are tables of their own: they are worked on at the same time. */
const worksOf =
  (placed: (step: number) => Pick<Work, 'section' | 'table'>) =>
  ({ step, ms, parts }: StepEstimate): Work[] => {
    const { section, table } = placed(step);
    const builds = parts ?? [{ table, ms }];
    return builds.flatMap((build) => (build.ms === null ? [] : [{ section, table: build.table, ms: build.ms }]));
  };

/** `placed`: the section and table of a step. */
export const estimateTotals = (
  steps: readonly StepEstimate[],
  placed: (step: number) => Pick<Work, 'section' | 'table'>,
  jobs: number,
): EstimateTotals => {
  const time = (of: (step: StepEstimate) => Range | null | undefined): Range =>
    makespan(
      steps.flatMap((each) => {
        const ms = of(each);
        return ms == null ? [] : [{ ...placed(each.step), ms }];
      }),
      jobs,
    );
  const builds = steps.flatMap((each): Pick<StepEstimate, 'tempBytes'>[] => each.parts ?? [each]);
  const temp = known(builds.map(({ tempBytes }) => tempBytes));
  return {
    indexes: steps.length,
    bytes: sum(known(steps.map((each) => each.bytes))),
    walBytes: sum(known(steps.map((each) => each.walBytes))),
    tempBytes: temp.length === 0 ? ZERO : combine(temp, most(jobs)),
    ms: makespan(steps.flatMap(worksOf(placed)), jobs),
    elsewhere:
      steps.length > 0 && steps.every((each) => each.elsewhere !== undefined) ? time((each) => each.elsewhere) : null,
    unknownSizes: steps.filter(({ bytes }) => bytes === null).length,
    unknownTimes: steps.filter(({ ms }) => ms === null).length,
  };
};
