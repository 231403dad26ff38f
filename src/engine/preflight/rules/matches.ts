import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** More differences than this are counted, not listed. */
const MOST = 20;

/** The plan is the one of the run whose report --matches names. */
export const matches: Rule = ({ options: { matches: matched }, plan }) => {
  if (!matched) return [];
  const { run, database, named, differences } = matched;
  const which = `the run ${run} on ${database} (${named})`;
  if (differences.length === 0) return [ok('matches', `The plan is that of ${which}.`)];
  const rest = differences.length - MOST;
  const list = [...differences.slice(0, MOST), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
  return [
    finding('blocks', 'matches', {
      what: `The plan is not that of ${which}: ${list}.`,
      why: 'What was tried on staging is not what would be deployed here.',
      advice: `Deploy the script of that run (fingerprint ${matched.fingerprint.slice(0, 16)}, this one is ${plan.fingerprint.slice(0, 16)}), or try this one there first.`,
    }),
  ];
};
