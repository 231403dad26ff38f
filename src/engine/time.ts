import { setTimeout as delay } from 'node:timers/promises';

/** Waits for so many milliseconds, or until the signal; never fails. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await delay(ms, undefined, { signal: signal as AbortSignal }).catch(() => undefined);
};
