import { quoteIdent } from '../../plan/ident.ts';
import { databasesNamed } from '../../queries/restore_names.ts';
import type { Session } from '../session.ts';
import { type RestoreRecord, restoreRecords } from './record.ts';

/** A database that a restore made and that was killed before its end. */
export interface Leftover {
  /** The restore's ID. */
  of: string;
  name: string;
  oid: string;
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
 * recorded after. A database of that name with another OID is somebody else's.
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
  const there = await databasesNamed(session, { names });
  return records.flatMap(({ id, restored }) =>
    there
      .filter(({ name, oid }) => name === restored?.name && (restored.oid === null || restored.oid === oid))
      .map(({ name, oid }) => ({ of: id, name, oid })),
  );
};

/** Drops a database of ours with all sessions in it, if name and OID still go together. False: they do not. */
export const dropOwn = async (session: Session, { name, oid }: { name: string; oid: string }): Promise<boolean> => {
  const there = await databasesNamed(session, { oids: [oid] });
  if (!there.some((each) => each.name === name)) return false;
  await session.execute(`DROP DATABASE ${quoteIdent(name)} WITH (FORCE)`);
  return true;
};
