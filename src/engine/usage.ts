import { statsReset } from '../queries/rollback_facts.ts';
import { compareServers, type RunState, type UsageFacts } from '../run/index.ts';
import type { ConnectionConfig } from './config.ts';
import { readIdentity } from './identity.ts';
import { statementsOn } from './probes/statements.ts';
import { Session, watchingSettings } from './session.ts';
import { lookAt } from './survey.ts';
import { madeBy } from './surveyed.ts';

/** What became of the indexes and statements of a run since, on one read-only session. Fails as `Session.open` and queries do. */
export const readUsage = async (connection: ConnectionConfig, state: RunState): Promise<UsageFacts> => {
  const session = await Session.open({ connection, run: state.run, name: 'report', settings: watchingSettings });
  try {
    const seen = await readIdentity(session);
    const { host, port, database, user } = connection;
    const { before, after } = state.statements;
    const wanted = [...(before?.statements ?? []), ...(after?.statements ?? [])].map(({ queryId }) => queryId);
    return {
      readAt: new Date().toISOString(),
      database: { host, port, database, user },
      version: seen.version,
      startedAt: seen.startedAt,
      change: state.server === null ? null : compareServers(state.server, seen),
      indexes: await lookAt(session, state, madeBy(state)),
      statsReset: await statsReset(session),
      // Last: it sets the search path.
      statements:
        wanted.length === 0
          ? { statements: [], statsReset: null, why: 'No statements were read at the run.' }
          : await statementsOn(session, state.tables, wanted),
    };
  } finally {
    await session.close();
  }
};
