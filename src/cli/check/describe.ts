import { describePlan, type Finding, type Plan } from '../../plan/index.ts';
import { bytes } from '../../run/format.ts';
import {
  type DatabaseFacts,
  type PreflightFacts,
  type PreflightSummary,
  plainText,
  type TableFacts,
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

const verdict = (findings: readonly Finding[]): string => {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const blocks = count('blocks');
  const warnings = `${count('warning')} ${count('warning') === 1 ? 'warning' : 'warnings'}`;
  return blocks === 0
    ? `Nothing blocks; ${warnings}.`
    : `${blocks} ${blocks === 1 ? 'finding blocks' : 'findings block'} a deployment; ${warnings}.`;
};

/** What it comes to on one screen, then the plan, the tables and the findings as text. */
export const describeCheck = ({ plan, database, preflight, findings, summary }: Checked): string[] => {
  const version = preflight === null ? '' : `, PostgreSQL ${plainText(preflight.server.version)}`;
  const where =
    database === null
      ? []
      : [`Database ${plainText(database.database)} at ${plainText(database.host)}:${database.port}${version}`];
  // Lint is among the findings below: the plan is printed without it.
  return [
    ...where,
    'Summary:',
    ...describeSummary(summary, findings),
    '',
    describePlan({ ...plan, findings: [] }).trimEnd(),
    ...describeTables(preflight?.tables ?? []),
    '',
    'Findings:',
    ...describeFindings(findings),
    '',
    verdict(findings),
  ];
};
