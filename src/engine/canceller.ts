import { cancelBackend } from '../queries/cancel_backend.ts';
import { terminateBackend } from '../queries/terminate_backend.ts';
import type { BackendId } from '../run/index.ts';
import type { KeptSession } from './kept-session.ts';
import { pause } from './time.ts';

const AGAIN_MS = 1_000;
/** A backend that a cancel has not stopped in this time is ended. */
const TERMINATE_AFTER_MS = 15_000;

/** Ends the backend, if it is still the one that is meant. Whether it did shows in the catalog, not here. */
export const endBackend = async (control: KeptSession, backend: BackendId): Promise<void> => {
  const session = await control.ready();
  await terminateBackend(session, backend).catch(() => undefined);
};

/**
 * Cancels what the backend does, again and again until `done`: one cancel may come before the statement it is meant
 * for. On a session that is open from the start, so it never waits for a free connection.
 */
export const cancelUntil = async (control: KeptSession, backend: BackendId, done: AbortSignal): Promise<void> => {
  const began = performance.now();
  while (!done.aborted) {
    if (performance.now() - began > TERMINATE_AFTER_MS) await endBackend(control, backend);
    else {
      const session = control.current;
      // A failure here shows as a build that goes on: it is tried again.
      if (session !== null) await cancelBackend(session, backend).catch(() => undefined);
    }
    await pause(AGAIN_MS, done);
  }
};
