import { backendAlive } from '../queries/backend_alive.ts';
import { terminateBackend } from '../queries/terminate_backend.ts';
import type { BackendId, Input } from '../run/index.ts';
import { type Session, toErrorFacts } from './session.ts';
import type { Sessions } from './sessions.ts';
import { pause } from './time.ts';

const WITHIN = { timeoutMs: 3_000 };
const LOOK_MS = 200;
/** A backend ends when it next looks for signals: that is mostly at once, and need not be. */
const GONE_WITHIN_MS = 5_000;
const NO_RIGHT = '42501';

const isGone = async (session: Session, backend: BackendId): Promise<boolean> => {
  for (const end = performance.now() + GONE_WITHIN_MS; ; await pause(LOOK_MS)) {
    if ((await backendAlive(session, backend, WITHIN)) === null) return true;
    if (performance.now() > end) return false;
  }
};

/** Ends one session of somebody else's, on the session that needs no free connection, and looks whether it is gone. Never fails. */
export const endSession = async (sessions: Sessions, backend: BackendId): Promise<Input> => {
  const { pid } = backend;
  const told = (ended: boolean, why: string): Input => ({ kind: 'session-ended', pid, ended, why });
  if (sessions.pids().includes(pid)) return told(false, 'it is a session of this run');
  const session = sessions.control.current;
  if (session === null) return told(false, 'there is no connection to the server right now');
  try {
    if (!(await terminateBackend(session, backend, WITHIN))) return told(false, 'there is no such session any more');
    return (await isGone(session, backend)) ? told(true, '') : told(false, 'it was told to end, and is still there');
  } catch (error) {
    const { sqlstate, message } = toErrorFacts(error);
    const advice = sqlstate === NO_RIGHT ? '. Ending sessions of other roles takes pg_signal_backend' : '';
    return told(false, `${message}${advice}`);
  }
};
