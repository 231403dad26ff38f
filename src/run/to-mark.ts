import { NOT_INDEXES } from '../plan/left-out.ts';
import type { Migration, Plan } from '../plan/types.ts';
import type { RunState } from './state.ts';

/** A migration that its tool has to be told of. */
export interface ToMark extends Pick<Migration, 'tool' | 'file' | 'version' | 'command' | 'how'> {
  /** Its statements that `--only-indexes` left out: nobody has run them. */
  notRun: { line: number; what: string }[];
}

/** Does the plan hold a step of it? A way back, or a file of which nothing is deployed, is not marked. */
const isDeployed = ({ sections }: Plan, { file }: Migration): boolean =>
  sections.some(({ steps }) => steps.some((step) => step.file === file));

/** The migrations to mark as applied: none before all of the plan is there, and none once it is rolled back. */
export const migrationsToMark = ({ plan, outcome, rolledBack }: RunState): ToMark[] => {
  if (outcome?.status !== 0 || rolledBack) return [];
  const deployed = (plan.migrations ?? []).filter(
    (migration) => migration.needless !== true && isDeployed(plan, migration),
  );
  return deployed.map(({ tool, file, version, command, how }) => {
    const left = plan.leftOut.filter((each) => each.file === file && each.why.startsWith(NOT_INDEXES));
    return { tool, file, version, command, how, notRun: left.map(({ line, what }) => ({ line, what })) };
  });
};
