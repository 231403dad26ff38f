import { databaseSessions } from '../../queries/restore_names.ts';
import { relationMark, restoreWait } from '../../queries/restore_state.ts';
import { terminateBackend } from '../../queries/terminate_backend.ts';
import type { Session } from '../session.ts';
import { pause } from '../time.ts';
import { analyze, isProven, loadArguments, prove, since, writeList } from './common.ts';
import type { Agreed, Ending } from './context.ts';
import { RestoreCancelled, RestoreFailed, RestoreUnfinished } from './errors.ts';
import { type Loaded, load } from './load.ts';
import { openOn, restoreApplication } from './sessions.ts';

const LOOK_EVERY_MS = 1_000;
/** How long a transaction that was cut off may take to be rolled back, before its backend is ended. */
const ROLLBACK_WITHIN_MS = 5_000;
const GONE_WITHIN_MS = 60_000;

/** Says for whom it waits, once for each, until the function that comes back is called. */
const watchWaits = ({ request, journal }: Agreed, session: Session): (() => void) => {
  let last = '';
  let busy = false;
  const look = async (): Promise<void> => {
    if (busy || session.lost) return;
    busy = true;
    const wait = await restoreWait(session, restoreApplication(request.id)).catch(() => null);
    busy = false;
    const now = wait === null ? '' : String(wait.pid);
    if (wait !== null && now !== last) journal.emit({ type: 'restore.waiting', ...wait });
    last = now;
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => clearInterval(timer);
};

/** Waits until pg_restore's backends are gone, and so what they did is committed or rolled back. */
const backendsGone = async (session: Session, database: string, id: string): Promise<boolean> => {
  const begin = performance.now();
  for (;;) {
    const all = await databaseSessions(session, database, [session.pid]);
    const ours = all.filter(({ application }) => application === restoreApplication(id));
    if (ours.length === 0) return true;
    const waited = performance.now() - begin;
    if (waited > GONE_WITHIN_MS) return false;
    if (waited > ROLLBACK_WITHIN_MS)
      for (const { pid, backendStart } of ours)
        if (backendStart !== null) await terminateBackend(session, { pid, backendStart }).catch(() => false);
    await pause(50);
  }
};

type Standing = 'unchanged' | 'changed' | 'unknown';

/** Whether the transaction came through, by the catalog: pg_restore cannot always say. */
const findOut = async ({ request, look, holder }: Agreed, mark: string): Promise<Standing> => {
  const { name } = look.database;
  const others = holder.lost ? await openOn(request.connection, name, request.id).catch(() => null) : holder;
  if (others === null) return 'unknown';
  try {
    // The holder's own name is the same: it is left out by its pid.
    if (!(await backendsGone(others, name, request.id))) return 'unknown';
    return (await relationMark(others, look.ledgers)) === mark ? 'unchanged' : 'changed';
  } catch {
    return 'unknown';
  } finally {
    if (others !== holder) await others.close();
  }
};

const ended = async (agreed: Agreed, cause: Error, mark: string): Promise<Error> => {
  const { request, look, journal } = agreed;
  const { name } = look.database;
  const why = request.signal.aborted ? 'was cancelled' : `failed: ${cause.message}`;
  const standing = request.jobs > 1 ? 'half' : await findOut(agreed, mark);
  if (standing === 'unchanged') {
    const message = `the restore ${why}; all of it was rolled back: ${name} is as it was`;
    journal.finish(request.signal.aborted ? 'cancelled' : 'failed', false, message);
    return new (request.signal.aborted ? RestoreCancelled : RestoreFailed)(message, { cause });
  }
  const what = {
    half: `${name} is half restored: it had no single transaction`,
    changed: `its transaction had been committed, or somebody changed the schema meanwhile: ${name} is as the archive has it, and not verified`,
    unknown: `whether its transaction was committed is not known, since ${name} is out of reach`,
  }[standing];
  const advice = `Restore again, best beside: ${request.command(['--backup', request.located.path])}`;
  const message = `the restore ${why}; ${what}`;
  journal.finish('stopped', false, message, advice);
  return new RestoreUnfinished(message, advice, { cause });
};

const loadInto = async (agreed: Agreed, file: string, entries: number): Promise<Loaded> => {
  const { request, look, tools, journal, holder } = agreed;
  const stopWatching = watchWaits(agreed, holder);
  try {
    return await load({
      installation: tools.restore,
      connection: request.connection,
      application: restoreApplication(request.id),
      path: look.archive.path,
      args: [
        ...loadArguments(agreed, file),
        '--clean',
        '--if-exists',
        request.jobs === 1 ? '--single-transaction' : `--jobs=${request.jobs}`,
      ],
      entries,
      emit: (event) => journal.emit(event),
      size: async () => null,
      signal: request.signal,
    });
  } finally {
    stopWatching();
  }
};

/**
 * Restores into the database in use, what the archive holds being dropped first. With one job it is one transaction: all
 * or nothing. Ledgers stay as they are.
 */
export const restoreInPlace = async (agreed: Agreed): Promise<Ending> => {
  const { request, look, journal, holder } = agreed;
  const { signal } = request;
  const { entries, file } = await writeList(agreed).catch((cause: Error) => {
    const message = `the restore ${signal.aborted ? 'was cancelled' : `failed: ${cause.message}`}; nothing was changed`;
    journal.finish(signal.aborted ? 'cancelled' : 'failed', false, message);
    throw new (signal.aborted ? RestoreCancelled : RestoreFailed)(message, { cause });
  });
  const mark = await relationMark(holder, look.ledgers);
  const begin = performance.now();
  const loaded = await loadInto(agreed, file, entries.length);
  if (loaded.ended !== null) throw await ended(agreed, loaded.ended, mark);
  journal.emit({ type: 'restore.loaded', durationMs: performance.now() - begin });
  try {
    await analyze(agreed, holder);
    const others = (await databaseSessions(holder, look.database.name, [holder.pid])).length > 0;
    const at = { session: holder, connection: request.connection, entries, errors: loaded.errors };
    const proofs = await prove(agreed, { ...at, othersWrite: others && request.jobs === 1 });
    const ok = isProven(proofs);
    const message = `${look.database.name} is restored in place, in ${since(journal.record.startedAt)}, ${ok ? 'and verified' : 'but a proof failed'}`;
    journal.finish(ok ? 'done' : 'unproven', ok, message);
    return { ok };
  } catch (cause) {
    const message = `${look.database.name} is restored in place, but not verified: ${(cause as Error).message}`;
    const advice = 'Check it by hand; the record says what was to be compared.';
    journal.finish('stopped', false, message, advice);
    throw new RestoreUnfinished(message, advice, { cause });
  }
};
