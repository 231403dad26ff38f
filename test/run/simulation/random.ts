/** A small, fast generator of repeatable randomness (mulberry32). */
export class Random {
  #a: number;

  constructor(seed: number) {
    // Neighbouring seeds must not give neighbouring histories.
    this.#a = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) >>> 0;
  }

  /** 0 to 1, never 1. */
  next(): number {
    this.#a = (this.#a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#a ^ (this.#a >>> 15), 1 | this.#a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }
}
