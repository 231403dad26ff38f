import type { CreateIndexStep, Plan, SectionStep } from '../plan/types.ts';
import type { RunOptions } from './events.ts';
import type { RunnableStep } from './state.ts';

const isRunnable = (step: SectionStep): step is RunnableStep => step.kind !== 'set';

/** The steps that a run acts on, in the plan's order: a step's place in this list is its number in the run. */
export const runnableSteps = (plan: Plan): { section: number; step: RunnableStep }[] =>
  plan.sections.flatMap((section, index) => section.steps.filter(isRunnable).map((step) => ({ section: index, step })));

/** The index as it is built with these settings of the run (--set), which have the last word over the plan's own. */
export const builtWith = (create: CreateIndexStep, settings: RunOptions['settings']): CreateIndexStep => ({
  ...create,
  settings: [...create.settings, ...Object.entries(settings).map(([name, value]) => ({ name, value }))],
});

/** What a person calls the step: the index's name, or the statement in short. */
export const stepName = (step: RunnableStep): string => {
  if (step.kind === 'create-index') return step.name;
  if (step.kind === 'drop-index') return `drop ${step.name}`;
  if (step.kind === 'attach-partition') return `attach ${step.partition.name} to ${step.name}`;
  if (step.kind === 'reindex') return step.of === 'table' ? `rebuild indexes of ${step.name}` : `rebuild ${step.name}`;
  if (step.kind === 'rename-index') return `rename to ${step.name}`;
  if (step.kind === 'comment') return `comment on ${step.name}`;
  return step.tables.length === 0 ? 'analyze' : `analyze ${step.tables.map((table) => table.table).join(', ')}`;
};
