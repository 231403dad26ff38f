import { type Command, Option } from 'commander';
import { describePlan, planToJson } from '../../plan/index.ts';
import type { Done, Io } from '../io.ts';
import { parseChoice } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { readPlanFiles } from '../read-plan.ts';

export const addPlan = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('plan')
    .description('read the plan and print it; no database')
    .argument('<plan.sql...>', 'one file, or several as one plan')
    .option('--make-concurrent', 'read a plain CREATE INDEX as one to be built concurrently')
    .addOption(new Option('--ui <ui>', 'plain or json').argParser(parseChoice('--ui', ['plain', 'json'])));
  command.action(async (files: string[]) => {
    const { makeConcurrent, ui } = command.opts<{ makeConcurrent?: boolean; ui?: 'plain' | 'json' }>();
    const plan = await readPlanFiles(files, makeConcurrent ?? false);
    const out = new Output(io.stdout);
    out.line(ui === 'json' ? JSON.stringify(planToJson(plan)) : describePlan(plan).trimEnd());
    await out.flush();
    done(plan.problems.length > 0 ? 2 : 0);
  });
};
