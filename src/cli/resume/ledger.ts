import { type LedgerRun, listLedgerRuns, readLedger } from '../../client/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import { ledgerSettings } from '../../engine/ledger/index.ts';
import { Session, toErrorFacts } from '../../engine/session.ts';
import { UsageError } from '../errors.ts';

/** SQLSTATEs of a table that is not there, and of one that may not be read. */
const NO_LEDGER = new Set(['42P01', '42501']);

const choose = async (session: Session, beginning: string | undefined): Promise<string | null> => {
  const runs = (await listLedgerRuns(session)).map(({ run }) => run);
  if (beginning === undefined || runs.includes(beginning)) return beginning ?? runs[0] ?? null;
  const matches = runs.filter((run) => run.startsWith(beginning));
  if (matches.length > 1) throw new UsageError(`several runs in the ledger are meant, name one: ${matches.join(', ')}`);
  return matches[0] ?? null;
};

/**
 * The run as the ledger in the database has it: the one that an ID or its beginning names, left out the newest. Null where
 * there is no ledger, or no such run in it.
 */
export const runInLedger = async (
  connection: ConnectionConfig,
  schema: string,
  beginning: string | undefined,
): Promise<LedgerRun | null> => {
  const settings = { ...ledgerSettings(schema), default_transaction_read_only: 'on' };
  const session = await Session.open({ connection, run: 'resume', name: 'ledger', settings });
  try {
    const run = await choose(session, beginning);
    return run === null ? null : await readLedger(session, run);
  } catch (error) {
    if (NO_LEDGER.has(toErrorFacts(error).sqlstate ?? '')) return null;
    throw error;
  } finally {
    await session.close();
  }
};
