import { describeDifference, diffPlans, loadParser } from '../../plan/index.ts';
import type { RunState } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { describeProblem, readPlanFiles } from '../read-plan.ts';

/**
 * Compares the run's recorded plan with the script as it is now, and refuses to go on when they differ; with
 * `recordedPlan` it only says so. The run always goes on with what was recorded: another plan is another run.
 */
export const compareScript = async (
  state: RunState,
  named: string | null,
  recordedPlan: boolean,
  io: Io,
): Promise<void> => {
  const files = named === null ? state.sources : [named];
  if (files.length === 0) {
    say(io, 'where the script is was not recorded: going on with the plan as it was recorded');
    return;
  }
  const makeConcurrent = state.plan.sections.some(({ steps }) =>
    steps.some((step) => 'madeConcurrent' in step && step.madeConcurrent),
  );
  const { onlyIndexes = false, allowDrops = false, safeReplace = false } = state.plan;
  const options = { makeConcurrent, onlyIndexes, allowDrops, safeReplace };
  const now = await readPlanFiles(files, options, io.stdin).catch((error: unknown) => {
    if (!(error instanceof UsageError) || named !== null) throw error;
    say(io, `${error.message}: going on with the plan as it was recorded`);
    return null;
  });
  if (now === null) return;
  await loadParser();
  const differences =
    now.problems.length > 0 ? now.problems.map(describeProblem) : diffPlans(state.plan, now).map(describeDifference);
  if (differences.length === 0) return;
  const list = differences.map((difference) => `\n  ${difference}`).join('');
  const changed = `the script has changed since run ${state.run} was started:${list}`;
  if (!recordedPlan)
    throw new UsageError(
      `${changed}\nDeploy the script as it is now (what is there and equal is skipped), or go on with what was recorded: --recorded-plan`,
    );
  say(io, changed);
};
