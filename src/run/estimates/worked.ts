import type { StepState } from '../state.ts';

/** Milliseconds that the last attempt has worked until `now`, without its waits for others; null when it has not begun or its end was not seen. */
export const workedMs = (step: StepState, now: number): number | null => {
  const { startedAt, finishedAt, unwatched, waitedMs, waitingSince } = step;
  if (startedAt === null || unwatched) return null;
  const until = finishedAt === null ? now : Date.parse(finishedAt);
  const waiting = waitingSince === null ? 0 : Math.max(0, until - Date.parse(waitingSince));
  return Math.max(0, until - Date.parse(startedAt) - waitedMs - waiting);
};
