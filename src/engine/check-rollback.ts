import { indexStates } from '../queries/index_facts.ts';
import { listIndexes } from '../queries/list_indexes.ts';
import type { Input, RunState } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import type { KeptSession } from './kept-session.ts';

/** Reads the catalog after the last drop of a rollback: what is there now, and whether what was dropped is gone. */
export const checkRollback = (inspect: KeptSession, state: RunState): Promise<Input> => {
  const dropped = state.rollback?.dropped ?? [];
  const schemas = state.baseline?.schemas ?? [];
  return askUntilAnswered(inspect, async (session) => ({
    kind: 'rollback-checked',
    present: await listIndexes(session, schemas),
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
