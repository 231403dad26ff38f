import { AdvisedError } from '../../engine/advised-error.ts';
import {
  BackupCancelled,
  BackupLeft,
  BackupRefused,
  type BackupRequest,
  BackupUnrecorded,
  takeBackup,
} from '../../engine/backup/index.ts';
import type { ExitStatus } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { CliError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import type { Output } from '../output/output.ts';
import { sentence } from '../output/sentence.ts';
import { printBackup } from './print-backup.ts';
import { StopOnSignal } from './stop-on-signal.ts';

/** A failure as a status and a sentence. Nothing of a backup is left, or the status is 5. */
const failure = (error: unknown): CliError => {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const options = { cause: error };
  if (error instanceof BackupCancelled) return new CliError(4, message, options);
  if (error instanceof BackupLeft)
    return new CliError(5, `${failure(error.cause).message}. ${sentence(message)}`, options);
  if (error instanceof BackupUnrecorded)
    return new CliError(5, `${sentence(message)}: ${sentence(String(error.cause))}`, options);
  const isBefore = error instanceof BackupRefused;
  const advice = error instanceof AdvisedError ? error.advice : '';
  const status: ExitStatus = isBefore ? 3 : 1;
  const what = isBefore ? 'no backup was begun' : 'the backup failed, and nothing of it is left';
  return new CliError(status, [`${what}: ${sentence(message)}`, advice].filter(Boolean).join('. '), options);
};

/** Takes a backup, shows it, and gives its exit status; a signal ends it cleanly. */
export const backUp = async (
  request: Omit<BackupRequest, 'emit' | 'signal'>,
  where: { io: Io; out: Output; json: boolean },
): Promise<ExitStatus> => {
  const stop = new StopOnSignal(where.io, 'the backup');
  const { database, host } = request.connection;
  say(
    where.io,
    `while the backup runs, its snapshot makes every CREATE INDEX CONCURRENTLY on ${plainText(database)} at ${plainText(host)} wait; deploy refuses to start meanwhile`,
  );
  try {
    await takeBackup({ ...request, emit: printBackup(request.id, where), signal: stop.signal });
    return 0;
  } catch (error) {
    throw failure(error);
  } finally {
    stop.dispose();
    await where.out.flush();
  }
};
