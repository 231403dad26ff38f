import type { LedgerRun, RunEntry } from '../../client/index.ts';
import { readJournal } from '../../client/index.ts';
import type { RunEvent } from '../../run/index.ts';
import { findTheRun, type RunSelection } from '../choose-run.ts';
import { resolveConnection } from '../connection/index.ts';
import { UsageError } from '../errors.ts';
import { journalDirectory } from '../identity.ts';
import { type Io, say, terminalOf } from '../io.ts';
import { LEDGER_SCHEMA } from '../options/deploy-options.ts';
import { runInLedger } from '../resume/ledger.ts';

interface Wanted {
  selection: RunSelection;
  ledgerSchema: string | undefined;
}

const localEvents = (entry: RunEntry | null, io: Io): readonly RunEvent[] => {
  if (entry === null) return [];
  const { events, problem } = readJournal(entry.dir);
  if (problem !== null) say(io, `run ${entry.run}: ${problem}; reported is what comes before it`);
  return events;
};

const fromLedger = async (
  { selection, ledgerSchema }: Wanted,
  local: RunEntry | null,
  io: Io,
): Promise<LedgerRun | null> => {
  const connection = await resolveConnection(selection.flags, io.env, terminalOf(io));
  const schema = ledgerSchema ?? local?.state?.options.ledger?.schema ?? LEDGER_SCHEMA;
  return await runInLedger(connection, schema, local?.run ?? selection.run);
};

/**
 * The events of a run, from its journal on this machine; with connection flags also from the ledger in the database,
 * whichever knows more: it may go on elsewhere. Fails when neither knows it.
 */
export const runEvents = async (wanted: Wanted, io: Io): Promise<readonly RunEvent[]> => {
  const { selection } = wanted;
  const local = await findTheRun(selection, io, 'any');
  const here = localEvents(local, io);
  const connected = Object.keys(selection.flags).length > 0;
  const ledger = connected
    ? await fromLedger(wanted, local, io).catch((error: unknown) => {
        if (here.length === 0) throw error;
        say(io, `the ledger was not read, and this is what the journal has: ${(error as Error).message}`);
        return null;
      })
    : null;
  const events = ledger !== null && ledger.events.length > here.length ? ledger.events : here;
  if (events.length > 0) return events;
  const which = selection.run === undefined ? 'run' : `run ${selection.run}`;
  const dir = journalDirectory(selection.journal, io.env);
  throw new UsageError(
    connected
      ? `there is no ${which}, neither in ${dir} nor in the ledger of that database`
      : `there is no ${which} in ${dir}; with connection flags it is read from the ledger in its database`,
  );
};
