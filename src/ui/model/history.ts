import type { Sample } from '../../run/index.ts';

/** Samples kept for the small curves: at one a second, five minutes. */
export const HISTORY_MAX = 300;

/** A reading older than this is stale, in milliseconds. */
export const STALE_MS = 3000;

/** The history with one more sample; the same one when it is known already. */
export const remember = (history: readonly Sample[], sample: Sample | null): readonly Sample[] => {
  if (sample === null || history.at(-1)?.at === sample.at) return history;
  return [...history.slice(-(HISTORY_MAX - 1)), sample];
};
