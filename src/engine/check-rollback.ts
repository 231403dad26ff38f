import { indexStates } from '../queries/index_facts.ts';
import { listIndexes } from '../queries/list_indexes.ts';
import type { Input, RunState } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import { dress } from './dress.ts';
import type { KeptSession } from './kept-session.ts';

/**
 * Reads the catalog after the last drop of a rollback: what is there now, whether what was dropped is gone, and
 * what was built again as it was; what is missing of that is brought back first.
 */
export const checkRollback = (inspect: KeptSession, state: RunState): Promise<Input> => {
  const dropped = state.rollback?.dropped ?? [];
  const schemas = state.baseline?.schemas ?? [];
  return askUntilAnswered(inspect, async (session) => ({
    kind: 'rollback-checked',
    present: await listIndexes(session, schemas),
    rebuilt: await dress(session, state.rebuilt),
    still: [
      ...(
        await indexStates(
          session,
          dropped.map(({ oid }) => oid),
        )
      ).keys(),
    ],
  }));
};
