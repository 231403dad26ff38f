import pg from 'pg';
import { quoteIdent } from '../../../plan/ident.ts';
import { readQuestion } from '../../../plan/question.ts';
import { extension } from '../../../queries/extension.ts';
import { askHypopg, type Hypothesis } from '../../../queries/hypopg.ts';
import type { RunOptions } from '../../../run/index.ts';
import { summaryOf } from '../../../run/probes/summary.ts';
import { plannedStatement } from '../../catalog/index.ts';
import { searchPathText } from '../../catalog/search-path.ts';
import type { Session } from '../../session.ts';
import type { DropFinding, Facts, IndexFinding } from '../facts.ts';
import { isToBeBuilt, madeOf } from '../to-be-built.ts';
import { bound } from './bind.ts';

/** What the planner would do with a probe if the planned indexes were there. */
export interface HypotheticalPlan {
  probe: string;
  /** Steps whose indexes it would use. */
  uses: number[];
  /** The planner's estimates, in its own unit. */
  cost: { before: number; after: number };
}

/** What HypoPG said; `untold`: about what, and why it said nothing. */
export type Hypothetical =
  | { installed: false }
  | { installed: true; plans: HypotheticalPlan[]; asked: number[]; untold: { name: string; why: string }[] };

export interface HypotheticalAbout {
  indexes: readonly IndexFinding[];
  /** What the plan drops. */
  drops: readonly DropFinding[];
  options: RunOptions;
  refusedProbes: Facts['refusedProbes'];
  /** Our role. */
  user: string;
}

/**
 * Asks the planner which of the missing indexes each probe would use, by HypoPG where it is installed. Null when there is
 * nothing to ask: no probe, or no index to be built. The number of statements depends on neither.
 */
export async function askHypothetically(session: Session, about: HypotheticalAbout): Promise<Hypothetical | null> {
  const { probes = [] } = about.options;
  const missing = about.indexes.filter(isToBeBuilt);
  if (probes.length === 0 || missing.length === 0) return null;
  const found = await extension(session, 'hypopg');
  if (found === null) return { installed: false };
  const untold: { name: string; why: string }[] = [];
  const creates = missing.flatMap((index) => {
    const why = reasonNotToAsk(index, about.user);
    const { step, create, row } = index;
    if (why === null) return [{ step, sql: plannedStatement(row, create), path: pathText(create.searchPath) }];
    untold.push({ name: create.name, why });
    return [];
  });
  const askable = probes.flatMap((probe, nth) => {
    if (about.refusedProbes.some(({ name }) => name === probe.name)) return [];
    const question = readQuestion(probe.sql, probe.parameters.length);
    if (!question.ok) return [];
    const { settings, searchPath } = probe;
    return [{ probe: nth, sql: bound(question.sql, probe.parameters), path: pathText(searchPath), settings }];
  });
  const nameOf = new Map(missing.map(({ step, create }) => [step, create.name]));
  const probeOf = (nth: number): string => probes[nth]?.name ?? '';
  const drops = about.drops.flatMap(({ found: there }) => (there.kind === 'to-drop' ? [there] : []));
  const dropped = drops.map(({ oid }) => oid);
  try {
    const said = await askHypopg(session, {
      schema: quoteIdent(found.schema),
      creates,
      drops: dropped,
      probes: askable,
    });
    const seen = 'the plan drops it, and only HypoPG 1.4 and later can hide it from the planner';
    if (!said.hidden) untold.push(...drops.map(({ name }) => ({ name, why: seen })));
    for (const each of said.creates) {
      if ('why' in each) untold.push({ name: nameOf.get(each.step) ?? '', why: each.why });
    }
    for (const each of said.probes) if ('why' in each) untold.push({ name: probeOf(each.probe), why: each.why });
    const asked = said.creates.flatMap((each) => ('oid' in each ? [each.step] : []));
    return { installed: true, plans: plansOf(said, probeOf), asked, untold };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || session.lost) throw error;
    return { installed: true, plans: [], asked: [], untold: [{ name: 'all', why: error.message }] };
  }
}

const pathText = (path: readonly string[] | null): string | null => (path === null ? null : searchPathText(path));

/** HypoPG looks at expressions as a build does, but with our rights. */
function reasonNotToAsk(index: IndexFinding, user: string): string | null {
  const { row, create } = index;
  const made = madeOf(index);
  if (row.table_locked_by !== null) return `pid ${row.table_locked_by} keeps everybody out of its table`;
  const calls = made === null ? (create.partialOrExpression ? ['what is not known'] : null) : made.calls;
  if (calls === null || row.table_owner === user) return null;
  return `it calls ${calls.join(', ')}, which is not run with the rights of ${user}`;
}

const HYPOTHETICAL = /^<(\d+)>/;

function plansOf(said: Hypothesis, probeOf: (nth: number) => string): HypotheticalPlan[] {
  const steps = new Map(said.creates.flatMap((each) => ('oid' in each ? [[each.oid, each.step] as const] : [])));
  return said.probes.flatMap((each) => {
    if ('why' in each) return [];
    const names = summaryOf(each.after)?.indexes ?? [];
    const uses = names.flatMap(({ name }) => steps.get(Number(HYPOTHETICAL.exec(name)?.[1])) ?? []);
    const cost = { before: costOf(each.before), after: costOf(each.after) };
    return [{ probe: probeOf(each.probe), uses: [...new Set(uses)], cost }];
  });
}

function costOf(explanation: Record<string, unknown>): number {
  const { Plan: top } = explanation as { Plan?: Record<string, unknown> };
  const cost = top?.['Total Cost'];
  return typeof cost === 'number' ? cost : Number.NaN;
}
