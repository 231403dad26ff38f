import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `condition` gives something other than false, null or undefined, and returns that. */
export async function poll<T>(
  condition: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  timeout = 10_000,
): Promise<T> {
  const end = performance.now() + timeout;
  for (;;) {
    const result = await condition();
    if (result !== false && result !== null && result !== undefined) return result;
    if (performance.now() > end) throw new Error(`It did not come true within ${timeout} ms: ${condition}`);
    await delay(20);
  }
}
