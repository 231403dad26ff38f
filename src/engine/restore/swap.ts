import pg from 'pg';
import { quoteIdent } from '../../plan/ident.ts';
import { databaseIsClosed, databaseSessions, databasesNamed, type NamedDatabase } from '../../queries/restore_names.ts';
import { terminateBackend } from '../../queries/terminate_backend.ts';
import type { ConnectionConfig } from '../config.ts';
import type { Session } from '../session.ts';
import { pause } from '../time.ts';
import { openElsewhere, restoreApplication } from './sessions.ts';

const ATTEMPTS = 3;
const LOOK_EVERY_MS = 50;
/** The server gives up a rename after 5 s when sessions stay; a lock it waits for 10 s. */
const RENAME_WITHIN = { timeoutMs: 60_000 };
const OBJECT_IN_USE = '55006';

export interface Swap {
  /** The restore's ID. */
  id: string;
  connection: ConnectionConfig;
  /** The name that everybody uses. */
  database: string;
  /** The OID of the database that has it now, and the name that it gets. */
  former: { oid: string; name: string };
  /** The database that gets it. */
  coming: NamedDatabase;
}

/** The names cannot be swapped; both databases have theirs as before. */
export class NotSwapped extends Error {
  override readonly name = 'NotSwapped';
}

interface Ended {
  ended: number;
  /** Sessions that we may not end. */
  stayed: string[];
}

/** Ends the sessions in the database (our own is not told of), once no new one can come. Never fails: what stays makes the rename fail. */
const endSessions = async (closer: Session, { id, database }: Swap, told: Set<string>): Promise<string[]> => {
  const stayed: string[] = [];
  for (const { pid, backendStart, application, user } of await databaseSessions(closer, database, [])) {
    const who = `pid ${pid} (${application || user || 'unknown'})`;
    if (backendStart === null) stayed.push(who);
    else
      await terminateBackend(closer, { pid, backendStart })
        .then(() => application !== restoreApplication(id) && told.add(`${pid} ${backendStart}`))
        .catch(() => stayed.push(who));
  }
  return stayed;
};

/**
 * Renames both in one transaction. The first rename takes the lock that keeps new sessions out of the database before it
 * looks for sessions, and waits up to 5 s for them to go: they are ended meanwhile, ours with the engine's lock among
 * them, so that nothing can begin in between. Killed at any moment, it has happened or it has not.
 */
const attempt = async (renamer: Session, closer: Session, swap: Swap): Promise<Ended> => {
  const { database, former, coming } = swap;
  const told = new Set<string>();
  let stayed: string[] = [];
  await renamer.execute('BEGIN');
  let settled = false;
  const first = renamer
    .execute(`ALTER DATABASE ${quoteIdent(database)} RENAME TO ${quoteIdent(former.name)}`, RENAME_WITHIN)
    .finally(() => {
      settled = true;
    });
  first.catch(() => undefined);
  while (!settled) {
    if (await databaseIsClosed(closer, former.oid)) stayed = await endSessions(closer, swap, told);
    await pause(LOOK_EVERY_MS);
  }
  try {
    await first;
    await renamer.execute(`ALTER DATABASE ${quoteIdent(coming.name)} RENAME TO ${quoteIdent(database)}`, RENAME_WITHIN);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === OBJECT_IN_USE && stayed.length > 0)
      throw new NotSwapped(`sessions that we may not end: ${stayed.join(', ')}`, { cause: error });
    throw error;
  }
  const there = await databasesNamed(renamer, { oids: [former.oid, coming.oid] });
  const isAt = (oid: string, name: string) => there.some((each) => each.oid === oid && each.name === name);
  if (!isAt(coming.oid, database) || !isAt(former.oid, former.name))
    throw new NotSwapped('the names belong to other databases than those that were looked at');
  await renamer.execute('COMMIT');
  return { ended: told.size, stayed };
};

const tryToSwap = async (renamer: Session, closer: Session, swap: Swap): Promise<Ended> => {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(renamer, closer, swap);
    } catch (error) {
      if (!renamer.lost) await renamer.execute('ROLLBACK').catch(() => undefined);
      const again = error instanceof pg.DatabaseError && error.code === OBJECT_IN_USE && number < ATTEMPTS;
      if (!again) throw error;
    }
  }
};

/** Which of the two has the name; asked anew, since the answer to a COMMIT can be lost. */
const isSwapped = async ({ id, connection, database, coming }: Swap): Promise<boolean> => {
  const session = await openElsewhere(connection, database, id);
  try {
    const [now] = await databasesNamed(session, { names: [database] });
    return now?.oid === coming.oid;
  } finally {
    await session.close();
  }
};

/**
 * Gives the database's name to another one, and to the one that has it a name with the time. Ends all sessions in it. Gives
 * how many. Throws NotSwapped when nothing has changed, and else what kept us from finding out.
 */
export const swapNames = async (swap: Swap): Promise<number> => {
  const renamer = await openElsewhere(swap.connection, swap.database, swap.id);
  const closer = await openElsewhere(swap.connection, swap.database, swap.id).catch(async (error: unknown) => {
    await renamer.close();
    throw error;
  });
  try {
    return (await tryToSwap(renamer, closer, swap)).ended;
  } catch (cause) {
    if (await isSwapped(swap)) return 0;
    throw cause instanceof NotSwapped ? cause : new NotSwapped((cause as Error).message, { cause });
  } finally {
    await Promise.all([renamer.close(), closer.close()]);
  }
};
