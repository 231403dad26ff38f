const FIRST_MS = 100;
const MOST_MS = 2_000;

/** How long to wait before attempt `n`, from 0: growing, and jittered so that many clients do not come at once. */
export const reconnectDelay = (n: number, random: () => number = Math.random): number =>
  Math.min(MOST_MS, FIRST_MS * 2 ** n) * (0.5 + random() / 2);
