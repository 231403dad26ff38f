import {
  type Ending,
  RestoreCancelled,
  RestoreFailed,
  RestoreRefused,
  RestoreUnfinished,
} from '../../engine/restore/index.ts';
import type { ExitStatus } from '../../run/index.ts';
import { plainText } from '../../run/plain-text.ts';
import { StopOnSignal } from '../backup/stop-on-signal.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Output } from '../output/output.ts';
import { sentence } from '../output/sentence.ts';

/** A failure as a status and a sentence; any other error is a fault of this program, or of the connection. */
const failure = (cause: unknown): unknown => {
  const kinds: [new (...args: never[]) => Error, ExitStatus][] = [
    [RestoreRefused, 3],
    [RestoreCancelled, 4],
    [RestoreFailed, 1],
    [RestoreUnfinished, 5],
  ];
  const status = kinds.find(([kind]) => cause instanceof kind)?.[1];
  if (status === undefined) return cause;
  const { message, advice = '' } = cause as Error & { advice?: string };
  const what = status === 3 ? `nothing was restored: ${message}` : message;
  return new CliError(status, [sentence(what), plainText(advice)].filter(Boolean).join('. '), { cause });
};

/** Does the work under signals, and gives its exit status: 1 when it came to its end, but a proof failed. */
export const underSignals = async (
  work: (signal: AbortSignal) => Promise<Ending>,
  { io, out }: { io: Io; out: Output },
): Promise<ExitStatus> => {
  const stop = new StopOnSignal(io, 'the restore');
  try {
    return (await work(stop.signal)).ok ? 0 : 1;
  } catch (error) {
    throw failure(error);
  } finally {
    stop.dispose();
    await out.flush();
  }
};
