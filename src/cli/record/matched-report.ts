import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { describeDifference, diffPlans, loadParser, type Plan } from '../../plan/index.ts';
import { reportSchema } from '../../report/index.ts';
import { type MatchedReport, plainText, type StagedBuild } from '../../run/index.ts';
import { UsageError } from '../errors.ts';
import type { GivenOptions } from '../options/deploy-options.ts';

/** All that is looked at, so that the report of another version will do. */
const comparable = reportSchema.pick({ format: true, run: true, database: true, plan: true }).strip();

/** Versions before this one do not say how large a table was: then nothing is taken over. */
const staged = z.object({
  indexes: z.array(
    z.object({
      table: z.string(),
      name: z.string(),
      outcome: z.string(),
      atMost: z.boolean(),
      workedMs: z.number().nullish(),
      tableBytes: z.number().nullish(),
    }),
  ),
});

/** The builds of that run whose time is known. */
const buildsOf = (value: unknown): StagedBuild[] =>
  (staged.safeParse(value).data?.indexes ?? []).flatMap(({ table, name, outcome, atMost, workedMs, tableBytes }) =>
    outcome === 'built' && !atMost && workedMs != null && tableBytes != null
      ? [{ table, name, ms: workedMs, tableBytes }]
      : [],
  );

const read = (path: string) => {
  const fail = (why: string, cause?: unknown) => new UsageError(`--matches ${path}: ${plainText(why)}`, { cause });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw fail(`it cannot be read: ${(cause as Error).message}`, cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail(`it is no JSON: ${(cause as Error).message}`, cause);
  }
  const report = comparable.safeParse(value);
  if (report.success) return { ...report.data, builds: buildsOf(value) };
  const [issue] = report.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw fail(
    `it is no report of indexdeck report --format json: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'not understood'}`,
    report.error,
  );
};

/**
 * What became of comparing the plan with that of the report which --matches names; null when it names none. A file that is
 * no report is an error.
 */
export const matchReport = async ({ matches }: GivenOptions, plan: Plan): Promise<MatchedReport | null> => {
  if (matches === undefined) return null;
  const { run, database, plan: other, builds } = read(matches);
  await loadParser();
  // A report holds the plan as it is printed, which has all that a comparison looks at.
  const differences = diffPlans(other as unknown as Plan, plan).map(describeDifference);
  return { named: matches, run, database: database.database, fingerprint: other.fingerprint, differences, builds };
};
