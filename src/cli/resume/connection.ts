import type { RunState } from '../../run/index.ts';
import type { ConnectionFlags } from '../connection/index.ts';
import { connectionSettings } from '../connection/settings.ts';
import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';

/**
 * Where to go on with a run: as the flags say, or as its record says. The journal keeps no password: it comes from the
 * environment or the password file, as always.
 */
export const connectionOf = (
  { run, database: recorded }: RunState,
  flags: ConnectionFlags,
  io: Io,
): ConnectionFlags => {
  const { host, port, database, user } = connectionSettings(flags, io.env).config;
  const given = Object.keys(flags).length > 0;
  if (given && database !== recorded.database)
    throw new UsageError(
      `run ${run} is on the database ${JSON.stringify(recorded.database)}, and the connection is to ${JSON.stringify(database)}`,
    );
  const { host: atHost, port: atPort, database: dbname, user: username } = recorded;
  // What the environment says is taken whole, with its password, service and SSL, when it means the same database.
  const same = host === atHost && port === atPort && database === dbname && user === username;
  return given || same ? flags : { host: atHost, port: String(atPort), dbname, username };
};
