import { engineLockHolders } from '../../queries/engine_lock_holders.ts';
import { tryAdvisoryLock } from '../../queries/try_advisory_lock.ts';
import { detectPooling } from '../preflight/index.ts';
import type { Session } from '../session.ts';
import { RestoreRefused } from './errors.ts';
import type { RestoreRequest } from './request.ts';
import { openOn } from './sessions.ts';

/** A session on the database in use that holds the engine's lock. Throws RestoreRefused when another indexdeck has it. */
export const holdAlone = async ({ connection, id }: Pick<RestoreRequest, 'connection' | 'id'>): Promise<Session> => {
  const pooling = await detectPooling(connection);
  if (pooling !== 'none' && pooling !== 'session')
    throw new RestoreRefused(
      'a connection pooler is in between that keeps no sessions',
      'Connect to the server itself: -h, -p.',
    );
  const session = await openOn(connection, connection.database, id);
  try {
    if (await tryAdvisoryLock(session)) return session;
    const [holder] = await engineLockHolders(session, [session.pid]);
    throw new RestoreRefused(
      `"${holder?.application ?? 'another indexdeck'}", pid ${holder?.pid ?? 'unknown'}, is at work on this database`,
      'Abort the run first, which stops and cleans its builds: indexdeck abort.',
    );
  } catch (error) {
    await session.close();
    throw error;
  }
};
