import { whyNoLedger } from '../../ledger/index.ts';
import type { Rule } from '../facts.ts';
import { finding, ok } from '../finding.ts';

/** The run can do without its ledger: what is in its way is said beforehand, and blocks nothing. */
export const ledger: Rule = ({ options, ledger: state }) => {
  if (!options.ledger || state === null) return [];
  const { schema } = options.ledger;
  const no = whyNoLedger(schema, state);
  if (no === null) {
    return [
      ok(
        'ledger',
        state.ledger ? `The ledger is in the schema ${schema}.` : `The go makes a ledger in the schema ${schema}.`,
      ),
    ];
  }
  return [
    finding('warning', 'no-ledger', {
      what: no.what,
      why: 'Without a ledger the run has its journal alone: it can be watched, ordered and resumed from this machine only.',
      advice: no.advice,
    }),
  ];
};
