import { detectPooling } from '../../engine/preflight/index.ts';
import { readUsage } from '../../engine/usage.ts';
import { type RunEvent, replay, type UsageFacts } from '../../run/index.ts';
import { type ConnectionFlags, resolveConnection } from '../connection/index.ts';
import { UsageError } from '../errors.ts';
import { type Io, terminalOf } from '../io.ts';
import { connectionOf } from '../resume/connection.ts';

/**
 * What the database of a run says today of what the run has left there: as the flags lead to it, or as its record does.
 * Null for a run without events. Fails where it cannot be asked: a report that was to be new is not given out without.
 */
export const refreshed = async (
  events: readonly RunEvent[],
  flags: ConnectionFlags,
  io: Io,
): Promise<UsageFacts | null> => {
  const state = replay(events);
  if (state === null) return null;
  const connection = await resolveConnection(connectionOf(state, flags, io), io.env, terminalOf(io));
  // Our settings would stay on a server session that others get next.
  const pooling = await detectPooling(connection);
  if (pooling === 'transaction' || pooling === 'starved')
    throw new UsageError(
      `--refresh: ${connection.host}:${connection.port} is a pooler, and what a session sets would come upon others; connect to the server itself`,
    );
  return await readUsage(connection, state);
};
