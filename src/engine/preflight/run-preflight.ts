import { waiveFindings } from '../../plan/findings/index.ts';
import { findingSentence } from '../../plan/findings/sentence.ts';
import type { Finding, Plan, SideBySide } from '../../plan/types.ts';
import {
  type PreflightFacts,
  plainText,
  type RunOptions,
  type RunState,
  type StepState,
  type TableFacts,
} from '../../run/index.ts';
import { tablesOfTree } from '../catalog/index.ts';
import type { Session } from '../session.ts';
import { builderSettings } from './builder-settings.ts';
import { stepEstimates } from './estimates/step-estimates.ts';
import type { Facts } from './facts.ts';
import { gather } from './gather.ts';
import type { Memory } from './memory.ts';
import type { Pooling } from './pooling.ts';
import { withoutCompared } from './redundancy.ts';
import { ROLLBACK_RULES, RULES } from './rules/index.ts';

export interface PreflightInput {
  /** A session with `inspectingSettings` that nobody else uses meanwhile. */
  inspect: Session;
  plan: Plan;
  options: RunOptions;
  /** pids of all our backends. */
  ours: readonly number[];
  /** What `detectPooling` said before any session was opened. */
  pooling: Pooling;
  /** The steps of a run that stopped and is taken up again; null for a new one. */
  resumed?: readonly StepState[] | null;
  /** What the run has built so far, by step: the new index of a replacement may have its own name by now. */
  built?: RunState['created'];
  /** The steps of the run as they are by now, with the parts of those that are made of some. */
  steps?: readonly StepState[];
  /** rollback: what is looked at is whether the indexes can be dropped; default: whether they can be built. */
  purpose?: RunState['purpose'];
  /** Of the looks before this one; absent: this is the only one. */
  memory?: Memory;
  /** How long writes to the tables are watched, in milliseconds; 0: not at all. Default: a little over a second. */
  watchedMs?: number;
  /** How long indexes may be tried on samples, ms; about a second by default. */
  sampleMs?: number;
}

/**
 * Looks at everything that can be known before the first index, and changes nothing. Fails only when a session does; a
 * right that is missing is a finding.
 */
export async function runPreflight(input: PreflightInput): Promise<PreflightFacts> {
  const { inspect, ...about } = input;
  return judge(await gather(inspect, about), input.purpose);
}

/** The facts as the run keeps them, with what the rules say of them. Pure. */
export function judge(facts: Facts, purpose: RunState['purpose'] = 'deploy'): PreflightFacts {
  const { server } = facts;
  const tables = new Map<number, TableFacts>();
  for (const { table } of [...facts.indexes, ...facts.parts, ...facts.drops])
    if (table !== null) tables.set(table.oid, table);
  for (const table of facts.reindexes.flatMap((each) => each.tables)) tables.set(table.oid, table);
  for (const { tree } of facts.partitioned) for (const table of tablesOfTree(tree)) tables.set(table.oid, table);
  const onPartitioned =
    facts.parts.length > 0 || facts.indexes.some(({ row, create }) => row.table_kind === 'p' && !create.only);
  const onPartitions = facts.partitioned.map(({ step, parts }) => ({ step, parts }));
  const inParts = facts.reindexes
    .filter(({ found, isPart }) => found.kind === 'reindex-parts' && !isPart)
    .map(({ step, members }) => ({ step, parts: members.map(({ part }) => part) }));
  return {
    findings: waiveFindings(findingsOf(facts, purpose), facts.options.ignore ?? []).map(readable),
    server: {
      version: server.version,
      versionNum: server.version_num,
      startedAt: server.started_at,
      superuser: server.superuser,
      monitor: server.monitor,
    },
    tables: [...tables.values()],
    steps: [...facts.indexes, ...facts.parts, ...facts.drops, ...facts.reindexes].map(({ step, table, found }) => ({
      step,
      tableOid: table?.oid ?? null,
      found,
    })),
    ...(onPartitioned || inParts.length > 0 ? { parts: [...onPartitions, ...inParts] } : {}),
    settings: builderSettings(facts),
    ...(facts.basis === null ? {} : { estimates: stepEstimates(facts) }),
  };
}

/** What is wrong with a plan is of no concern to the way back. */
const findingsOf = (facts: Facts, purpose: RunState['purpose']): Finding[] =>
  purpose === 'rollback'
    ? ROLLBACK_RULES.flatMap((rule) => rule(facts))
    : [...withoutCompared(facts.plan.findings, facts), ...RULES.flatMap((rule) => rule(facts))];

/** Names and texts in a finding come from whoever is connected: nothing in them may steer a terminal. */
const readable = (finding: Finding): Finding => ({
  ...finding,
  what: findingSentence(plainText(finding.what)),
  why: plainText(finding.why),
  advice: plainText(finding.advice),
  ...(finding.compare === undefined ? {} : { compare: readableComparison(finding.compare) }),
  ...(finding.examples === undefined ? {} : { examples: finding.examples.map(plainText) }),
});

const readableComparison = ({ planned, found, differences }: SideBySide): SideBySide => ({
  planned: plainText(planned),
  found: plainText(found),
  differences: differences.map(plainText),
});
