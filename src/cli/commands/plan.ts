import { type Command, Option } from 'commander';
import { describePlan, planToJson } from '../../plan/index.ts';
import type { Done, Io } from '../io.ts';
import { ONLY_INDEXES, PLAN_ARGUMENT } from '../options/flags.ts';
import { parseChoice } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { readPlanFiles } from '../read-plan.ts';

interface PlanFlags {
  makeConcurrent?: boolean;
  onlyIndexes?: boolean;
  ui?: 'plain' | 'json';
}

export const addPlan = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('plan')
    .description('read the plan and print it; no database')
    .argument('<plan.sql...>', PLAN_ARGUMENT)
    .option('--make-concurrent', 'read a plain CREATE INDEX as one to be built concurrently')
    .option('--only-indexes', ONLY_INDEXES)
    .addOption(new Option('--ui <ui>', 'plain or json').argParser(parseChoice('--ui', ['plain', 'json'])));
  command.action(async (files: string[]) => {
    const { makeConcurrent = false, onlyIndexes = false, ui } = command.opts<PlanFlags>();
    const plan = await readPlanFiles(files, { makeConcurrent, onlyIndexes }, io.stdin);
    const out = new Output(io.stdout);
    out.line(ui === 'json' ? JSON.stringify(planToJson(plan)) : describePlan(plan).trimEnd());
    await out.flush();
    done(plan.problems.length > 0 ? 2 : 0);
  });
};
