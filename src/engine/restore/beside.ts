import { quoteIdent } from '../../plan/ident.ts';
import { databasesNamed, type NamedDatabase } from '../../queries/restore_names.ts';
import { tryAdvisoryLock } from '../../queries/try_advisory_lock.ts';
import type { ConnectionConfig } from '../config.ts';
import type { Session } from '../session.ts';
import { analyze, isProven, loadArguments, prove, since, writeList } from './common.ts';
import type { Agreed, Ending } from './context.ts';
import { createLike, dressLike } from './database-properties.ts';
import { RestoreCancelled, RestoreFailed, RestoreUnfinished } from './errors.ts';
import { carryLedger } from './ledger.ts';
import { dropOwn, endLeftoverSessions, findLeftovers } from './leftovers.ts';
import { load } from './load.ts';
import { besideName, keptName } from './names.ts';
import { openElsewhere, openOn, restoreApplication } from './sessions.ts';
import { NotSwapped, swapNames } from './swap.ts';

/** Makes the empty database; its name is on record before, its OID after. */
const create = async (agreed: Agreed, admin: Session): Promise<NamedDatabase> => {
  const { request, look, journal } = agreed;
  const name = besideName(look.database.name, request.id);
  journal.update({ restored: { name, oid: null } });
  await admin.execute(createLike(name, look.database));
  const [made] = await databasesNamed(admin, { names: [name] });
  if (made === undefined) throw new Error(`${name} was made, and is not there`);
  journal.update({ restored: { name, oid: made.oid } });
  journal.emit({ type: 'database.created', database: name, oid: made.oid });
  return made;
};

/** Drops what was made, after a failure. False when that cannot be done now. */
const undo = async ({ request, look, journal }: Agreed): Promise<boolean> => {
  const { restored } = journal.record;
  if (restored === null) return true;
  try {
    const admin = await openElsewhere(request.connection, look.database.name, request.id);
    try {
      const [there] = await databasesNamed(admin, { names: [restored.name] });
      if (there === undefined) return true;
      if (restored.oid !== null && restored.oid !== there.oid) return true;
      const gone = await dropOwn(admin, there);
      if (gone) journal.emit({ type: 'database.dropped', database: there.name, oid: there.oid });
      return gone;
    } finally {
      await admin.close();
    }
  } catch {
    return false;
  }
};

/** pg_restore into the new database, the ledger of the old one, statistics, and the proofs. */
const fill = async (agreed: Agreed, admin: Session, made: NamedDatabase, to: ConnectionConfig): Promise<boolean> => {
  const { request, look, tools, journal, holder } = agreed;
  const { signal } = request;
  const { entries, file } = await writeList(agreed);
  const begin = performance.now();
  const { errors, ended } = await load({
    installation: tools.restore,
    connection: to,
    application: restoreApplication(request.id),
    path: look.archive.path,
    args: [...loadArguments(agreed, file), `--jobs=${request.jobs}`],
    entries: entries.length,
    emit: (event) => journal.emit(event),
    size: async () => {
      const [row] = await admin.query('SELECT pg_database_size($1::oid)::text AS bytes', [made.oid]);
      return row === undefined ? null : Number(row.bytes);
    },
    signal,
  });
  if (ended !== null) throw ended;
  journal.emit({ type: 'restore.loaded', durationMs: performance.now() - begin });
  const session = await openOn(request.connection, made.name, request.id);
  // A count or an ANALYZE under way ends when the server misses its connection.
  const giveUp = (): void => session.abandon('the restore was ended');
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const at = { id: request.id, tools, from: request.connection, to, schemas: look.ledgers };
    const sessions = { from: holder, to: session };
    const carried =
      look.ledgers.length === 0 ? [] : [await carryLedger({ ...at, sessions, file: journal.file('ledger'), signal })];
    for (const proof of carried) journal.emit({ type: 'restore.verified', ...proof });
    await analyze(agreed, session);
    const proofs = await prove(agreed, { session, connection: to, entries, errors, othersWrite: false });
    return isProven([...carried, ...proofs]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    await session.close();
  }
};

/** Settings, rights and comment of the database; what cannot be given is said, and no reason to stop. */
const dress = async ({ look, journal }: Agreed, admin: Session, name: string): Promise<void> => {
  for (const statement of dressLike(name, look.database, look.settings, look.grants)) {
    try {
      await admin.execute(statement);
    } catch (error) {
      if (admin.lost) throw error;
      journal.emit({ type: 'restore.warned', message: `${(error as Error).message}: ${statement}` });
    }
  }
};

/** Drops what killed restores left, also what the server was still making when it was looked for. */
const clearLeftovers = async ({ request, look, journal }: Agreed, admin: Session): Promise<void> => {
  const clean = await endLeftoverSessions(admin, look.leftovers, {
    signal: request.signal,
    ended: (pid, of) => journal.emit({ type: 'leftover.ended', pid, of }),
  });
  if (!clean) journal.emit({ type: 'restore.warned', message: 'what still works for a killed restore does not end' });
  for (const { name, oid, of } of await findLeftovers(
    admin,
    request.journal,
    look.database.name,
    look.systemIdentifier,
  ))
    if (oid !== null && (await dropOwn(admin, { name, oid })))
      journal.emit({ type: 'leftover.dropped', database: name, oid, of });
};

