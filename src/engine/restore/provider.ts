import { execa } from 'execa';
import { type DatabaseSession, databaseSessions } from '../../queries/restore_names.ts';
import { invalidIndexes } from '../../queries/restore_state.ts';
import type { BackupRecord } from '../backup/index.ts';
import { countRows } from '../backup/snapshot.ts';
import { withoutSecrets } from '../environment.ts';
import { count, list } from '../preflight/finding.ts';
import { identifierOf } from '../preflight/index.ts';
import type { Session } from '../session.ts';
import { pause } from '../time.ts';
import { isProven, since } from './common.ts';
import type { Ending } from './context.ts';
import { RestoreCancelled, RestoreFailed, RestoreUnfinished } from './errors.ts';
import type { Verified } from './events.ts';
import { holdAlone } from './hold.ts';
import { RestoreJournal, type RestoreRecord } from './record.ts';
import type { RestoreRequest } from './request.ts';
import { openOn } from './sessions.ts';

const END_WITHIN_MS = 5_000;
/** A provider may restart the server at the end. */
const BACK_WITHIN_MS = 120_000;

export interface ProviderRequest
  extends Pick<RestoreRequest, 'id' | 'connection' | 'journal' | 'version' | 'by' | 'emit' | 'signal'> {
  /** The words of the command: a program and its arguments. */
  words: readonly string[];
  /** What is on record with us of the backup; null when nothing is. */
  record: BackupRecord | null;
  confirm: (about: { words: readonly string[]; sessions: readonly DatabaseSession[] }) => Promise<boolean>;
}

const firstRecord = (request: ProviderRequest, systemIdentifier: string | null): RestoreRecord => {
  const { host, port, database, user } = request.connection;
  return {
    indexdeckRestore: 1,
    ...{ id: request.id, mode: 'provider', state: 'begun', systemIdentifier, archive: null },
    database: { host, port, database, user },
    ...{ command: [...request.words], restored: null, former: null, jobs: 1, by: request.by },
    ...{ writtenBy: request.version, startedAt: new Date().toISOString(), finishedAt: null },
    ...{ errors: [], verified: [], outcome: null },
  };
};

/** Runs the command, its lines being said; gives why it did not end well, or null. */
const run = async ({ words, signal }: ProviderRequest, journal: RestoreJournal) => {
  const [program = '', ...args] = words;
  const child = execa(program, args, {
    env: withoutSecrets(process.env),
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    killDescendants: true,
    killSignal: 'SIGTERM',
    forceKillAfterDelay: END_WITHIN_MS,
    cancelSignal: signal,
  });
  const reading = (async () => {
    for await (const text of child.iterable({ from: 'all' })) journal.emit({ type: 'tool.said', text: String(text) });
  })();
  reading.catch(() => undefined);
  const result = await child;
  await reading.catch(() => undefined);
  const { failed, exitCode, signal: endedBy, code, originalMessage } = result;
  if (!failed) return null;
  const started = child.pid !== undefined;
  const how = exitCode === undefined ? (endedBy ?? originalMessage ?? code ?? 'no status') : `status ${exitCode}`;
  return { started, how };
};

const reconnect = async (request: ProviderRequest): Promise<Session | null> => {
  const end = performance.now() + BACK_WITHIN_MS;
  for (;;) {
    const session = await openOn(request.connection, request.connection.database, request.id).catch(() => null);
    if (session !== null || performance.now() > end || request.signal.aborted) return session;
    await pause(1_000, request.signal);
  }
};

const proofs = async (session: Session, record: BackupRecord | null): Promise<Verified[]> => {
  const invalid = await invalidIndexes(session);
  const indexes: Verified = {
    what: 'indexes',
    ok: invalid.length === 0,
    found: invalid.length === 0 ? 'no index is invalid' : `invalid: ${list(invalid)}`,
  };
  // Rule of this program: what was not compared is not called verified.
  if (record === null)
    return [
      indexes,
      { what: 'rows', ok: false, found: 'nothing is on record of this backup to compare the rows with' },
    ];
  const wrong: string[] = [];
  for (const table of record.rows) {
    const now = await countRows(session, table).catch(() => null);
    if (now !== table.rows)
      wrong.push(`${table.schema}.${table.table} has ${now ?? 'no countable'} rows, at the backup ${table.rows}`);
  }
  const found =
    wrong.length === 0 ? `${count(record.rows.length, 'table')} counted, equal to the backup` : list(wrong, 5);
  return [indexes, { what: 'rows', ok: wrong.length === 0, found }];
};

/** Has the provider's own command restore, with the same question, log and record, and looks at what came of it. */
export const restoreByCommand = async (request: ProviderRequest): Promise<Ending> => {
  const { connection, signal } = request;
  const { database } = connection;
  const holder = await holdAlone(request);
  try {
    const sessions = await databaseSessions(holder, database, [holder.pid]);
    if (!(await request.confirm({ words: request.words, sessions })))
      throw new RestoreCancelled(`the database’s name was not typed; ${database} is as it was`);
    const journal = RestoreJournal.open(
      request.journal,
      firstRecord(request, await identifierOf(holder)),
      request.emit,
    );
    journal.emit({ type: 'restore.started', record: journal.record });
    const failed = await run(request, journal);
    if (failed !== null && !failed.started) {
      const message = `${request.words[0]} could not be started: ${failed.how}; ${database} is as it was`;
      journal.finish('failed', false, message);
      throw new RestoreFailed(message);
    }
    if (failed !== null) {
      const why = signal.aborted ? 'was cancelled' : `failed (${failed.how})`;
      const message = `the provider’s command ${why}: what it has done to ${database} is not known here`;
      const advice = 'See with the provider in which state the database is.';
      journal.finish('stopped', false, message, advice);
      throw new RestoreUnfinished(message, advice);
    }
    const session = await reconnect(request);
    if (session === null) {
      const message = `the provider’s command ended well, but ${database} is out of reach`;
      journal.finish('stopped', false, message, 'See with the provider in which state it is.');
      throw new RestoreUnfinished(message, 'See with the provider in which state it is.');
    }
    try {
      const proven = await proofs(session, request.record);
      for (const proof of proven) journal.emit({ type: 'restore.verified', ...proof });
      const ok = isProven(proven);
      journal.finish(
        ok ? 'done' : 'unproven',
        ok,
        `the provider’s command is done, in ${since(journal.record.startedAt)}${ok ? ', and verified' : ', but a proof failed'}`,
      );
      return { ok };
    } finally {
      await session.close();
    }
  } finally {
    await holder.close();
  }
};
