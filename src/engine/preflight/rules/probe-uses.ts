import type { Finding } from '../../../plan/types.ts';
import type { Rule } from '../facts.ts';
import { count, finding, list, ok } from '../finding.ts';
import type { HypotheticalPlan } from '../hypothetical/ask.ts';

/** Which of the planned indexes the probes would use, as the planner says of hypothetical ones. Never more than a note. */
export const probeUses: Rule = ({ hypothetical, indexes, options: { probes = [] } }) => {
  if (hypothetical === null) return [];
  if (!hypothetical.installed) {
    return [
      finding('note', 'use-unknown', {
        what: `Whether the ${count(probes.length, 'probe')} would use the planned indexes is not known: HypoPG is not in this database.`,
        why: 'With that extension the planner can be asked about indexes that are not built.',
        advice:
          'CREATE EXTENSION hypopg, here or on a copy, and look again; or wait for the measurements before and after.',
      }),
    ];
  }
  const { plans, asked, untold } = hypothetical;
  const nameOf = new Map(indexes.map(({ step, create }) => [step, create.name]));
  const names = (steps: readonly number[]) => list(steps.map((step) => nameOf.get(step) ?? ''));
  const using = plans.filter(({ uses }) => uses.length > 0);
  const findings: Finding[] = using.map((plan) =>
    ok('would-be-used', `The probe ${plan.probe} would use ${names(plan.uses)}: ${costs(plan)}.`),
  );
  const without = plans.filter(({ uses }) => uses.length === 0);
  if (without.length > 0 && asked.length > 0) {
    findings.push(
      finding('note', 'probe-without-use', {
        what: `${count(without.length, 'probe')} would use none of the planned indexes: ${list(without.map(({ probe }) => probe))}.`,
        why: 'By the planner’s estimates on the present statistics, other ways are cheaper.',
        advice: 'ANALYZE the tables if their statistics are old, and look at the plan of the query.',
      }),
    );
  }
  const used = new Set(using.flatMap(({ uses }) => uses));
  const unused = plans.length === 0 ? [] : asked.filter((step) => !used.has(step));
  if (unused.length > 0) {
    findings.push(
      finding('note', 'not-used-by-probes', {
        what: `${count(unused.length, 'planned index', 'planned indexes')} would be used by no probe: ${names(unused)}.`,
        why: 'Other queries may need them; the probes, as the planner sees them, do not.',
        advice: 'Give a probe of the query that each of them is for, or ask who needs it.',
      }),
    );
  }
  if (untold.length > 0) {
    findings.push(
      finding('note', 'use-untold', {
        what: `HypoPG could not tell about ${list(untold.map(({ name, why }) => `${name} (${why})`))}.`,
        why: 'Whether these would be used, or by these, is not known.',
        advice: 'The measurements before and after will tell.',
      }),
    );
  }
  return findings;
};

const number = (cost: number): string => cost.toLocaleString('en', { maximumFractionDigits: cost < 100 ? 1 : 0 });

const costs = ({ cost }: HypotheticalPlan): string =>
  `its cost, as the planner estimates it, goes from ${number(cost.before)} to ${number(cost.after)}`;