const make = async (agreed: Agreed): Promise<{ made: NamedDatabase; proven: boolean }> => {
  const { request, look } = agreed;
  const admin = await openElsewhere(request.connection, look.database.name, request.id);
  try {
    await clearLeftovers(agreed, admin);
    const made = await create(agreed, admin);
    const proven = await fill(agreed, admin, made, { ...request.connection, database: made.name });
    await dress(agreed, admin, made.name);
    request.signal.throwIfAborted();
    return { made, proven };
  } finally {
    await admin.close();
  }
};

/** Undoes what was made, and says what became of the restore. */
const giveUp = async (agreed: Agreed, cause: unknown): Promise<Error> => {
  const { request, journal, look } = agreed;
  const { name } = look.database;
  const why = request.signal.aborted ? 'cancelled' : `failed: ${(cause as Error).message}`;
  const untouched = `${name} is as it was`;
  if (!(await undo(agreed))) {
    const left = journal.record.restored?.name ?? '';
    const message = `the restore was ${why}; ${untouched}, but ${left} could not be dropped`;
    const advice = `The next restore drops it, or: DROP DATABASE ${quoteIdent(left)}`;
    // Its state stays begun: so the next restore knows it for a leftover.
    journal.finish('begun', false, message, advice);
    return new RestoreUnfinished(message, advice, { cause });
  }
  const message = `the restore ${request.signal.aborted ? 'was cancelled' : why}; ${untouched}, and nothing of it is left`;
  journal.finish(request.signal.aborted ? 'cancelled' : 'failed', false, message);
  return new (request.signal.aborted ? RestoreCancelled : RestoreFailed)(message, { cause });
};

/** The engine's lock is still ours, or ours again: nobody built in the old database meanwhile. */
const stillAlone = async ({ request, look, holder }: Agreed): Promise<boolean> => {
  if (!holder.lost) return true;
  const session = await openOn(request.connection, look.database.name, request.id).catch(() => null);
  try {
    return session !== null && (await tryAdvisoryLock(session).catch(() => false));
  } finally {
    await session?.close();
  }
};

const swapIn = async (agreed: Agreed, made: NamedDatabase): Promise<Ending> => {
  const { request, look, journal } = agreed;
  const { name: database, oid } = look.database;
  const later = request.command(['--swap', request.id]);
  const stay = (why: string): RestoreUnfinished => {
    const message = `${made.name} is restored and proven, but not in the place of ${database}, which is as it was: ${why}`;
    journal.finish('restored', false, message, `To swap it in: ${later}`);
    return new RestoreUnfinished(message, `To swap it in: ${later}`);
  };
  if (!(await stillAlone(agreed))) throw stay('the lock was lost, and another indexdeck is at work');
  const kept = keptName(database, new Date(), 'before_restore');
  journal.update({ former: { name: kept, oid } });
  try {
    const sessionsEnded = await swapNames({
      id: request.id,
      connection: request.connection,
      database,
      former: { oid, name: kept },
      coming: made,
    });
    journal.update({ restored: { name: database, oid: made.oid } });
    journal.emit({ type: 'names.swapped', database, oid: made.oid, kept, keptOid: oid, sessionsEnded });
  } catch (error) {
    if (error instanceof NotSwapped) throw stay(error.message);
    throw new RestoreUnfinished(
      `whether the names were swapped is not known: ${(error as Error).message}`,
      `${database} is the restored one if its oid is ${made.oid}: SELECT oid, datname FROM pg_database`,
      { cause: error },
    );
  }
  const back = `To go back to the old one: ${request.command(['--swap-back', request.id])}; when it is not needed any more: DROP DATABASE ${quoteIdent(kept)}`;
  journal.finish(
    'swapped',
    true,
    `${database} is restored and verified, in ${since(journal.record.startedAt)}; the old one is ${kept}`,
    back,
  );
  return { ok: true };
};

/**
 * Restores into a new database beside the one in use, proves it, and swaps their names. Until the swap nothing of the
 * database in use is touched; the swap is one transaction.
 */
export const restoreBeside = async (agreed: Agreed): Promise<Ending> => {
  const { request, look, journal } = agreed;
  const { made, proven } = await make(agreed).catch(async (error: unknown) => {
    throw await giveUp(agreed, error);
  });
  const swap = request.command(['--swap', request.id]);
  if (!proven) {
    const message = `${made.name} is restored, but a proof failed, so it is not swapped in: ${look.database.name} is as it was`;
    journal.finish(
      'unproven',
      false,
      message,
      `To swap it in all the same: ${swap}; or DROP DATABASE ${quoteIdent(made.name)}`,
    );
    return { ok: false };
  }
  journal.update({ state: 'restored' });
  if (request.swap) return await swapIn(agreed, made);
  journal.finish(
    'restored',
    true,
    `${made.name} is restored and verified; ${look.database.name} is as it was`,
    `To swap it in: ${swap}`,
  );
  return { ok: true };
};
