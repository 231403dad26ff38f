import { quoteIdent } from '../../plan/ident.ts';
import { aboutDatabase } from '../../queries/restore_database.ts';
import {
  type DatabaseSession,
  databaseSessions,
  databasesNamed,
  type NamedDatabase,
} from '../../queries/restore_names.ts';
import { identifierOf } from '../preflight/index.ts';
import type { Session } from '../session.ts';
import type { Ending } from './context.ts';
import { RestoreCancelled, RestoreRefused, RestoreUnfinished } from './errors.ts';
import { holdAlone } from './hold.ts';
import { keptName } from './names.ts';
import { RestoreJournal, type RestoreRecord } from './record.ts';
import type { RestoreRequest } from './request.ts';
import { NotSwapped, swapNames } from './swap.ts';

export interface SwapRequest extends Pick<RestoreRequest, 'connection' | 'journal' | 'emit' | 'command' | 'signal'> {
  record: RestoreRecord;
  /** in: the restored database comes into use. back: the one from before the restore. */
  direction: 'in' | 'back';
  confirm: (about: { coming: string; kept: string; sessions: readonly DatabaseSession[] }) => Promise<boolean>;
}

interface Sides {
  inUse: NamedDatabase;
  coming: NamedDatabase;
}

const sidesOf = async ({ record, direction }: SwapRequest, holder: Session): Promise<Sides> => {
  const { database } = record;
  if (record.mode !== 'beside' || record.restored?.oid == null)
    throw new RestoreRefused(
      `the restore ${record.id} made no database beside the one in use`,
      'Name another: JOURNAL/restores.',
    );
  if (record.systemIdentifier !== (await identifierOf(holder)))
    throw new RestoreRefused(`the restore ${record.id} was on another server`, 'Connect to that one.');
  const { oid, name } = await aboutDatabase(holder);
  const restored = record.restored.oid;
  const wanted = direction === 'in' ? restored : (record.former?.oid ?? null);
  if (direction === 'in' ? oid === restored : oid !== restored)
    throw new RestoreRefused(
      direction === 'in'
        ? `${name} is the restored database already`
        : `${name} is not the database that ${record.id} restored`,
      'SELECT oid, datname FROM pg_database shows which is which.',
    );
  const [coming] = wanted === null ? [] : await databasesNamed(holder, { oids: [wanted] });
  if (coming === undefined || name !== database.database)
    throw new RestoreRefused(
      `there is no database with the oid ${wanted ?? 'of the old one'} any more, or ${name} is not the one of the restore`,
      'SELECT oid, datname FROM pg_database shows what there is.',
    );
  return { inUse: { oid, name }, coming };
};

/** Swaps in what a restore made beside, or swaps back what was there before, by the OIDs on record. */
export const swapAgain = async (request: SwapRequest): Promise<Ending> => {
  const { connection, direction, signal } = request;
  const { id } = request.record;
  const holder = await holdAlone({ connection, id });
  try {
    const { inUse, coming } = await sidesOf(request, holder);
    const kept = keptName(inUse.name, new Date(), direction === 'in' ? 'before_restore' : 'restored');
    const sessions = await databaseSessions(holder, inUse.name, [holder.pid]);
    if (!(await request.confirm({ coming: coming.name, kept, sessions })) || signal.aborted)
      throw new RestoreCancelled(`nothing was swapped; ${inUse.name} is as it was`);
    const journal = RestoreJournal.open(request.journal, request.record, request.emit);
    const sides = { used: { name: inUse.name, oid: coming.oid }, kept: { name: kept, oid: inUse.oid } };
    // The old one's OID is what a swap back is found by: on record before.
    if (direction === 'in') journal.update({ former: sides.kept });
    const sessionsEnded = await swapNames({
      id,
      connection,
      database: inUse.name,
      former: { oid: inUse.oid, name: kept },
      coming,
    }).catch((cause: Error) => {
      const state = 'Nothing has changed; try again when they are gone.';
      if (cause instanceof NotSwapped)
        throw new RestoreUnfinished(`the names were not swapped: ${cause.message}`, state, { cause });
      throw cause;
    });
    journal.update(direction === 'in' ? { restored: sides.used } : { restored: sides.kept, former: sides.used });
    journal.emit({
      type: 'names.swapped',
      database: inUse.name,
      oid: coming.oid,
      kept,
      keptOid: inUse.oid,
      sessionsEnded,
    });
    const again = request.command([direction === 'in' ? '--swap-back' : '--swap', id]);
    const what = direction === 'in' ? 'the restored one' : 'the one from before the restore';
    journal.finish(
      direction === 'in' ? 'swapped' : 'restored',
      true,
      `${inUse.name} is now ${what}; the other is ${kept}`,
      `To swap again: ${again}; when it is not needed any more: DROP DATABASE ${quoteIdent(kept)}`,
    );
    return { ok: true };
  } finally {
    await holder.close();
  }
};
