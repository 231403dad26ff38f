import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** The runbook expects fewer than 20 active connections in the window, and calls over 50 not the window. */
const EXPECTED = 20;
const NOT_THE_WINDOW = 50;

export const activeConnections: Rule = ({ active }) => {
  // That it cannot be seen is said by the rule about rights.
  if (active === null) return [];
  if (active <= EXPECTED) return [ok('active-connections', `${active} active connections, ours left out.`)];
  return [
    finding('warning', 'active-connections', {
      what: `${active} connections are active, ours left out; ${EXPECTED} or fewer are expected in a maintenance window.`,
      why: 'Builds take I/O and memory from them, and wait for their transactions.',
      advice:
        active > NOT_THE_WINDOW
          ? `Over ${NOT_THE_WINDOW} means that this is not the window: come back later.`
          : 'Build fewer at a time (--jobs 1), or wait for a quieter hour.',
    }),
  ];
};
