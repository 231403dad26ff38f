import { type LedgerRun, type LedgerRunRow, listLedgerRuns, readLedger } from '../../client/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import { ledgerSettings } from '../../engine/ledger/index.ts';
import { Session, toErrorFacts } from '../../engine/session.ts';
import { UsageError } from '../errors.ts';

/** SQLSTATEs of a table that is not there, and of one that may not be read. */
const NO_LEDGER = new Set(['42P01', '42501']);

const choose = async (session: Session, beginning: string | undefined): Promise<LedgerRunRow | null> => {
  const runs = await listLedgerRuns(session);
  const exact = runs.find(({ run }) => run === beginning);
  if (beginning === undefined || exact !== undefined) return exact ?? runs[0] ?? null;
  const matches = runs.filter(({ run }) => run.startsWith(beginning));
  if (matches.length > 1)
    throw new UsageError(`several runs in the ledger are meant, name one: ${matches.map(({ run }) => run).join(', ')}`);
  return matches[0] ?? null;
};

/** Does something with a session that only reads a ledger; null where there is none, or it may not be read. */
const reading = async <T>(
  connection: ConnectionConfig,
  schema: string,
  read: (session: Session) => Promise<T | null>,
): Promise<T | null> => {
  const settings = { ...ledgerSettings(schema), default_transaction_read_only: 'on' };
  const session = await Session.open({ connection, run: 'resume', name: 'ledger', settings });
  try {
    return await read(session);
  } catch (error) {
    if (NO_LEDGER.has(toErrorFacts(error).sqlstate ?? '')) return null;
    throw error;
  } finally {
    await session.close();
  }
};

/** The ledger's row of the run that an ID or its beginning names, left out the newest. */
export const newestInLedger = (
  connection: ConnectionConfig,
  schema: string,
  beginning: string | undefined,
): Promise<LedgerRunRow | null> => reading(connection, schema, (session) => choose(session, beginning));

/**
 * The run as the ledger in the database has it: the one that an ID or its beginning names, left out the newest. Null where
 * there is no ledger, or no such run in it.
 */
export const runInLedger = (
  connection: ConnectionConfig,
  schema: string,
  beginning: string | undefined,
): Promise<LedgerRun | null> =>
  reading(connection, schema, async (session) => {
    const found = await choose(session, beginning);
    return found === null ? null : await readLedger(session, found.run);
  });
