import { quoteIdent } from '../../plan/ident.ts';
import { databasesNamed, sessionsNamed } from '../../queries/restore_names.ts';
import { terminateBackend } from '../../queries/terminate_backend.ts';
import type { Session } from '../session.ts';
import { pause } from '../time.ts';
import { type RestoreRecord, restoreRecords } from './record.ts';
import { restoreApplication } from './sessions.ts';

/** A database of a restore that was killed before its end. */
export interface Leftover {
  /** The restore's ID. */
  of: string;
  name: string;
  /** Null while the server is still making it. */
  oid: string | null;
}

/** Whether a record is of a restore that did not come to its end, beside this database. Pure. */
export const isUnfinished = (record: RestoreRecord, database: string, systemIdentifier: string | null): boolean =>
  record.mode === 'beside' &&
  record.state === 'begun' &&
  record.restored !== null &&
  record.database.database === database &&
  record.systemIdentifier !== null &&
  record.systemIdentifier === systemIdentifier;

/**
 * What killed restores left on this server: by the name that was recorded before it was made, and by the OID that was
 * recorded after. A database of that name with another OID is somebody else's. One that is not there may still be made by a
 * backend that has not noticed the end of its client.
 */
export const findLeftovers = async (
  session: Session,
  journal: string,
  database: string,
  systemIdentifier: string | null,
): Promise<Leftover[]> => {
  const records = restoreRecords(journal).filter((each) => isUnfinished(each, database, systemIdentifier));
  const names = records.flatMap(({ restored }) => restored?.name ?? []);
  if (names.length === 0) return [];
  // First who is at work, then what is there: what is finished in between is found.
  const working = await sessionsNamed(
    session,
    records.map(({ id }) => restoreApplication(id)),
  );
  const there = await databasesNamed(session, { names });
  return records.flatMap(({ id, restored }): Leftover[] => {
    if (restored === null) return [];
    const made = there.find(({ name }) => name === restored.name);
    if (made !== undefined)
      return restored.oid === null || restored.oid === made.oid ? [{ of: id, name: made.name, oid: made.oid }] : [];
    const making = restored.oid === null && working.some(({ application }) => application === restoreApplication(id));
    return making ? [{ of: id, name: restored.name, oid: null }] : [];
  });
};

/** How long what still works for a killed restore has to end. */
const END_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

/**
 * Ends the sessions that still work for these killed restores, and waits for their end: only then it is certain what they have
 * made. That they are dead is known by the engine's lock, which is ours. False: they are still there.
 */
export const endLeftoverSessions = async (
  session: Session,
  leftovers: readonly Leftover[],
  { signal, ended }: { signal: AbortSignal; ended: (pid: number, of: string) => void },
): Promise<boolean> => {
  const restoreOf = new Map(leftovers.map(({ of }) => [restoreApplication(of), of]));
  const told = new Set<number>();
  const giveUpAt = performance.now() + END_WITHIN_MS;
  for (;;) {
    signal.throwIfAborted();
    const working = await sessionsNamed(session, [...restoreOf.keys()]);
    if (working.length === 0) return true;
    if (performance.now() > giveUpAt) return false;
    for (const { pid, backendStart, application } of working) {
      if (backendStart === null) continue;
      const sent = await terminateBackend(session, { pid, backendStart }).catch((error: unknown) => {
        if (session.lost) throw error;
        return false;
      });
      if (sent && !told.has(pid)) ended(pid, restoreOf.get(application ?? '') ?? '');
      if (sent) told.add(pid);
    }
    await pause(LOOK_EVERY_MS, signal);
  }
};

/** Drops a database of ours with all sessions in it, if name and OID still go together. False: they do not. */
export const dropOwn = async (session: Session, { name, oid }: { name: string; oid: string }): Promise<boolean> => {
  const there = await databasesNamed(session, { oids: [oid] });
  if (!there.some((each) => each.name === name)) return false;
  await session.execute(`DROP DATABASE ${quoteIdent(name)} WITH (FORCE)`);
  return true;
};
