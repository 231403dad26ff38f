import { type Command, Option } from 'commander';
import { describePlan, formatPlan, loadParser, type Plan, type PlanOptions, planToJson } from '../../plan/index.ts';
import { UsageError } from '../errors.ts';
import { fixPlan } from '../fix-plan.ts';
import type { Done, Io } from '../io.ts';
import { ALLOW_DROPS, ONLY_INDEXES, PLAN_ARGUMENT, SAFE_REPLACE } from '../options/flags.ts';
import { parseChoice } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { include, readPlanFiles, sourcesOf } from '../read-plan.ts';

const FORMATS = ['text', 'json', 'sql'] as const;

/** Longer lines are hard to read, also on a wide terminal. */
const WIDEST = 100;

interface PlanFlags {
  makeConcurrent?: boolean;
  onlyIndexes?: boolean;
  allowDrops?: boolean;
  safeReplace?: boolean;
  fix?: boolean;
  format?: (typeof FORMATS)[number];
  ui?: 'plain' | 'json';
}

/** A plan with what it is to be printed as. */
interface Printed {
  plan: Plan;
  text: string;
}

const asSql = async (files: readonly string[], options: PlanOptions, io: Io): Promise<Printed> => {
  const sources = await sourcesOf(files, io.stdin);
  await loadParser();
  const formatted = formatPlan(sources, include, options);
  const { plan } = formatted;
  if (formatted.ok) return { plan, text: formatted.sql.trimEnd() };
  if (plan.problems.length === 0) throw new UsageError(`the plan is not written: ${formatted.why}`);
  return { plan, text: describePlan(plan).trimEnd() };
};

const printed = async (
  files: readonly string[],
  flags: PlanFlags,
  options: PlanOptions,
  io: Io,
  width: number,
): Promise<Printed> => {
  if (flags.format === 'sql') return await asSql(files, options, io);
  const plan = await readPlanFiles(files, options, io.stdin);
  const json = flags.ui === 'json' || flags.format === 'json';
  return { plan, text: json ? JSON.stringify(planToJson(plan)) : describePlan(plan, width).trimEnd() };
};

export const addPlan = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('plan')
    .description('read the plan and print it; no database')
    .argument('<plan.sql...>', PLAN_ARGUMENT)
    .option('--make-concurrent', 'read a plain CREATE INDEX as one to be built concurrently')
    .option('--only-indexes', ONLY_INDEXES)
    .option('--allow-drops', ALLOW_DROPS)
    .option('--safe-replace', SAFE_REPLACE)
    .addOption(
      new Option('--format <format>', 'text, json, or sql: the plan written back as one script').argParser(
        parseChoice('--format', FORMATS),
      ),
    )
    .option('--fix', 'show as a diff what can be mended, and write PLAN.sql.fixed beside each file')
    .addOption(new Option('--ui <ui>', 'plain or json').argParser(parseChoice('--ui', ['plain', 'json'])));
  command.action(async (files: string[]) => {
    const flags = command.opts<PlanFlags>();
    const { makeConcurrent = false, onlyIndexes = false, allowDrops = false, safeReplace = false } = flags;
    const options = { makeConcurrent, onlyIndexes, allowDrops, safeReplace };
    const out = new Output(io.stdout);
    if (flags.fix === true) {
      if (flags.format !== undefined || flags.ui === 'json')
        throw new UsageError('--fix prints a diff: leave out --format and --ui');
      const { lines, good } = await fixPlan(files, options, io.stdin);
      for (const line of lines) out.line(line);
      await out.flush();
      done(good ? 0 : 2);
      return;
    }
    const { plan, text } = await printed(
      files,
      flags,
      options,
      io,
      Math.min(WIDEST, out.width ?? Number.POSITIVE_INFINITY),
    );
    // With --format sql standard output is a script, or nothing at all.
    if (flags.format === 'sql' && plan.problems.length > 0) io.stderr.write(`${text}\n`);
    else out.line(text);
    await out.flush();
    done(plan.problems.length > 0 ? 2 : 0);
  });
};
