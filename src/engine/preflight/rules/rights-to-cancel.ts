import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** Ending somebody else's blocking session takes pg_signal_backend; our own builds can always be cancelled. */
export const rightsToCancel: Rule = ({ server }) => {
  if (server.may_signal) return [ok('rights-to-cancel', `${server.user} may cancel what others run, if it has to be.`)];
  return [
    finding('note', 'no-signal-right', {
      what: `${server.user} may not cancel the statements of other users: it is no member of pg_signal_backend.`,
      why: 'A session that a build waits for could be seen, but not be ended with these rights.',
      advice: `If the operator shall be able to: GRANT pg_signal_backend TO ${server.user}.`,
    }),
  ];
};
