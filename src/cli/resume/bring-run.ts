import type { RunEntry } from '../../client/index.ts';
import type { ConnectionConfig } from '../../engine/config.ts';
import type { RunState } from '../../run/index.ts';
import type { RunSelection } from '../choose-run.ts';
import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { LEDGER_SCHEMA } from '../options/deploy-options.ts';
import { runInLedger } from './ledger.ts';
import { type TakenUp, takeUp } from './take-up.ts';

export interface Wanted {
  selection: RunSelection;
  /** What is known of it in this machine's journal directory. */
  local: RunEntry | null;
  /** Where its ledger is, if not where it says itself. */
  ledgerSchema: string | undefined;
  /** The run's state if it may be taken up for what is meant; fails if not. */
  admit(entry: RunEntry): RunState;
}

/** Takes up a run from the journal here, from the ledger in its database, or from both; fails when neither knows it. */
export const bringRun = async (
  connection: ConnectionConfig,
  { selection, local, ledgerSchema, admit }: Wanted,
  io: Io,
): Promise<TakenUp> => {
  const { run, journal } = selection;
  const schema = ledgerSchema ?? local?.state?.options.ledger?.schema ?? LEDGER_SCHEMA;
  const hasLedger = local?.state?.options.ledger !== null;
  const ledger = hasLedger ? await runInLedger(connection, schema, local?.run ?? run) : null;
  const taken = takeUp(local, ledger, journal, admit, io);
  if (taken !== null) return taken;
  const which = run === undefined ? '' : ` ${run}`;
  throw new UsageError(
    `there is no run${which}, neither in the journal directory nor in the ledger of ${connection.database}`,
  );
};
