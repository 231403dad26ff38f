import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** A standby takes no writes. */
export const standby: Rule = ({ server }) => {
  if (!server.in_recovery) return [ok('primary', 'The server is a primary: it takes writes.')];
  return [
    finding('blocks', 'standby', {
      what: 'The server is a standby (in recovery).',
      why: 'Nothing can be built on a standby: its indexes come from the primary.',
      advice: 'Connect to the primary.',
    }),
  ];
};
