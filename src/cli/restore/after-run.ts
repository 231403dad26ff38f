import type { ExitStatus, RunState } from '../../run/index.ts';
import { type ConnectionFlags, resolveConnection, UnreachableError } from '../connection/index.ts';
import { CliError } from '../errors.ts';
import { type Io, say, terminalOf } from '../io.ts';
import type { Output } from '../output/output.ts';
import { connectionOf } from '../resume/connection.ts';
import { fromArchive } from './from-archive.ts';

/**
 * The restore that B on the screen hands over to, in the same terminal, once the run's engine is gone. It looks, shows and
 * asks as the command does: what was typed on the screen ended the run, and no more.
 */
export const restoreAfterRun = async (
  state: RunState,
  about: { flags: ConnectionFlags; journal: string | undefined; binDir?: string | undefined; io: Io; out: Output },
): Promise<ExitStatus> => {
  const { journal, binDir, io, out } = about;
  const { backup } = state.options;
  if (backup === null) throw new CliError(5, 'the run names no backup: indexdeck restore --backup PATH_OR_ID');
  const given = connectionOf(state, about.flags, io);
  const connection = await resolveConnection(given, io.env, terminalOf(io)).catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error;
    throw new CliError(5, `${error.message}. Nothing was restored`, { cause: error });
  });
  say(io, `the run has ended; restoring from ${backup.path}`);
  const flags = {
    ...{ swap: true, analyze: true, owner: true, privileges: true },
    ...(journal === undefined ? {} : { journal }),
    ...(binDir === undefined ? {} : { binDir }),
  };
  return await fromArchive(backup.path, { flags, connection, given, io, out });
};
