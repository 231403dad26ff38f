import pg from 'pg';
import { serverIdentity } from '../queries/server_identity.ts';
import { systemIdentifier } from '../queries/system_identifier.ts';
import type { ServerIdentity } from '../run/index.ts';
import type { Session } from './session.ts';

/** On a connection that was just made: a server that does not answer in this time counts as lost. */
const WITHIN = { timeoutMs: 5_000 };

/** Which server this session has reached. A system identifier that it refuses to tell is unknown, and no error. */
export const readIdentity = async (session: Session): Promise<ServerIdentity> => {
  const { started_at, in_recovery, timeline, version } = await serverIdentity(session, WITHIN);
  const system = await systemIdentifier(session, WITHIN).catch((error: unknown) => {
    if (error instanceof pg.DatabaseError && !session.lost) return null;
    throw error;
  });
  return {
    system,
    timeline: timeline === null ? null : Number.parseInt(timeline, 16),
    startedAt: started_at,
    inRecovery: in_recovery,
    version,
  };
};
