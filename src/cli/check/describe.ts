import { describePlan, type Finding, type Plan } from '../../plan/index.ts';
import { bytes } from '../../run/format.ts';
import {
  bytesRange,
  type DatabaseFacts,
  type PreflightFacts,
  type PreflightSummary,
  plainText,
  runnableSteps,
  type StepEstimate,
  stepName,
  type TableFacts,
  timeRange,
} from '../../run/index.ts';
import { describeFindings } from '../output/findings.ts';
import { describeSummary } from '../output/summary.ts';

/** What `check` found out. */
export interface Checked {
  plan: Plan;
  /** Null when it could not be reached. */
  database: DatabaseFacts | null;
  preflight: PreflightFacts | null;
  findings: readonly Finding[];
  summary: PreflightSummary;
}

const rowsOf = ({ rows }: TableFacts): string =>
  rows === null ? 'rows unknown' : `about ${rows.toLocaleString('en')} rows`;

const describeTables = (tables: readonly TableFacts[]): string[] => {
  if (tables.length === 0) return [];
  const names = tables.map((table) => plainText(`${table.schema}.${table.name}`));
  const width = Math.max(...names.map((name) => name.length));
  const lines = tables.map(
    (table, at) =>
      `  ${(names[at] ?? '').padEnd(width)}  ${rowsOf(table)}, ${table.bytes === null ? 'size unknown' : bytes(table.bytes)}`,
  );
  return ['', 'Tables, as the catalog estimates them:', ...lines];
};

/** Its time is that of all of them, one after the other. */
const partsText = (parts: NonNullable<StepEstimate['parts']>): string => {
  const tried = parts.filter(({ by }) => by === 'sample').length;
  const how = tried === 0 || tried === parts.length ? '' : `, ${tried} of them tried on a sample`;
  return `on ${parts.length} ${parts.length === 1 ? 'partition' : 'partitions'}${how}`;
};

/** A line for each index that would be built; what all of them come to is a finding. */
const describeEstimates = (plan: Plan, estimates: readonly StepEstimate[]): string[] => {
  if (estimates.length === 0) return [];
  const steps = runnableSteps(plan);
  const rows = estimates.map(({ step, bytes: size, ms, elsewhere, why, parts }) => {
    const planned = steps[step]?.step;
    return {
      name: planned === undefined ? '' : plainText(stepName(planned)),
      size: size === null ? 'size unknown' : bytesRange(size),
      time: ms === null ? 'time unknown' : timeRange(ms),
      more: [
        ...(parts === undefined ? [] : [partsText(parts)]),
        ...(elsewhere === undefined ? [] : [`${timeRange(elsewhere)} by the run of --matches`]),
        ...(why === null ? [] : [plainText(why)]),
      ].join('; '),
    };
  });
  const width = (of: 'name' | 'size' | 'time') => Math.max(...rows.map((each) => each[of].length));
  const lines = rows.map(({ name, size, time, more }) =>
    `  ${name.padEnd(width('name'))}  ${size.padStart(width('size'))}  ${time.padStart(width('time'))}  ${more}`.trimEnd(),
  );
  return ['', 'Indexes, as they are estimated; waits are not in the times:', ...lines];
};

const verdict = ({ findings: { blocks, warning, waived } }: PreflightSummary): string => {
  const warnings = `${warning} ${warning === 1 ? 'warning' : 'warnings'}${waived === 0 ? '' : `, ${waived} waived`}`;
  return blocks === 0
    ? `Nothing blocks; ${warnings}.`
    : `${blocks} ${blocks === 1 ? 'finding blocks' : 'findings block'} a deployment; ${warnings}.`;
};

/** What it comes to on one screen, then the plan, the tables and the findings as text. */
export const describeCheck = (
  { plan, database, preflight, findings, summary }: Checked,
  width: number | null,
): string[] => {
  const version = preflight === null ? '' : `, PostgreSQL ${plainText(preflight.server.version)}`;
  const where =
    database === null
      ? []
      : [`Database ${plainText(database.database)} at ${plainText(database.host)}:${database.port}${version}`];
  // Lint is among the findings below: the plan is printed without it.
  return [
    ...where,
    'Summary:',
    ...describeSummary(summary, findings, width),
    '',
    ...describePlan({ ...plan, findings: [] }, width ?? Number.POSITIVE_INFINITY)
      .trimEnd()
      .split('\n'),
    ...describeTables(preflight?.tables ?? []),
    ...describeEstimates(plan, preflight?.estimates ?? []),
    '',
    'Findings:',
    ...describeFindings(findings, width),
    '',
    verdict(summary),
  ];
};
