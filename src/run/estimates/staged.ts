import type { StagedBuild, TableFacts } from '../events.ts';
import type { StepEstimate } from './estimate-indexes.ts';
import { around, type Range } from './range.ts';

/** Another machine, another load, other data: what it took there is no closer than this. */
const LEAST = 0.5;
const MOST = 2;
/** What a build takes on a table of nothing, ms: it does not grow with the table. */
const FIXED_MS = 20;

const scaledTo = ({ ms, tableBytes }: StagedBuild, bytes: number): Range => {
  const fixed = Math.min(ms, FIXED_MS);
  return around(fixed + (ms - fixed) * (bytes / tableBytes), LEAST, MOST);
};

/** The estimates with a second one beside them: what the same index took in another run, by the size of the table here and there. */
export const withStaged = (
  estimates: readonly StepEstimate[],
  indexOf: (step: number) => { table: TableFacts | null; name: string },
  builds: readonly StagedBuild[],
): StepEstimate[] =>
  estimates.map((estimate) => {
    const { table, name } = indexOf(estimate.step);
    const staged = builds.find((build) => build.name === name && build.table === table?.name);
    const bytes = table?.bytes ?? null;
    return staged === undefined || bytes === null || staged.tableBytes <= 0
      ? estimate
      : { ...estimate, elsewhere: scaledTo(staged, bytes) };
  });
