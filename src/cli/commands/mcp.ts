import type { Command } from 'commander';
import { fromFlags } from '../connection/flags.ts';
import { UsageError } from '../errors.ts';
import type { Done, Io } from '../io.ts';
import { addConnectionFlags } from '../options/flags.ts';
import { parseLedgerSchema } from '../options/values.ts';

interface McpFlags {
  allowWrites?: boolean;
  host?: string;
  port?: string;
  username?: string;
  dbname?: string;
  journal?: string;
  ledgerSchema?: string;
}

const flag = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [`--${name}=${value}`]);

export const addMcp = (program: Command, io: Io, done: Done): void => {
  const command = addConnectionFlags(
    program
      .command('mcp')
      .description(
        'a Model Context Protocol server on standard input and output: check, follow and, by word, order runs',
      ),
  )
    .option('--journal <dir>', 'where runs are kept (default: $XDG_STATE_HOME/indexdeck)')
    .option('--ledger-schema <name>', 'schema of the ledger in the database (default: indexdeck)', parseLedgerSchema)
    .option(
      '--allow-writes',
      'start, pause, continue, abort and roll back without a person’s word, except in production',
    );
  command.action(async () => {
    const { allowWrites = false, journal, ledgerSchema, ...connection } = command.opts<McpFlags>();
    if (fromFlags(connection).password !== undefined)
      throw new UsageError(
        'mcp starts other processes, and -d holds a password that would be in their arguments: give it by PGPASSWORD, ~/.pgpass or a service',
      );
    const where = [
      ...flag('host', connection.host),
      ...flag('port', connection.port),
      ...flag('username', connection.username),
      ...flag('dbname', connection.dbname),
      ...flag('journal', journal),
      ...flag('ledger-schema', ledgerSchema),
    ];
    // Only here: the protocol's library is no part of what `pause` and its like load.
    const { serve } = await import('../mcp/serve.ts');
    await serve({ where, allowWrites }, io);
    done(0);
  });
};
