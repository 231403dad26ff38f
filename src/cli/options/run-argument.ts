import type { Command } from 'commander';
import type { RunSelection } from '../choose-run.ts';
import { addConnectionFlags, connectionFlags } from './flags.ts';
import { parseLedgerSchema } from './values.ts';

/** Adds what says which run is meant. */
export const addRunArgument = (command: Command): Command =>
  addRunName(command).option('--journal <dir>', 'where runs are kept (default: $XDG_STATE_HOME/indexdeck)');

/** The same for a command that has the option for the journal's place already. */
export const addRunName = (command: Command): Command =>
  addConnectionFlags(command).argument('[run]', 'its ID or a unique beginning of it (default: the newest)');

/** Adds what says which run is meant, here or elsewhere: with the connection to its database it is found in the ledger. */
export const addRunAnywhere = (command: Command): Command =>
  addRunArgument(command).option(
    '--ledger-schema <name>',
    'schema of the ledger in the database (default: indexdeck)',
    parseLedgerSchema,
  );

export const runSelection = (command: Command): RunSelection => ({
  run: command.args[0],
  journal: command.opts<{ journal?: string }>().journal,
  flags: connectionFlags(command),
  ledgerSchema: command.opts<{ ledgerSchema?: string }>().ledgerSchema,
});
