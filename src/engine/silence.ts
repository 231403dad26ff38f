/** So many looks running must say the same: one may come before a statement has arrived, or after its answer has left. */
const LOOKS = 3;

/** What was seen so far of one statement that waits for its answer. */
export interface Silence {
  /** The statement's number in its session. */
  statement: number;
  /** Looks running that found nobody at work on it. */
  looks: number;
}

/** What the server says that a backend does: a state of pg_stat_activity, or null when there is no such backend. */
type BackendState = string | null;

/**
 * One more look at the backend whose answer a session waits for. `verdict` says why the connection is to be given up: a
 * backend that is gone, or idle, sends no answer any more. A state that is hidden or not tracked proves nothing. Pure.
 */
export const look = (
  before: Silence | null,
  statement: number,
  state: BackendState,
): { silence: Silence; verdict: string | null } => {
  const looks = before?.statement === statement ? before.looks : 0;
  const gone = state === null;
  const idle = state?.startsWith('idle') ?? false;
  if (gone || idle) {
    const silence = { statement, looks: looks + 1 };
    if (silence.looks < LOOKS) return { silence, verdict: null };
    const what = gone ? 'the server has no such backend any more' : `its backend is ${state}`;
    return { silence, verdict: `no answer came, and in ${LOOKS} looks running ${what}` };
  }
  return { silence: { statement, looks: state === 'active' ? 0 : looks }, verdict: null };
};
