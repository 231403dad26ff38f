import { backendAlive } from '../queries/backend_alive.ts';
import { cancelBackend } from '../queries/cancel_backend.ts';
import { terminateBackend } from '../queries/terminate_backend.ts';
import type { BackendId } from '../run/index.ts';
import { askUntilAnswered } from './ask.ts';
import type { KeptSession } from './kept-session.ts';
import type { Sessions } from './sessions.ts';
import { pause } from './time.ts';

const AGAIN_MS = 1_000;
/** A backend that a cancel has not stopped in this time is ended. */
const TERMINATE_AFTER_MS = 15_000;
/** A silent server must not keep the one session that can cancel. */
const WITHIN = { timeoutMs: 3_000 };
const LOOK_MS = 200;
/** A backend whose connection is lost, and that works for nobody, is not waited for. */
const IDLE = 'idle';

/**
 * Waits until a backend whose connection is lost has ended its work and is gone. One that is idle has ended it, and is
 * waiting for a client that will not come: it is ended. So is any when we are `impatient`.
 */
export const backendGone = async (
  control: KeptSession,
  backend: BackendId,
  impatient: () => boolean,
): Promise<void> => {
  for (;;) {
    const state = await askUntilAnswered(control, (session) => backendAlive(session, backend, WITHIN));
    if (state === null) return;
    if (state === IDLE || impatient())
      await askUntilAnswered(control, (session) => terminateBackend(session, backend, WITHIN));
    await pause(LOOK_MS);
  }
};

/**
 * Cancels what the backend does, again and again until `done`: one cancel may come before the statement it is meant
 * for. On a session that is open from the start, so it never waits for a free connection. A backend that is gone while its
 * connection still waits for an answer will never give one: that connection is given up.
 */
export const cancelUntil = async (sessions: Sessions, backend: BackendId, done: AbortSignal): Promise<void> => {
  const began = performance.now();
  while (!done.aborted) {
    const session = sessions.control.current;
    const late = performance.now() - began > TERMINATE_AFTER_MS;
    const act = late ? terminateBackend : cancelBackend;
    // A failure here shows as work that goes on: it is tried again.
    const found = session === null ? true : await act(session, backend, WITHIN).catch(() => true);
    if (!found && session !== null && (await backendAlive(session, backend, WITHIN).catch(() => '')) === null)
      sessions.abandon(backend);
    await pause(AGAIN_MS, done);
  }
};
