import type { Session } from '../session.ts';
import { findInstallations } from '../tools/index.ts';
import { openArchive } from './archive.ts';
import { restoreBeside } from './beside.ts';
import type { Agreed, Ending } from './context.ts';
import { RestoreCancelled, RestoreFailed, RestoreRefused, RestoreUnfinished } from './errors.ts';
import { restoreInPlace } from './in-place.ts';
import { judge } from './judge.ts';
import { findLeftovers } from './leftovers.ts';
import { type Look, lookAround } from './look.ts';
import { RestoreJournal, type RestoreRecord } from './record.ts';
import type { RestoreRequest } from './request.ts';
import { openOn } from './sessions.ts';

const firstRecord = (request: RestoreRequest, look: Look): RestoreRecord => {
  const { host, port, database, user } = request.connection;
  const { path, record, sha256, takenAt } = look.archive;
  return {
    indexdeckRestore: 1,
    ...{ id: request.id, mode: request.mode, state: 'begun' },
    database: { host, port, database, user },
    systemIdentifier: look.systemIdentifier,
    archive: { path, backup: record?.id ?? null, sha256, takenAt },
    ...{ command: null, restored: null, former: null, jobs: request.jobs, by: request.by, writtenBy: request.version },
    ...{ startedAt: new Date().toISOString(), finishedAt: null, errors: [], verified: [], outcome: null },
  };
};

/** Looks, judges, and asks. Refuses with the findings that block. */
const agree = async (request: RestoreRequest, holder: Session, look: Look): Promise<Agreed> => {
  const findings = judge(look);
  request.emit({ type: 'preflight.finished', findings });
  const blocks = findings.filter(({ level }) => level === 'blocks');
  if (blocks.length > 0 || look.tools.why !== null)
    throw new RestoreRefused(blocks.map(({ what }) => what).join(' '), blocks.map(({ advice }) => advice).join(' '));
  if (!(await request.confirm(look)))
    throw new RestoreCancelled(`the database’s name was not typed; ${look.database.name} is as it was`);
  request.signal.throwIfAborted();
  if (holder.lost) throw new RestoreRefused('the connection was lost while the question stood', 'Try again.');
  const journal = RestoreJournal.open(request.journal, firstRecord(request, look), request.emit);
  journal.emit({ type: 'restore.started', record: journal.record });
  return { request, look, tools: look.tools, journal, holder };
};

const prepare = async (request: RestoreRequest): Promise<{ holder: Session; look: Look }> => {
  const { connection, signal, journal } = request;
  const found = await findInstallations({ binDir: request.binDir });
  const archive = await openArchive(request.located, found, signal);
  const holder = await openOn(connection, connection.database, request.id);
  try {
    const leftovers = (identifier: string | null) => findLeftovers(holder, journal, connection.database, identifier);
    return { holder, look: await lookAround(holder, request, { archive, found, leftovers }) };
  } catch (error) {
    await holder.close();
    throw error;
  }
};

const OWN = [RestoreRefused, RestoreCancelled, RestoreFailed, RestoreUnfinished];

/**
 * Restores a database from an archive: proves the archive, looks at the database, asks, restores, proves. Gives whether all
 * proofs held. Throws RestoreRefused when nothing was begun, RestoreCancelled and RestoreFailed when the database in use is
 * as it was, and RestoreUnfinished when somebody has to look after it.
 */
export const restore = async (request: RestoreRequest): Promise<Ending> => {
  let holder: Session | null = null;
  try {
    const prepared = await prepare(request);
    holder = prepared.holder;
    const agreed = await agree(request, holder, prepared.look);
    return await (request.mode === 'beside' ? restoreBeside(agreed) : restoreInPlace(agreed));
  } catch (cause) {
    if (OWN.some((kind) => cause instanceof kind)) throw cause;
    const { message } = cause instanceof Error ? cause : new Error(String(cause));
    // What fails later has said so itself: nothing has been begun.
    if (request.signal.aborted) throw new RestoreCancelled('cancelled before anything was changed', { cause });
    throw new RestoreRefused(message, '', { cause });
  } finally {
    await holder?.close();
  }
};
